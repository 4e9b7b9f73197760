"""Ids as Slack makes them, and adds them where blocks have none; the type of a JSON object."""

import random
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


class Ids:
    """Makes ids that look like Slack's; the same seed makes the same ids."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- names, not secrets

    def make(self, prefix: str, length: int = 10) -> str:
        """Return an id such as `F0AB12CD34`: the prefix, then letters and digits."""
        return prefix + "".join(self._random.choices(_ALPHABET, k=length - len(prefix)))

    def token(self) -> str:
        """Return 24 letters and digits, for URLs and tickets."""
        return self.make("", 24)

    def number(self) -> str:
        """Return 13 digits, as in trigger ids and event ids."""
        return str(self._random.randrange(10**12, 10**13))


INTERACTIVE = frozenset({
    "button", "checkboxes", "datepicker", "datetimepicker", "email_text_input", "external_select",
    "feedback_buttons", "file_input", "icon_button", "multi_channels_select",
    "multi_conversations_select", "multi_external_select", "multi_static_select",
    "multi_users_select", "number_input", "overflow", "plain_text_input", "radio_buttons",
    "rich_text_input", "static_select", "channels_select", "conversations_select", "timepicker",
    "url_text_input", "users_select", "workflow_button",
})  # fmt: skip


def children(block: Json) -> Iterator[Json]:
    """Return the blocks that stand inside a container or carousel."""
    inner = block.get("child_blocks", ())
    cards = block.get("elements", ()) if block.get("type") == "carousel" else ()
    yield from (*inner, *cards)


def elements(block: Json) -> Iterator[Json]:
    """Return what can be clicked or filled in in one block, without its children's."""
    several = [*block.get("elements", ()), *block.get("actions", ())]
    for element in (*several, block.get("accessory"), block.get("element")):
        if isinstance(element, dict) and element.get("type") in INTERACTIVE:
            yield element


def flat(blocks: Iterable[Json]) -> Iterator[Json]:
    """Return every block, those inside of others too."""
    for block in blocks:
        yield block
        yield from flat(children(block))


def named(blocks: Iterable[Json], ids: Ids) -> tuple[Json, ...]:
    """Return copies in which each block has a block_id, each interactive element an action_id."""
    return tuple(_name_block(block, ids) for block in blocks)


def _name_block(block: Json, ids: Ids) -> Json:
    copy = {"block_id": ids.make("", 5), **block}
    inner = "elements" if block.get("type") == "carousel" else "child_blocks"
    if inner in copy:
        copy[inner] = list(named(copy[inner], ids))
    for key in {"elements", "actions"} & set(copy) - {inner}:
        copy[key] = [_name_element(one, ids) for one in copy[key]]
    for key in {"accessory", "element"} & set(copy):
        copy[key] = _name_element(copy[key], ids)
    return copy


def _name_element(element: Json, ids: Ids) -> Json:
    if element.get("type") in INTERACTIVE:
        return {"action_id": ids.make("", 5), **element}
    return element
