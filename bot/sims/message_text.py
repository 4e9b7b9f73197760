"""All the text of a message: alert bots put it into blocks and attachments, people into files.

A forwarded message is an attachment with blocks, files and attachments of its own; a mail or a
snippet is a file with its text; a pasted table is a block, or an attachment, with rows.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.sims.extraction import Place
from bot.sims.identifier import MENTION, unlinked
from bot.slack.client import items, part, parts, text_in

Body = Mapping[str, Any]

_DEEPEST = 12
_FORWARDED = 3
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
_SILENT = frozenset({"button", "workflow_button", "static_select", "image"})
_SAYS = (
    "title",
    "rich_text_title",
    "subtitle",
    "text",
    "body",
    "caption",
    "description",
    "details",
    "output",
    "alt",
)
_HOLDS = ("elements", "fields", "child_blocks", "cards", "tasks")
_ATTACHED = (
    "service_name",
    "author_name",
    "author_subname",
    "pretext",
    "title",
    "title_link",
    "from_url",
    "text",
    "footer",
)
_IN_FILES = (
    "plain_text",
    "preview",
    "preview_plain_text",
    "preview_highlight",
    "subject",
    "alt_txt",
)


def places_of(message: Body) -> list[Place]:
    """Return each text of a message, each once, and where it stands: its own text first.

    Each is as Slack's mrkdwn, with a line for each paragraph, item and row.
    """
    found: dict[str, Place] = {}
    for place in _places(message, "", _FORWARDED):
        said = re.sub(r"\W+", "", unlinked(MENTION.sub("", place.text)))
        if said:
            found.setdefault(said, place)
    return list(found.values())


def places_in(payload: Body) -> list[Place]:
    """Return the same of whatever holds messages: an event, a shortcut's payload, a thread.

    Also of the envelope in which Socket Mode brings those.
    """
    for name in ("payload", "event", "message"):
        if isinstance(payload.get(name), Mapping):
            return places_in(part(payload, name))
    if messages := parts(payload, "messages"):
        return [
            place._replace(where=f"message {number}, {place.where}")
            for number, message in enumerate(messages, 1)
            for place in places_of(message)
        ]
    return places_of(payload)


def _places(message: Body, inside: str, depth: int) -> Iterator[Place]:
    yield Place(f"{inside}text", text_in(message, "text"))
    yield from _of_blocks(parts(message, "blocks"), inside)
    for number, attachment in enumerate(parts(message, "attachments") if depth else (), 1):
        yield from _of_attachment(attachment, f"{inside}attachment {number}", depth - 1)
    for number, file in enumerate(parts(message, "files"), 1):
        where = f"{inside}file {number}"
        yield Place(where, "\n".join(_named([file], ("title", "name"))), is_name=True)
        yield from (Place(f"{where}, {name}", text_in(file, name)) for name in _IN_FILES)
        yield Place(f"{where}, subject", text_in(part(file, "headers"), "subject"))
        yield Place(f"{where}, comment", text_in(part(file, "initial_comment"), "comment"))


def _of_attachment(attachment: Body, where: str, depth: int) -> Iterator[Place]:
    fields = (": ".join(_named([each], ("title", "value"))) for each in parts(attachment, "fields"))
    links = _named(parts(attachment, "actions"), ("url",))
    yield Place(where, "\n".join([*_named([attachment], _ATTACHED), *fields, *links]))
    inner = {name: each for name, each in attachment.items() if name != "text"}
    yield from _places(inner, f"{where}, ", depth)
    yield Place(f"{where}, table", _text_of([part(attachment, "table")]))
    for each in parts(attachment, "message_blocks"):
        yield from _places(part(each, "message"), f"{where}, message, ", depth)
    yield Place(f"{where}, fallback", text_in(attachment, "fallback"))


def _of_blocks(blocks: Iterable[Body], inside: str) -> Iterator[Place]:
    for number, block in enumerate(blocks, 1):
        yield Place(f"{inside}block {number}", _text_of([block]))


def _text_of(blocks: Iterable[Body]) -> str:
    return "\n".join(_lines(blocks, _DEEPEST))


def _lines(nodes: Iterable[Body], depth: int) -> Iterator[str]:
    """Return the lines of blocks, however nested, down to some depth."""
    for node in nodes if depth else ():
        if text_in(node, "type") in _LINES:
            yield "".join(_inline(parts(node, "elements")))
            continue
        yield from _own(node, depth)
        for name in _HOLDS:
            yield from _lines(parts(node, name), depth - 1)
        yield from _rows(node, depth)


def _own(node: Body, depth: int) -> Iterator[str]:
    """Return what a block says itself; of buttons and inputs only where they lead."""
    if url := text_in(node, "url"):
        yield f"<{url}>"
    if text_in(node, "type") in _SILENT:
        return
    yield from _lines([part(node, "accessory")], depth - 1)
    for name in _SAYS:
        if text := text_in(node, name):
            yield text
        elif inner := part(node, name):
            yield from _lines([inner], depth - 1)


def _rows(node: Body, depth: int) -> Iterator[str]:
    """Return a table's rows, the cells parted as a pasted table's are."""
    for row in items(node, "rows"):
        cells = [cell for cell in row if isinstance(cell, Mapping)] if isinstance(row, list) else []
        yield " | ".join(_cell(cell, depth) for cell in cells)


def _cell(cell: Body, depth: int) -> str:
    value = cell.get("value")
    said = " ".join(_lines([cell], depth - 1))
    return said or (str(value) if isinstance(value, int) else "")


def _inline(nodes: Iterable[Body]) -> Iterator[str]:
    """Return the parts of one line of rich text."""
    for node in nodes:
        url, text = text_in(node, "url"), text_in(node, "text")
        yield f"<{url}|{text}>" if url and text else f"<{url}>" if url else text or " "


def _named(nodes: Iterable[Body], names: Iterable[str]) -> list[str]:
    return [text for node in nodes for name in names if (text := text_in(node, name))]
