"""Reads what an app wants to show, a message's text and blocks or a view, as strictly as Slack."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from bot.sandbox.slack_api.blocks.message import message_faults
from bot.sandbox.slack_api.blocks.view import view_faults
from bot.sandbox.slack_api.errors import SlackError, invalid
from bot.sandbox.slack_api.wire import Json

TEXT_LIMIT = 40_000
UPDATE_TEXT_LIMIT = 4_000
METADATA_LIMIT = 8_000


@dataclass(frozen=True, slots=True)
class Content:
    """A message's text and blocks, checked."""

    text: str
    blocks: tuple[Json, ...]


def read_content(args: Json, unknown: Collection[str], *, most: int | None = None) -> Content:
    """Check what a message is to show; `most` is the number of characters the text may have.

    Raises SlackError: no_text, invalid_blocks_format, invalid_blocks, msg_too_long,
    markdown_text_conflict.
    """
    blocks = read_blocks(args.get("blocks"), unknown)
    text = args.get("text") or ""
    markdown = args.get("markdown_text")
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if not isinstance(text, str) or not (text.strip() or blocks or markdown):
        raise SlackError("no_text")
    if most is not None and len(text) > most:
        raise SlackError("msg_too_long")
    return Content((text or markdown or "")[:TEXT_LIMIT], blocks)


def read_blocks(given: object, unknown: Collection[str]) -> tuple[Json, ...]:
    """Check a message's blocks. Raises SlackError: invalid_blocks_format, invalid_blocks."""
    blocks = read_json(given, "invalid_blocks_format") if given else []
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    faults = message_faults(blocks, unknown)
    if faults:
        raise invalid("invalid_blocks", faults)
    return tuple(blocks)


def read_view(given: object, unknown: Collection[str], kinds: Collection[str]) -> Json:
    """Check a view. Raises SlackError: invalid_arguments with what is wrong where."""
    view = read_json(given, "invalid_arguments")
    faults = view_faults(view, unknown, kinds)
    if faults or not isinstance(view, dict):
        raise invalid("invalid_arguments", faults)
    return view


def read_json(given: object, error: str) -> object:
    """Read an argument that comes as JSON or, in a form, as JSON in a string."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        raise SlackError(error) from None


def read_metadata(given: object) -> Json | None:
    """Check a message's metadata. Raises SlackError: metadata_too_large and others."""
    if not given:
        return None
    metadata = read_json(given, "invalid_metadata_format")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_LIMIT:
        raise SlackError("metadata_too_large")
    return metadata
