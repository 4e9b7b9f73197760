"""What a person can fill in within a window; Slack's limits are kept as in bot/blocks/kit.py.

https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.blocks.kit import Block, plain

TEXT = 3000
_LABEL = 2000
_PLACEHOLDER = 150
_OPTION = 75
_OPTIONS = 100


class Choice(NamedTuple):
    """Something that can be chosen: what comes back, and what is read."""

    value: str
    words: str


def field(  # noqa: PLR0913 -- what an input has
    block_id: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
    tells: bool = False,
) -> Block:
    """Give an input; its action id is the block's. `tells`: each change is sent to us at once."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, _LABEL),
        "element": element | {"action_id": block_id},
        "optional": optional,
        "dispatch_action": tells,
    }
    return block | ({"hint": plain(hint, _LABEL)} if hint else {})


def typed(text: str, *, most: int = TEXT, lines: bool = False, example: str = "") -> Block:
    """Give a text to type, `text` standing there already."""
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": most}
    return element | _placeholder(example) | ({"initial_value": text[:most]} if text else {})


def chosen(kind: str, choices: Iterable[Choice], value: str, *, example: str = "") -> Block:
    """Give a choice of at most 100, the one with `value` made; kind: static_select, radio_buttons.

    Radio buttons have no placeholder.
    """
    options = [option(choice) for choice in choices][:_OPTIONS]
    first = [one for one in options if one["value"] == value]
    element: Block = {"type": kind, "options": options} | _placeholder(example)
    return element | ({"initial_option": first[0]} if first else {})


def searched(choice: Choice | None, *, example: str = "") -> Block:
    """Give a choice that is offered while one types, from the first letter on."""
    element: Block = {"type": "external_select", "min_query_length": 0} | _placeholder(example)
    return element | ({"initial_option": option(choice)} if choice else {})


def time_of_day(at: str) -> Block:
    """Give a time to choose, `HH:MM`; "" for none yet."""
    return {"type": "timepicker"} | ({"initial_time": at} if at else {})


def conversation(channel: str, kinds: Sequence[str]) -> Block:
    """Give a choice of the conversations that the person is in; kinds: public, private, im."""
    element: Block = {"type": "conversations_select", "filter": {"include": list(kinds)}}
    return element | ({"initial_conversation": channel} if channel else {})


def option(choice: Choice) -> Block:
    """Give one of the things to choose from."""
    return {"text": plain(choice.words, _OPTION), "value": choice.value}


def _placeholder(example: str) -> Block:
    return {"placeholder": plain(example, _PLACEHOLDER)} if example else {}
