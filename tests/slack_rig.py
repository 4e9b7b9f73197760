"""A workspace of the Slack stand-in on a socket, for every test that talks to Slack."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clock
from bot.emulators.serve import serving
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.messages import Message
from bot.emulators.slack.workspace import Workspace

BOT_TOKEN = "xoxb-1-2-stand-in"
APP_TOKEN = "xapp-1-2-stand-in"
SIGNING_SECRET = "signing-secret-of-the-stand-in"


@dataclass(frozen=True, slots=True)
class SlackSide:
    """The stand-in, its workspace and its address."""

    api: SlackApi
    workspace: Workspace
    base: str

    @property
    def api_url(self) -> str:
        return f"{self.base}/api/"

    @property
    def settings(self) -> dict[str, str]:
        """What leads a bot to it, over Socket Mode."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.api.bot_token,
            "SLACK_APP_TOKEN": self.api.app_token,
        }

    def seen_by(self, user: str, channel: str = "#fleet-ops") -> tuple[Message, ...]:
        """What a person sees of the bot's in a channel, oldest first."""
        place, person = self.workspace.channel(channel), self.workspace.person(user)
        every = self.workspace.messages.in_channel(place.id, seen_by=person.id)
        return tuple(message for message in every if message.is_the_bots)

    def direct(self, user: str) -> tuple[Message, ...]:
        """What the bot wrote to a person directly."""
        place = self.workspace.dm(self.workspace.person(user).id)
        return self.seen_by(user, place.id)

    def ticket(self, user: str, channel: str = "#fleet-ops", message_ts: str | None = None) -> str:
        """A response_url as an interaction would carry it."""
        person, place = self.workspace.person(user), self.workspace.channel(channel)
        issued = self.workspace.tickets.issue(person.id, place.id, message_ts)
        return f"{self.base}/response/{issued}"

    def methods(self) -> list[str]:
        """The methods called, in order, but for the asking at the start."""
        start = {"auth.test", "apps.connections.open"}
        return [call.method for call in self.api.calls if call.method not in start]


@asynccontextmanager
async def slack_side(clock: Clock, **options: object) -> AsyncIterator[SlackSide]:
    """Serve a new workspace."""
    workspace = Workspace(clock, **options)  # type: ignore[arg-type]
    api = SlackApi(
        workspace, bot_token=BOT_TOKEN, app_token=APP_TOKEN, signing_secret=SIGNING_SECRET
    )
    async with serving(api.app) as base:
        yield SlackSide(api, workspace, base)
        await api.aclose()
