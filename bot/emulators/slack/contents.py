"""Reads what an app wants to show, a message's text and blocks or a view, as strictly as Slack."""

import json
from collections.abc import Collection

from bot.emulators.slack.blocks.whole import blocks_faults, is_too_large, view_faults
from bot.emulators.slack.entities import checked
from bot.emulators.slack.errors import SlackError, invalid
from bot.emulators.slack.ids import Json
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
    """Reads contents for one workspace, which may not know every block yet."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

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
