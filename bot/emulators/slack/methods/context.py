"""What a method of the Web API gets to work with, and what it reads as strictly as Slack."""

import json
import re
from collections.abc import Awaitable, Callable, Collection
from typing import Literal

from bot.emulators.slack.blocks.whole import blocks_faults, is_too_large, view_faults
from bot.emulators.slack.entities import checked
from bot.emulators.slack.faults import SlackError, invalid
from bot.emulators.slack.installation import Installation
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import BOT, Channel, Json, Person
from bot.emulators.slack.state import WorkspaceState
from bot.struct import Struct

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
METADATA_LIMIT = 8_000


class Content(Struct):
    """A message's text and blocks, checked."""

    text: str
    blocks: tuple[Json, ...]


class Reader:
    """Reads contents for one workspace, which may not know every block yet, and writes them."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    def write(self, channel: str, content: Content, **more: object) -> Message:
        """Write as the app; `more` are further fields of `Message`."""
        return self._state.write(channel, BOT.id, content.text, blocks=content.blocks, **more)

    def content(self, args: Json, *, most: int | None = None) -> Content:
        """Check what a message is to show; `most` is how many characters the text may have.

        Longer text than 40,000 characters is cut. Raises SlackError: no_text, msg_too_long,
        invalid_blocks_format, invalid_blocks, markdown_text_conflict.
        """
        blocks = self.blocks(args.get("blocks"))
        text, markdown = args.get("text") or "", args.get("markdown_text") or ""
        if markdown and (text or blocks):
            raise SlackError("markdown_text_conflict")
        if not isinstance(text, str) or not (text.strip() or blocks or markdown):
            raise SlackError("no_text")
        if (most and len(text) > most) or len(markdown) > MARKDOWN_LIMIT:
            raise SlackError("msg_too_long")
        return Content((text or markdown)[:TEXT_LIMIT], blocks)

    def blocks(self, given: object) -> tuple[Json, ...]:
        """Check a message's blocks. Raises SlackError: invalid_blocks_format, invalid_blocks."""
        blocks = read_json(given, "invalid_blocks_format") if given else []
        if not isinstance(blocks, list):
            raise SlackError("invalid_blocks_format")
        faults = blocks_faults(
            blocks,
            "message",
            unknown=self._state.unknown_blocks,
            file_ready=self._state.files.is_ready,
        )
        if faults:
            raise invalid("invalid_blocks", faults)
        return tuple(blocks)

    def view(self, given: object, kinds: Collection[str]) -> Json:
        """Check a view. Raises SlackError: invalid_arguments, view_too_large."""
        view = read_json(given, "invalid_arguments")
        faults = view_faults(
            view,
            kinds,
            unknown=self._state.unknown_blocks,
            file_ready=self._state.files.is_ready,
        )
        if faults or not isinstance(view, dict):
            raise invalid("invalid_arguments", faults)
        if is_too_large(view):
            raise SlackError("view_too_large")
        return view


def read_json(given: object, error: str) -> object:
    """Read an argument that comes as JSON or, in a form, as JSON in a string."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise SlackError(error) from None


def read_new_metadata(given: object, *, takes_entities: bool) -> Json | None:
    """Check a new message's metadata, which may hold Work Objects too. Raises SlackError."""
    metadata = read_json(given, "invalid_metadata_format")
    if not isinstance(metadata, dict) or "entities" not in metadata:
        return read_metadata(metadata)
    listed = metadata["entities"]
    if not takes_entities or not isinstance(listed, list):
        raise SlackError("invalid_metadata_schema")
    read_metadata({name: each for name, each in metadata.items() if name != "entities"})
    return metadata | {"entities": [checked(each) for each in listed]}


def read_metadata(given: object) -> Json | None:
    """Check a message's metadata. Raises SlackError: metadata_too_large and others."""
    if not given:
        return None
    metadata = read_json(given, "invalid_metadata_format")
    if metadata == {}:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if "entities" in metadata:
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata


TokenKind = Literal["bot", "app", "none"]


class Context(Struct):
    """One call of the API, with its arguments."""

    api: Installation
    args: Json

    @property
    def state(self) -> WorkspaceState:
        """The workspace."""
        return self.api.workspace

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
    if BOT.id in place.members or "chat:write.public" in context.api.scopes:
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
