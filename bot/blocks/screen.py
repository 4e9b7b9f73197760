"""What is sent: a text, and blocks of which the newer ones have plainer forms.

Screens are always drawn at their richest. `bot.slack.messages.BlockFallback` sends them, and takes
`Screen.without` what a workspace has refused. To add a block that not every workspace knows, put it
into a `Degradable` that draws its plainer form, and its type into `NEWEST_FIRST`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.blocks.kit import Block, cut

MESSAGE_BLOCKS = 50
TEXT = 4000

Refused = frozenset[str]
NOTHING: Refused = frozenset()
# The newest first: the likeliest to be unknown, where Slack does not say which it was.
NEWEST_FIRST = ("data_visualization", "data_table", "container", "table")
SECTION = "section"
ALL_BLOCKS: Refused = frozenset({*NEWEST_FIRST, SECTION})
_POINTER = re.compile(r"/blocks/(\d+)")


@dataclass(frozen=True, slots=True)
class Degradable:
    """Blocks for workspaces that take the type `kind`; `plainer` draws what the others get."""

    kind: str
    blocks: Sequence[Block]
    plainer: Callable[[], Sequence["Part"]]


Part = Block | Degradable


@dataclass(frozen=True, slots=True)
class Screen:
    """What is sent: `text` is the notification (plain, escaped), `parts` is what is drawn."""

    text: str
    parts: list[Part]

    @property
    def blocks(self) -> list[Block]:
        """Return the richest blocks, at most 50."""
        return _drawn(self.parts, NOTHING)

    def without(self, refused: Refused) -> "Screen":
        """Return the screen in plainer forms; where no block may be used, it is all text."""
        blocks = _drawn(self.parts, refused)
        if SECTION in refused:
            return screen("\n".join(_lines(blocks)) or self.text, [])
        return Screen(self.text, [*blocks])


def screen(text: str, parts: Iterable[Part | None]) -> Screen:
    """Put a screen together without the parts that are None."""
    return Screen(cut(text, TEXT), [part for part in parts if part])


def _drawn(parts: Iterable[Part], refused: Refused) -> list[Block]:
    return list(_resolved(parts, refused))[:MESSAGE_BLOCKS]


def _resolved(parts: Iterable[Part], refused: Refused) -> Iterator[Block]:
    for part in parts:
        if not isinstance(part, Degradable):
            yield part
        elif part.kind in refused:
            yield from _resolved(part.plainer(), refused)
        else:
            yield from part.blocks


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if "text" in block:
            yield block["text"]["text"]
        yield from (field["text"].replace("\n", " ") for field in block.get("fields", ()))
        if block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def degrade(
    refused: Refused, blocks: Sequence[Block], messages: Iterable[str] = ()
) -> Refused | None:
    """Add one kind of block to what is refused; None where there was no block left to blame.

    `messages` are Slack's `response_metadata.messages`, which may name the block or point at it.
    """
    used = frozenset(kind for kind in _kinds(blocks) if kind in NEWEST_FIRST)
    if not used:
        return ALL_BLOCKS if blocks else None
    blamed = _blamed(blocks, messages) & used
    return refused | {next(kind for kind in NEWEST_FIRST if kind in (blamed or used))}


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
