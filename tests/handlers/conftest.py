"""The real bot between the stand-ins, and a Bolt app with parts exchanged."""

import pytest
from slack_bolt.async_app import AsyncBoltRequest

import handlers
from bot.slack import messages
from bot.slack.bolt_app import make_bolt_app
from bot.slack.identity import Identity
from bot.struct import replace
from tests.slack_rig import BOT_TOKEN
from tests.whole_bot import whole_bot

HOME = "T0ACMEIOT"


@pytest.fixture(autouse=True)
def _no_progress_on_a_busy_machine(request, monkeypatch):
    """Answers are waited for without a note on the way, but where that is what is tested."""
    if not request.node.get_closest_marker("shows_progress"):
        monkeypatch.setattr(messages, "FIRST_PAUSE_SECONDS", 30)


@pytest.fixture
async def whole():
    """The bot in Socket Mode, and both stand-ins."""
    async with whole_bot() as running:
        yield running


@pytest.fixture(params=["socket", "http"])
async def both_ways(request):
    """The same, once over Socket Mode and once over signed HTTP."""
    async with whole_bot(over_http=request.param == "http") as running:
        yield running


class Dispatch:
    """Hands payloads to the handlers as Bolt gets them, over the services of a running bot."""

    def __init__(self, whole, **changes):
        self.whole = whole
        self.services = replace(whole.bot.services, **changes)
        session = self.services.modals._client._session
        url = whole.slack.api_url
        identity = Identity(HOME, "U0SIMSESS", "B0SIMSESS")
        self.app = make_bolt_app(session, identity, token=BOT_TOKEN, api_url=url)
        handlers.register(self.app, self.services)

    async def __call__(self, payload):
        """Return Bolt's answer, as soon as it is there."""
        return await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=payload))

    async def event(self, event, **changes):
        """An event, each with an id of its own."""
        about = {"type": "event_callback", "team_id": HOME, "event": event}
        return await self(about | {"event_id": self.whole.slack.workspace.ids.token()} | changes)

    async def interaction(self, kind, user="ana", **changes):
        """A click, window or shortcut of somebody's, each with a trigger of its own."""
        slack = self.whole.slack
        person = {"id": slack.workspace.person(user).id, "team_id": HOME}
        about = {"type": kind, "user": person, "team": {"id": HOME}}
        about["trigger_id"] = slack.workspace.triggers.issue(person["id"])
        return await self(about | {"response_url": slack.ticket(user)} | changes)

    def command(self, text="truck-42", **changes):
        """A slash command of Ana's, each with a trigger of its own."""
        workspace = self.whole.slack.workspace
        return {
            "command": "/simsessions",
            "text": text,
            "team_id": HOME,
            "user_id": "U0ANA0001",
            "channel_id": "C0FLEETOP",
            "trigger_id": workspace.ids.token(),
            "response_url": self.whole.slack.ticket("ana"),
        } | changes


@pytest.fixture
def dispatch(whole):
    """Payloads straight to the handlers of the running bot."""
    return Dispatch(whole)


@pytest.fixture
def dispatch_with(whole):
    """The same with some services exchanged."""
    return lambda **changes: Dispatch(whole, **changes)
