"""What to draw when a workspace does not know a block: data_table, table, fields, text.

Slack's newer blocks reach workspaces one by one; one that does not know a block refuses the whole
message with `invalid_blocks`. So every screen that uses them is a function of what is `Refused`:

    refused = learnt.get(team, NOTHING)
    while refused is not None:
        screen = draw(refused)                        # e.g. history_screen(..., refused=refused)
        if accepted(screen):
            break                                     # now remember `refused`, unless ALL_TEXT
        refused = retreat(refused, screen.blocks, messages)

The last rung, `ALL_TEXT`, is a screen without blocks whose text says everything. It is nothing to
remember: no workspace refuses a section, so there the fault was ours.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from bot.blocks.kit import Block, Screen, screen
from bot.blocks.tables import Drawn, Table, as_data_table, as_fields, as_table, as_text

Refused = frozenset[str]
NOTHING: Refused = frozenset()
# The newest first: the likeliest to be unknown, where Slack does not say which it was.
NEWEST_FIRST = ("data_visualization", "data_table", "container", "table")
FIELDS = "section"
ALL_TEXT: Refused = frozenset({*NEWEST_FIRST, FIELDS})
_POINTER = re.compile(r"/blocks/(\d+)")


def draw_table(table: Table, refused: Refused = NOTHING) -> Drawn:
    """Draw a table on the highest rung that the workspace has not refused."""
    if "data_table" not in refused:
        return as_data_table(table)
    if "table" not in refused:
        return as_table(table)
    return as_fields(table) if FIELDS not in refused else as_text(table)


def lowered(drawn: Screen, refused: Refused) -> Screen:
    """Write the words of the blocks into the text, where no block may be used."""
    if FIELDS not in refused:
        return drawn
    return screen("\n".join(_lines(drawn.blocks)), [])


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"]["text"]
        yield from (field["text"].replace("\n", " ") for field in block.get("fields", ()))
        if block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def retreat(
    refused: Refused, blocks: Sequence[Block], messages: Iterable[str] = ()
) -> Refused | None:
    """Add one kind of block to what is refused; None where there was no block left to blame.

    `messages` are Slack's `response_metadata.messages`, which may name the block or point at it.
    """
    used = _newer(blocks)
    if not used:
        return ALL_TEXT if blocks else None
    blamed = _blamed(blocks, messages) & used
    given_up = next(kind for kind in NEWEST_FIRST if kind in (blamed or used))
    return refused | {given_up}


def _newer(blocks: Iterable[Block]) -> Refused:
    return frozenset(kind for kind in _kinds(blocks) if kind in NEWEST_FIRST)


def _kinds(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield block["type"]
        yield from _kinds(block.get("child_blocks", ()))


def _blamed(blocks: Sequence[Block], messages: Iterable[str]) -> Refused:
    found: set[str] = set()
    for message in messages:
        found.update(kind for kind in NEWEST_FIRST if re.search(rf"\b{kind}\b", message))
        at = _POINTER.search(message)
        if at and int(at[1]) < len(blocks):
            found.add(blocks[int(at[1])]["type"])
    return frozenset(found)
