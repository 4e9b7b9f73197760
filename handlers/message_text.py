"""All the text of a message: alert bots put it into blocks and attachments, people into files."""

from collections.abc import Iterable, Iterator, Mapping

from handlers.payloads import Body, part, parts, text_in

_DEEPEST = 12
_LINES = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})
_SILENT = frozenset({"button", "static_select", "image"})
_ATTACHED = ("pretext", "title", "title_link", "text", "footer")


def texts_of(message: Body) -> list[str]:
    """Return each text of a message by itself, each once: its own, blocks, attachments, files.

    Each is as Slack's mrkdwn, with a line for each paragraph, item and row.
    """
    found = (
        text_in(message, "text"),
        _of_blocks(message),
        *(text for each in parts(message, "attachments") for text in _of_attachment(each)),
        "\n".join(_named(parts(message, "files"), ("title", "name"))),
    )
    return list(dict.fromkeys(filter(None, found)))


def _of_attachment(attachment: Body) -> Iterator[str]:
    fields = (": ".join(_named([each], ("title", "value"))) for each in parts(attachment, "fields"))
    lines = [*_named([attachment], _ATTACHED), *fields]
    yield "\n".join(lines)
    yield _of_blocks(attachment)
    if not lines:
        yield text_in(attachment, "fallback")


def _of_blocks(holder: Body) -> str:
    return "\n".join(_lines(parts(holder, "blocks"), _DEEPEST))


def _lines(nodes: Iterable[Body], depth: int) -> Iterator[str]:
    """Return the lines of blocks, however nested, down to some depth."""
    for node in nodes if depth else ():
        if text_in(node, "type") in _LINES:
            yield "".join(_inline(parts(node, "elements")))
            continue
        yield from _own(node)
        for name in ("elements", "fields", "child_blocks"):
            yield from _lines(parts(node, name), depth - 1)
        yield from _rows(node, depth)


def _own(node: Body) -> Iterator[str]:
    """Return what a block says itself; buttons and inputs say nothing of SIMs."""
    if text_in(node, "type") in _SILENT:
        return
    for name in ("text", "title"):
        if text := text_in(part(node, name), "text") or text_in(node, name):
            yield text


def _rows(node: Body, depth: int) -> Iterator[str]:
    """Return a table's rows, the cells parted as a pasted table's are."""
    rows = node.get("rows")
    for row in rows if isinstance(rows, list) else ():
        cells = [cell for cell in row if isinstance(cell, Mapping)] if isinstance(row, list) else []
        yield " | ".join(" ".join(_lines([cell], depth - 1)) for cell in cells)


def _inline(nodes: Iterable[Body]) -> Iterator[str]:
    """Return the parts of one line of rich text."""
    for node in nodes:
        url, text = text_in(node, "url"), text_in(node, "text")
        yield f"<{url}|{text}>" if url and text else f"<{url}>" if url else text


def _named(nodes: Iterable[Body], names: Iterable[str]) -> list[str]:
    return [text for node in nodes for name in names if (text := text_in(node, name))]
