"""The app as a workspace has it: what it may do, its addresses, what it called, what is to fail."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime

from starlette.requests import Request

from bot.emulators.slack.faults import Fault, Faults
from bot.emulators.slack.people import Json
from bot.emulators.slack.socket_mode import SocketMode
from bot.emulators.slack.state import WorkspaceState
from bot.struct import Struct

KEPT = 10_000


class Call(Struct):
    """One call: its method, its arguments without the token, when it came, and the answer."""

    method: str
    args: Json
    time: datetime
    answer: Json


class Calls(deque[Call]):
    """The last 10,000 calls, oldest first."""

    def __init__(self) -> None:
        super().__init__(maxlen=KEPT)

    def of(self, method: str) -> tuple[Call, ...]:
        """Return the calls of one method."""
        return tuple(call for call in self if call.method == method)


DEFAULT_SCOPES = frozenset({"commands", "chat:write", "app_mentions:read"})


def granted_scopes(
    bot: Iterable[str], bot_optional: Iterable[str] = (), declined: Iterable[str] = ()
) -> frozenset[str]:
    """Return what the token may do of an app that is installed from a manifest with these scopes.

    Slack asks for those in `bot`; an admin may decline those that stand in `bot_optional` too.
    What stands in `bot_optional` alone is never asked for.
    https://docs.slack.dev/reference/app-manifest
    """
    return frozenset(bot) - (frozenset(declined) & frozenset(bot_optional))


class Installation:
    """One app in one workspace.

    `calls` holds every Web API call, `faults` what is to go wrong, `socket` the Socket Mode
    connections. `request_url` None means Socket Mode; set, it is where signed HTTP is delivered.
    `base_url` is learnt from the first request where it is not set.
    """

    def __init__(
        self,
        workspace: WorkspaceState,
        tokens: tuple[str, str],
        scopes: Iterable[str],
        ack_seconds: float,
    ) -> None:
        """Take the tokens of the bot and of the app."""
        self.workspace = workspace
        self.bot_token, self.app_token = tokens
        self.scopes = frozenset(scopes)
        self.base_url: str | None = None
        self.request_url: str | None = None
        self.calls = Calls()
        self.faults = Faults()
        self.socket = SocketMode(workspace.ids, ack_seconds=ack_seconds)

    def response_url(self, ticket: str) -> str:
        """Return the address under which the app may answer."""
        return f"{self._base()}/response/{ticket}"

    def socket_url(self) -> str:
        """Return a WebSocket address, good for one connection."""
        base = self._base().replace("http", "ws", 1)
        return f"{base}/link?ticket={self.socket.ticket()}"

    def upload_url(self, ticket: str) -> str:
        """Return the address to which a file's bytes are posted."""
        return f"{self._base()}/upload/{ticket}"

    def file_url(self, file: str, name: str) -> str:
        """Return the address under which a file can be read with a token."""
        return f"{self._base()}/files/{file}/{name}"

    def learn(self, request: Request) -> None:
        """Take the address from a request, where none is known yet."""
        if self.base_url is None:
            self.base_url = str(request.base_url).rstrip("/")

    async def fault(self, name: str) -> Fault | None:
        """Wait as long as a call of that name must; return what is wrong with it, if anything."""
        if seconds := self.faults.delay(name):
            await self.workspace.clock.sleep(seconds)
        return self.faults.take(name)

    def _base(self) -> str:
        return self.base_url or "http://sandbox.invalid"
