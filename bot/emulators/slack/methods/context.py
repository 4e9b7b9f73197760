"""What a method of the Web API gets to work with, where it may write, and its registration."""

import re
from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from bot.emulators.slack.contents import Reader
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Json
from bot.emulators.slack.people import BOT, Channel, Person
from bot.emulators.slack.state import WorkspaceState
from bot.struct import Struct

TokenKind = Literal["bot", "app", "none"]


class Links(Protocol):
    """Makes addresses of this server."""

    def socket_url(self) -> str:
        """Return a WebSocket address, good for one connection."""

    def upload_url(self, ticket: str) -> str:
        """Return the address to which a file's bytes are posted."""

    def file_url(self, file: str, name: str) -> str:
        """Return the address under which a file can be read with a token."""


class Context(Struct):
    """One call: the workspace, the arguments, and the scopes that the token carries."""

    state: WorkspaceState
    args: Json
    scopes: frozenset[str]
    links: Links

    @property
    def reader(self) -> Reader:
        """Check contents as this workspace does."""
        return Reader(self.state)

    def need(self, name: str) -> str:
        """Return a text argument. Raises SlackError: invalid_arguments."""
        value = self.args.get(name)
        if not isinstance(value, str) or not value:
            said = f"missing required field: {name}"
            raise SlackError(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] {said}"]}
            )
        return value

    def maybe(self, name: str) -> str | None:
        """Return a text argument that may be left out."""
        value = self.args.get(name)
        return str(value) if value not in {None, ""} else None

    def flag(self, name: str) -> bool:
        """Return a yes or no that may be left out."""
        return str(self.args.get(name) or "").lower() in {"true", "1", "t"}

    def number(self, name: str, default: int, least: int, most: int, error: str) -> int:
        """Return a whole number within its bounds. Raises SlackError."""
        given = self.maybe(name)
        if given is None:
            return default
        if not given.isdecimal() or not least <= int(given) <= most:
            raise SlackError(error)
        return int(given)

    def channel(self, name: str = "channel") -> Channel:
        """Find a channel that the bot may know of; a person's id is their direct messages.

        Raises SlackError: channel_not_found.
        """
        wanted = str(self.args.get(name) or "")
        person = self.state.people.get(wanted)
        if person is not None and not person.is_bot:
            return self.state.dm(person.id)
        found = self.state.channels.get(wanted) or self._by_name(wanted)
        if found is None or (found.kind != "public" and BOT.id not in found.members):
            raise SlackError("channel_not_found")
        return found

    def user(self) -> Person:
        """Find the person in the argument `user`. Raises SlackError: user_not_found."""
        found = self.state.people.get(str(self.args.get("user") or ""))
        if found is None:
            raise SlackError("user_not_found")
        return found

    def _by_name(self, wanted: str) -> Channel | None:
        if not wanted.startswith("#"):
            return None
        return next((c for c in self.state.channels.values() if f"#{c.name}" == wanted), None)


Run = Callable[[Context], Awaitable[Json]]


class Method(Struct):
    """A method: which token it takes, which scopes it needs (any one of them), what it does."""

    name: str
    by: TokenKind
    scopes: frozenset[str]
    run: Run


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, by: TokenKind = "bot") -> Callable[[Run], Run]:
    """Register a method of the Web API."""

    def register(run: Run) -> Run:
        METHODS[name] = Method(name, by, frozenset(scopes), run)
        return run

    return register


_TS = re.compile(r"\d{10}\.\d{6}")


def writable(context: Context, argument: str = "channel") -> Channel:
    """Find a channel to write to. Raises SlackError: not_in_channel, is_archived, …."""
    place = context.channel(argument)
    if place.is_archived:
        raise SlackError("is_archived")
    if BOT.id in place.members or "chat:write.public" in context.scopes:
        return place
    raise SlackError("not_in_channel")


def thread_root(context: Context, place: Channel) -> str | None:
    """Find the thread to write to, if one is named. Raises SlackError."""
    ts = context.maybe("thread_ts")
    if ts is None:
        return None
    if not _TS.fullmatch(ts):
        raise SlackError("invalid_thread_ts")
    root = context.state.messages.get(ts)
    if root is None and ts in context.state.erased:
        return None  # Slack may take it, and puts it into the channel
    if root is None or root.channel != place.id or root.ephemeral_to:
        raise SlackError("thread_not_found")
    return root.thread_ts or root.ts
