"""A client of the real kind against the stand-in."""

import pytest

from bot.slack.client import SlackClient, open_session
from tests.slack_rig import BOT_TOKEN, slack_side


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
