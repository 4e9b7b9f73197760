"""Escaping, builders of Block Kit that keep within Slack's limits, and the screen that is sent.

Blocks are plain dicts: slack_sdk's models drop what they do not know yet. Limits are those of
docs.slack.dev/reference/block-kit. Foreign text goes through `bot.blocks.kit.escape` (or a
`bot.blocks.format.Formatter`) before it comes here; what comes here is cut, never escaped again.

Screens are always drawn at their richest. `bot.slack.posting.BlockFallback` sends them, and takes
`Screen.without` what a workspace has refused. To add a block that not every workspace knows, put it
into a `Degradable` that draws its plainer form, and its type into `NEWEST_FIRST` there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from bot.struct import Struct

NAME_LIMIT = 80
SENTENCE = 1500

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Direction overrides, invisible spaces, line ends and terminal escapes: all can hide or reorder.
_UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile("[\ud800-\udfff]")
# Slack has no way to escape its marks; a look-alike reads the same and formats nothing.
_LOOKALIKES = str.maketrans({"*": "∗", "~": "∼", "`": "ˋ"})
_MARK = re.compile("[*~`:_]")
_EMOJI = re.compile(r":(?=[0-9]*[a-z_+'-][a-z0-9_+'-]*:|1(?:00|234):)", re.IGNORECASE)
_JOINER = "\u2060"  # no width: `:word` that is followed by one is no emoji
_EDGE_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_MARKUP = re.compile(r"(<(?:[@#!]|https?://|mailto:)[^<>]*>|&(?:amp|lt|gt);)|[&<>]")
_HALF_MARK = re.compile(r"(<[^<>]*|&[a-z]{0,4})$")

NO_BREAK = "\u00a0"  # a space at which no line is broken
_IN_A_NUMBER = re.compile(  # it begins with the space: that is found fastest
    r" (?:(?<=\d )(?=(?:s|min|h|d|KB|MB|GB|km|packets?)\b|%)"  # 12 s, 86 %
    r"|(?<=\d [hd] )(?=\d+ (?:min|h)\b)|(?<=\d min )(?=\d+ s\b)"  # 9 h 31 min
    r"|(?<=[↑↓≈] )(?=[\du]))"
)
_DIGIT = re.compile(r"[0-9]")
_AS_IT_IS = re.compile(r"(```.*?```|`[^`\n]*`|<[^<>]*>)", re.DOTALL)


def without_hidden(text: str) -> str:
    """Return the text without characters that hide or reorder others."""
    return _UNSEEN.sub("", text)


def clean(text: str, limit: int = NAME_LIMIT) -> str:
    """Return one visible line of at most `limit` characters; `(blank)` where nothing is visible."""
    plain = text.isascii() and text.isprintable()  # as most is; the searches cost more
    seen = (text if plain else _LONE.sub("�", _BREAKS.sub(" ", without_hidden(text)))).strip()
    if len(seen) > limit:
        seen = seen[: limit - 1].rstrip() + "…"
    return seen or "(blank)"


def escape_entities(text: str) -> str:
    """Replace the three characters that Slack reads as markup: & < and >."""
    return text.translate(_ENTITIES)


def escape(text: str, limit: int = NAME_LIMIT) -> str:
    """Return foreign text that Slack's mrkdwn shows as it is: no mention, no link, no bold."""
    return escape_marks(clean(text, limit))


def is_plain(line: str) -> bool:
    """Return whether a clean line holds nothing that mrkdwn would read as a mark or an emoji."""
    return line == _disarmed(line)


def escape_marks(line: str) -> str:
    """Take the meaning off every mark of mrkdwn in a clean line, and keep its spaces."""
    return escape_entities(_disarmed(line))


def _disarmed(line: str) -> str:
    if not _MARK.search(line):  # as in most
        return line
    line = _EMOJI.sub(f":{_JOINER}", line.translate(_LOOKALIKES))
    return _EDGE_UNDERSCORE.sub(lambda run: "ˍ" * len(run[0]), line)


def sentence(text: str) -> str:
    """Make an error's sentence safe for mrkdwn; only pairs of back-ticks keep their meaning."""
    parts = clean(text, SENTENCE).split("`")
    if len(parts) % 2 == 0:
        return escape_marks("`".join(parts))
    return "".join(
        f"`{escape_entities(part)}`" if at % 2 and part.strip() else escape_marks(part)
        for at, part in enumerate(parts)
    )


def cut(mrkdwn: str, limit: int) -> str:
    """Shorten finished mrkdwn to `limit` characters without leaving half a token or entity."""
    if len(mrkdwn) <= limit:
        return mrkdwn
    return _HALF_MARK.sub("", mrkdwn[: limit - 1]) + "…"


Block = dict[str, Any]
View = dict[str, Any]

VIEW_BLOCKS = 100
_SECTION = 3000
_FIELD = 2000
_FIELDS = 10
_CONTEXTS = 10
_BUTTONS = 25
_OVERFLOW = 5
_LABEL = 75
_CHILDREN = 10
_TITLE = 150
_VIEW_TITLE = 24


def mrkdwn(text: str, limit: int = _SECTION) -> Block:
    """Return a text object; `verbatim` keeps Slack from finding links and names in plain words."""
    return {"type": "mrkdwn", "text": cut(unbroken(well_formed(text)), limit), "verbatim": True}


def unbroken(mrkdwn: str) -> str:
    """Keep numbers and their units on one line: `9 h 31 min`; what is to be copied stays as is."""
    if not _DIGIT.search(mrkdwn):
        return mrkdwn
    parts = _AS_IT_IS.split(mrkdwn)
    parts[::2] = [_IN_A_NUMBER.sub(NO_BREAK, part) for part in parts[::2]]
    return "".join(parts)


def well_formed(mrkdwn: str) -> str:
    """Escape whatever Slack would read as markup and is none, such as `<sim>` in our own words."""
    return _MARKUP.sub(lambda found: found[1] or escape_entities(found[0]), mrkdwn)


def plain(text: str, limit: int) -> Block:
    """Return a text object that is shown letter by letter."""
    return {"type": "plain_text", "text": clean(text, limit), "emoji": False}


def section(text: str, accessory: Block | None = None) -> Block:
    """Return a paragraph of mrkdwn, at most 3,000 characters, with a button beside it if given."""
    block: Block = {"type": "section", "text": mrkdwn(text), "expand": True}
    return block | {"accessory": accessory} if accessory else block


def fields(facts: Iterable[tuple[str, str]]) -> list[Block]:
    """Draw pairs of label and value in two columns, ten to a section."""
    cells = [mrkdwn(f"*{label}*\n{value}", _FIELD) for label, value in facts]
    starts = range(0, len(cells), _FIELDS)
    return [{"type": "section", "fields": cells[at : at + _FIELDS]} for at in starts]


def context(*lines: str) -> Block:
    """Return small print: at most 10 lines of mrkdwn."""
    return {"type": "context", "elements": [mrkdwn(line, _FIELD) for line in lines[:_CONTEXTS]]}


def divider() -> Block:
    """Return a line across."""
    return {"type": "divider"}


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Return a row of at most 25 buttons."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements[:_BUTTONS])}


class UiState(BaseModel):
    """What a button or a window carries; it comes back with a click, always within Slack's limits.

    One for each thing that can be carried is in bot/blocks/ids.py.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    def to_value(self) -> str:
        """Return the text that is carried."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def from_value(cls, value: str) -> Self:
        """Read what came back. Raises pydantic's ValidationError on anything else."""
        return cls.model_validate_json(value)


def button(
    label: str, action_id: str, description: str, value: UiState | None = None, *, url: str = ""
) -> Block:
    """Return a button; `description` is for screen readers, which say its label in any case."""
    seen = label.rstrip("…")
    if seen.casefold() not in description.casefold():
        description = f"{seen}: {description}"
    block = {
        "type": "button",
        "text": plain(label, _LABEL),
        "action_id": action_id,
        "accessibility_label": clean(description, _LABEL),
    }
    block |= {"value": value.to_value()} if value else {}
    return block | ({"url": url} if url else {})


def confirmed(press: Block, title: str, text: str, answers: tuple[str, str], **style: str) -> Block:
    """Return a button that asks before it does anything; `answers` are the labels of yes and no."""
    asked = {"title": plain(title, 100), "text": plain(text, 300)}
    yes, no = (plain(each, 30) for each in answers)
    return press | {"confirm": {**asked, "confirm": yes, "deny": no, **style}}


def overflow(action_id: str, options: Sequence[Block]) -> Block:
    """Return three dots behind which 2 to 5 things can be chosen."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:_OVERFLOW])}


def container(title: str, children: Sequence[Block]) -> Block:
    """Return up to 10 blocks folded under a title. Messages only; not every workspace knows it."""
    return {
        "type": "container",
        "title": plain(title, _TITLE),
        "child_blocks": list(children[:_CHILDREN]),
        "is_collapsible": True,
        "default_collapsed": True,
    }


def modal(  # noqa: PLR0913 -- what a window has
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    carried: UiState | None = None,
    *,
    submit: str = "",
    close: str = "Close",
) -> View:
    """Return a window: a title of at most 24 characters, and 100 blocks.

    With `submit`, which is a button's label, it is a form that can be sent off.
    """
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, _VIEW_TITLE),
        **({"submit": plain(submit, _VIEW_TITLE)} if submit else {}),
        "close": plain(close, _VIEW_TITLE),
        "private_metadata": carried.to_value() if carried else "",
        "blocks": list(blocks[:VIEW_BLOCKS]),
    }


INPUT_TEXT = 3000
_INPUT_LABEL = 2000
_PLACEHOLDER = 150
_OPTION = 75
_OPTIONS = 100


class Choice(NamedTuple):
    """Something that can be chosen: what comes back, and what is read."""

    value: str
    label: str


def input_block(  # noqa: PLR0913 -- what an input has
    block_id: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
    notifies: bool = False,
) -> Block:
    """Return an input; its action id is the block's. `notifies`: each change is sent at once."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, _INPUT_LABEL),
        "element": element | {"action_id": block_id},
        "optional": optional,
        "dispatch_action": notifies,
    }
    return block | ({"hint": plain(hint, _INPUT_LABEL)} if hint else {})


MORE_SIMS = "More SIMs"
"""The label of a further field for a list: one holds 3,000 characters."""


def text_input(
    text: str, *, most: int = INPUT_TEXT, lines: bool = False, example: str = ""
) -> Block:
    """Return a text to type, `text` standing there already."""
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": most}
    return element | _placeholder(example) | ({"initial_value": text[:most]} if text else {})


def select(kind: str, choices: Iterable[Choice], value: str, *, example: str = "") -> Block:
    """Return a choice of at most 100, `value` chosen; kind: static_select or radio_buttons.

    Radio buttons have no placeholder.
    """
    options = [option(choice) for choice in choices][:_OPTIONS]
    first = [one for one in options if one["value"] == value]
    element: Block = {"type": kind, "options": options} | _placeholder(example)
    return element | ({"initial_option": first[0]} if first else {})


def external_select(choice: Choice | None, *, example: str = "") -> Block:
    """Return a choice that is offered while one types, from the first letter on."""
    element: Block = {"type": "external_select", "min_query_length": 0} | _placeholder(example)
    return element | ({"initial_option": option(choice)} if choice else {})


def option(choice: Choice) -> Block:
    """Return one of the things to choose from."""
    return {"text": plain(choice.label, _OPTION), "value": choice.value}


def _placeholder(example: str) -> Block:
    return {"placeholder": plain(example, _PLACEHOLDER)} if example else {}


MESSAGE_BLOCKS = 50
TEXT = 4000

Refused = frozenset[str]
NOTHING: Refused = frozenset()
SECTION = "section"


class Degradable(Struct):
    """Blocks for workspaces that take the type `kind`; `plainer` draws what the others get."""

    kind: str
    blocks: Sequence[Block]
    plainer: Callable[[], Sequence["Part"]]


Part = Block | Degradable


class Screen(Struct):
    """What is sent: `text` is the notification (plain, escaped), `parts` is what is drawn.

    `entities` are the Work Objects that a new message carries (bot/blocks/report.py).
    """

    text: str
    parts: list[Part]
    entities: Sequence[Block] = ()

    @property
    def blocks(self) -> list[Block]:
        """Return the richest blocks, at most 50."""
        return _drawn(self.parts, NOTHING)

    def without(self, refused: Refused) -> "Screen":
        """Return the screen in plainer forms; where no block may be used, it is all text."""
        blocks = _drawn(self.parts, refused)
        if SECTION in refused:
            return screen("\n".join(_lines(blocks)) or self.text, [])
        return Screen(self.text, [*blocks], self.entities)


def screen(text: str, parts: Iterable[Part | None]) -> Screen:
    """Put a screen together without the parts that are None."""
    return Screen(cut(well_formed(text), TEXT), [part for part in parts if part])


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
