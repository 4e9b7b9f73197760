"""Whether the user groups that may ask can be read: one that cannot lets nobody in."""

from bot.cli.checks.check import Check, failed, well
from bot.cli.exit_codes import ExitCode
from bot.settings import Settings
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.slack.groups import members_of

GROUPS = "Slack user groups"
MEND = {
    "missing_scope": "add usergroups:read to the app and reinstall it",
    "no_such_subteam": "copy the id (S…) of the group anew into SIMSESSIONS_ALLOWED_GROUPS",
}
MEND_OTHER = "try again; if it stays so, take the group out of SIMSESSIONS_ALLOWED_GROUPS"


async def groups_checks(client: SlackClient, settings: Settings) -> tuple[Check, ...]:
    """Ask for the members of each group; no check where no groups are set."""
    return tuple([await _check(group, client) for group in sorted(settings.allowed_groups)])


async def _check(group: str, client: SlackClient) -> Check:
    try:
        members = await members_of(group, client)
    except SlackError as error:
        says = f"{group} cannot be read ({error.outcome}), so it lets nobody in"
        mend = MEND.get(error.outcome, MEND_OTHER)
        return failed(GROUPS, says, mend, ExitCode.SLACK)
    return well(GROUPS, f"{group} lets {len(members)} in")
