"""A client of the real kind against the stand-in."""

from dataclasses import dataclass

import pytest

from bot.emulators.slack.faults import Fault
from bot.slack.client import SlackClient, open_session
from bot.struct import replace
from tests.slack_rig import BOT_TOKEN, slack_side

IN_DOUBT = [
    Fault(hang_up=True),
    Fault(503, "<html>"),
    Fault(body='{"ok": true, "ts": "17'),
    Fault(body={"ok": False, "error": "internal_error"}),
]  # answers that do not say whether it was done
DONE_IN_DOUBT = [replace(each, after_work=True) for each in IN_DOUBT]


@dataclass
class To:
    """Ana in #fleet-ops, in a thread if given."""

    response_url: str | None = None
    user: str = "U0ANA0001"
    channel: str = "C0FLEETOP"
    team: str = "T0ACMEIOT"
    thread: str | None = None
    opens_thread: bool = False
    id: str = "1"


class Counted:
    """Notes what the client and the delivery tell of themselves."""

    def __init__(self):
        self.calls = []
        self.routes = []
        self.acks = []
        self.connections = []
        self.unknown = []

    def slack_called(self, method, outcome, _seconds):
        self.calls.append((method, outcome))

    def delivered(self, route, outcome):
        self.routes.append((route, outcome))

    def block_unknown(self, kind):
        self.unknown.append(kind)

    def acknowledged(self, via, _seconds):
        self.acks.append(via)

    def slack_connections(self, count):
        self.connections.append(count)


@pytest.fixture
def counted():
    """What was told."""
    return Counted()


@pytest.fixture
async def slack(clock):
    """The stand-in."""
    async with slack_side(clock) as side:
        yield side


@pytest.fixture
async def session():
    """The shared session."""
    async with open_session() as opened:
        yield opened


@pytest.fixture
def client(slack, session, clock, counted):
    """The client of the bot."""
    return SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url, observer=counted)


@pytest.fixture
def ana(slack):
    """Ana, who asked in #fleet-ops."""
    return To(slack.ticket("ana"))
