"""Who we are to Slack: asked once at the start, so that no command pays for it."""

from dataclasses import dataclass

from bot.errors import SlackLost, StartError
from bot.slack.client import Answer, SlackClient
from bot.slack.errors import SlackError, SlackRefused
from bot.slack.retry import SERVER_ERRORS

BOT_TOKEN = "SLACK_BOT_TOKEN"  # noqa: S105 -- its name
APP_TOKEN = "SLACK_APP_TOKEN"  # noqa: S105 -- its name


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer of auth.test; `scopes` are what the token was given."""

    team: str
    user: str
    bot: str | None = None
    enterprise: str | None = None
    scopes: frozenset[str] = frozenset()


async def identify(client: SlackClient) -> Identity:
    """Ask auth.test. Raises StartError or SlackLost, each one clear line."""
    answer = await ask(client, "auth.test", BOT_TOKEN)
    given = answer.headers.get("X-OAuth-Scopes", "")
    return Identity(
        team=answer.body["team_id"],
        user=answer.body["user_id"],
        bot=answer.body.get("bot_id"),
        enterprise=answer.body.get("enterprise_id"),
        scopes=frozenset(scope.strip() for scope in given.split(",") if scope.strip()),
    )


async def ask(client: SlackClient, method: str, setting: str, token: str = "") -> Answer:
    """Ask what must work before anything else can; `setting` is where the token comes from."""
    try:
        return await client.call(method, token=token, question=True)
    except SlackRefused as error:
        if error.error in SERVER_ERRORS:
            raise SlackLost(f"Slack cannot be used: {error}") from error
        words = f"{setting}: Slack refuses it ({error.error}); copy it anew from api.slack.com/apps"
        raise StartError(words) from error
    except SlackError as error:
        raise SlackLost(f"Slack cannot be reached: {error}") from error
