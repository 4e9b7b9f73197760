"""All the text of a message: alert bots put it into blocks and attachments, people into files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_DEEPEST = 12
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
_ATTACHED = ("pretext", "title", "title_link", "text", "footer")

Node = Mapping[str, Any]


def texts_of(message: Node) -> list[str]:
    """Return each text of a message by itself, each once: its own, blocks, attachments, files.

    Each is as Slack's mrkdwn, with a line for each paragraph, item and row.
    """
    found = (
        _told(message, "text"),
        _of_blocks(message),
        *(text for each in _list(message, "attachments") for text in _of_attachment(each)),
        "\n".join(_named(_list(message, "files"), ("title", "name"))),
    )
    return list(dict.fromkeys(filter(None, found)))


def _of_attachment(attachment: Node) -> Iterator[str]:
    fields = (": ".join(_named([each], ("title", "value"))) for each in _list(attachment, "fields"))
    lines = [*_named([attachment], _ATTACHED), *fields]
    yield "\n".join(lines)
    yield _of_blocks(attachment)
    if not lines:
        yield _told(attachment, "fallback")


def _of_blocks(holder: Node) -> str:
    return "\n".join(_lines(_list(holder, "blocks"), _DEEPEST))


def _lines(nodes: Iterable[Node], depth: int) -> Iterator[str]:
    """Return the lines of blocks, however nested, down to some depth."""
    for node in nodes if depth else ():
        if node.get("type") in _LINES:
            yield "".join(_inline(_list(node, "elements")))
            continue
        yield from _own(node)
        for name in ("elements", "fields", "child_blocks"):
            yield from _lines(_list(node, name), depth - 1)
        yield from _rows(node, depth)


def _own(node: Node) -> Iterator[str]:
    """Return what a block says itself; buttons and inputs say nothing of SIMs."""
    if node.get("type") in {"button", "static_select", "image"}:
        return
    for name in ("text", "title"):
        text = node.get(name)
        told = _told(text, "text") if isinstance(text, Mapping) else _told(node, name)
        if told:
            yield told


def _rows(node: Node, depth: int) -> Iterator[str]:
    """Return a table's rows, the cells parted as a pasted table's are."""
    rows = node.get("rows")
    for row in rows if isinstance(rows, list) else ():
        cells = [cell for cell in row if isinstance(cell, Mapping)] if isinstance(row, list) else []
        yield " | ".join(" ".join(_lines([cell], depth - 1)) for cell in cells)


def _inline(nodes: Iterable[Node]) -> Iterator[str]:
    """Return the parts of one line of rich text."""
    for node in nodes:
        url, text = _told(node, "url"), _told(node, "text")
        yield f"<{url}|{text}>" if url and text else f"<{url}>" if url else text


def _named(nodes: Iterable[Node], names: Iterable[str]) -> list[str]:
    return [told for node in nodes for name in names if (told := _told(node, name))]


def _told(node: Node, name: str) -> str:
    found = node.get(name)
    return found if isinstance(found, str) else ""


def _list(node: Node, name: str) -> list[Node]:
    found = node.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []
