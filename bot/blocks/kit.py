"""The few builders of Block Kit; Slack's limits are kept by how they are made.

Blocks are plain dicts: slack_sdk's models drop what they do not know yet. Limits are those of
docs.slack.dev/reference/block-kit. Foreign text goes through `bot.blocks.text.escape` (or a
`bot.blocks.speech.Speech`) before it comes here; what comes here is cut, never escaped again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks.text import clean, cut

Block = dict[str, Any]
View = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TEXT = 4000
_SECTION = 3000
_FIELD = 2000
_FIELDS = 10
_CONTEXTS = 10
_BUTTONS = 25
_LABEL = 75
_CHILDREN = 10
_TITLE = 150
_VIEW_TITLE = 24


@dataclass(frozen=True, slots=True)
class Screen:
    """What is sent: `text` is the notification (plain, escaped), `blocks` is what is drawn."""

    text: str
    blocks: list[Block]


def screen(text: str, blocks: Iterable[Block | None]) -> Screen:
    """Put a screen together; blocks that are None are left out, and at most 50 go along."""
    return Screen(cut(text, TEXT), [block for block in blocks if block][:MESSAGE_BLOCKS])


def mrkdwn(text: str, limit: int = _SECTION) -> Block:
    """Give a text object; `verbatim` keeps Slack from finding links and names in plain words."""
    return {"type": "mrkdwn", "text": cut(text, limit), "verbatim": True}


def plain(text: str, limit: int) -> Block:
    """Give a text object that is shown letter by letter."""
    return {"type": "plain_text", "text": clean(text, limit), "emoji": False}


def section(text: str, accessory: Block | None = None) -> Block:
    """Give a paragraph of mrkdwn, at most 3,000 characters, with a button beside it if given."""
    block: Block = {"type": "section", "text": mrkdwn(text), "expand": True}
    return block | {"accessory": accessory} if accessory else block


def fields(facts: Iterable[tuple[str, str]]) -> list[Block]:
    """Draw pairs of label and value in two columns, ten to a section."""
    cells = [mrkdwn(f"*{label}*\n{value}", _FIELD) for label, value in facts]
    starts = range(0, len(cells), _FIELDS)
    return [{"type": "section", "fields": cells[at : at + _FIELDS]} for at in starts]


def context(*lines: str) -> Block:
    """Give small print: at most 10 lines of mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(line, _FIELD) for line in lines[:_CONTEXTS]]}


def divider() -> Block:
    """Give a line across."""
    return {"type": "divider"}


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Give a row of at most 25 buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements[:_BUTTONS])}


def button(label: str, action_id: str, said: str, **more: str | None) -> Block:
    """Give a button; `said` is what a screen reader says. `more`: value, url, style."""
    block = {
        "type": "button",
        "text": plain(label, _LABEL),
        "action_id": action_id,
        "accessibility_label": clean(said, _LABEL),
    }
    return block | {name: given for name, given in more.items() if given}


def container(title: str, children: Sequence[Block]) -> Block:
    """Give up to 10 blocks folded under a title. Messages only; not every workspace knows it."""
    return {
        "type": "container",
        "title": plain(title, _TITLE),
        "child_blocks": list(children[:_CHILDREN]),
        "is_collapsible": True,
        "default_collapsed": True,
    }


def modal(callback_id: str, title: str, blocks: Sequence[Block], metadata: str = "") -> View:
    """Give a window to read: a title of at most 24 characters, 100 blocks, and a Close button."""
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, _VIEW_TITLE),
        "close": plain("Close", _VIEW_TITLE),
        "private_metadata": metadata,
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }
