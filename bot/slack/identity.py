"""Who the bot is to Slack: what its token says, what it listens to, what its manifest asks for.

The manifest is beside the code in a checkout, inside the package once installed.
"""

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import SlackLost, StartError
from bot.slack.client import SlackClient, SlackResponse, text_in
from bot.slack.errors import Reason, SlackError, SlackRefused
from bot.struct import Struct

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 -- its name
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105 -- its name


class Identity(Struct):
    """What auth.test says of the bot's token; `scopes` are those that it was granted."""

    team: str
    user: str
    bot: str | None = None
    enterprise: str | None = None
    scopes: frozenset[str] = frozenset()


async def identify(client: SlackClient) -> Identity:
    """Return whose token the bot has. Raises StartError or SlackLost, each with one clear line."""
    answer = await call_at_start(client, "auth.test", BOT_TOKEN, needs=("team_id", "user_id"))
    granted = answer.headers.get("X-OAuth-Scopes", "")
    return Identity(
        team=answer.text("team_id"),
        user=answer.text("user_id"),
        bot=text_in(answer.body, "bot_id") or None,
        enterprise=text_in(answer.body, "enterprise_id") or None,
        scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
    )


async def call_at_start(
    client: SlackClient, method: str, setting: str, token: str = "", *, needs: tuple[str, ...] = ()
) -> SlackResponse:
    """Call what must work before anything else can; `setting` is where the token comes from.

    The answer has the texts that are in `needs`.

    Raises StartError or SlackLost, each with one clear line.
    """
    try:
        answer = await client.call(method, token=token, idempotent=True)
        for name in needs:
            answer.text(name)
    except SlackRefused as error:
        if error.reason not in {Reason.BAD_TOKEN, Reason.SCOPE_MISSING}:
            raise SlackLost(f"Slack cannot be used: {error}") from error
        fault = f"{setting}: Slack refuses it ({error.error}); copy it anew from api.slack.com/apps"
        raise StartError(fault) from error
    except SlackError as error:
        raise SlackLost(f"Slack cannot be reached: {error}") from error
    return answer


class TokenWatch:
    """Asks whose token it is as soon as anything suggests that Slack takes it no more."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    def suspect(self) -> None:
        """Ask: an event says that it was revoked, or a worker has ended."""
        self._client.refused.set()

    async def run(self) -> None:
        """Go on for ever. Raises StartError as soon as Slack refuses the token."""
        while True:
            await self._client.refused.wait()
            self._client.refused.clear()
            with suppress(SlackLost):
                await identify(self._client)


QUIET_SECONDS = 1800.0
"""For how long a link that is repeated in a channel is not previewed again."""


class ListeningConfig(Struct):
    """What messages the bot listens to.

    `bot_user` is whom a mention names, `bot_id` the other id under which the bot posts, where it
    has one; `prefix_channels` are those in which `!sim …` is read;
    `unfurls` previews links to SIMs, but not again in a channel within `quiet_seconds`;
    `work_objects` lets those, and answers, open in Slack's side pane.
    """

    bot_user: str
    prefix_channels: frozenset[str] = frozenset()
    unfurls: bool = False
    work_objects: bool = False
    quiet_seconds: float = QUIET_SECONDS
    bot_id: str | None = None


PLACES = (Path(__file__).parent.parent, Path(__file__).parent.parent.parent)


def manifest_path() -> Path:
    """Return the manifest's place. Raises FileNotFoundError where the package is not whole."""
    for place in PLACES:
        if (found := place / "manifest.yml").is_file():
            return found
    msg = f"manifest.yml is in none of {', '.join(map(str, PLACES))}"
    raise FileNotFoundError(msg)


class AppFeatures(Struct):
    """What an app made from the manifest can do: what Slack is asked for, and what is optional."""

    scopes: frozenset[str]
    optional_scopes: frozenset[str]
    events: frozenset[str]
    shortcuts: tuple[dict[str, Any], ...]
    unfurl_domains: tuple[str, ...]


def bot_scopes() -> tuple[frozenset[str], frozenset[str]]:
    """Return the scopes that the bot needs and those that it can do without."""
    features = app_features()
    return features.scopes - features.optional_scopes, features.optional_scopes


@cache
def app_features() -> AppFeatures:
    """Return the scopes, events, shortcuts and domains of the manifest, read once."""
    manifest = _manifest()
    features, scopes = manifest["features"], manifest["oauth_config"]["scopes"]
    return AppFeatures(
        frozenset(scopes["bot"]),
        frozenset(scopes["bot_optional"]),
        frozenset(manifest["settings"]["event_subscriptions"]["bot_events"]),
        tuple(features["shortcuts"]),
        tuple(features["unfurl_domains"]),
    )


def _manifest() -> dict[str, Any]:
    import yaml  # noqa: PLC0415 -- only doctor and the demo read the manifest

    manifest: dict[str, Any] = yaml.safe_load(manifest_path().read_text())
    return manifest
