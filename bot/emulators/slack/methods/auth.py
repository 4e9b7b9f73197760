"""Who is calling, who is who, whether blocks are right, and the way to Socket Mode."""

from zoneinfo import ZoneInfo

from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import APP_ID, BOT, BOT_ID, Json, Person


@method("auth.test")
async def auth_test(context: Context) -> Json:
    """Say whom the token belongs to."""
    team = context.state.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": BOT.name,
        "team_id": team.id,
        "user_id": BOT.id,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", by="app")
async def connections_open(context: Context) -> Json:
    """Return an address for one Socket Mode connection."""
    return {"url": context.api.socket_url()}


@method("blocks.validate", by="none")
async def validate(context: Context) -> Json:
    """Check a message's blocks and do nothing else."""
    context.reader.blocks(context.args.get("blocks"))
    return {}


@method("users.info", "users:read")
async def user_info(context: Context) -> Json:
    """Say who somebody is and in which zone they live."""
    return {"user": _shown(context, context.user())}


@method("usergroups.list", "usergroups:read")
async def groups(context: Context) -> Json:
    """List the user groups."""
    return {"usergroups": [group.to_json() for group in context.state.user_groups.values()]}


@method("usergroups.users.list", "usergroups:read")
async def group_users(context: Context) -> Json:
    """List who is in a group."""
    group = context.state.user_groups.get(context.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _shown(context: Context, person: Person) -> Json:
    now = context.state.clock.now().astimezone(ZoneInfo(person.tz))
    offset = now.utcoffset()
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": False,
        "is_bot": person.is_bot,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": False,
        "is_stranger": _is_stranger(context, person),
        "locale": "en-US",
        "tz": person.tz,
        "tz_label": now.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": {"real_name": person.real_name, "display_name": person.name},
    }


def _is_stranger(context: Context, person: Person) -> bool:
    """Whether somebody of another workspace is in no shared channel that the app can see.

    https://docs.slack.dev/reference/objects/user-object says so; whoever shares a channel with the
    app is told from our own people by `team_id` alone.
    """
    if person.team == context.state.team.id:
        return False
    return not any(
        place.is_shared and {person.id, BOT.id} <= place.members
        for place in context.state.channels.values()
    )
