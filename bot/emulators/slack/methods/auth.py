"""auth.test and apps.connections.open: who is calling, and the way to Socket Mode."""

from bot.emulators.slack.ids import Json
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import APP_ID, BOT, BOT_ID


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
    return {"url": context.links.socket_url()}
