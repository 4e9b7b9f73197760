"""Gives blocks and elements the ids that their author left out, as Slack does on arrival."""

from collections.abc import Iterable, Iterator

from bot.sandbox.slack_api.wire import Ids, Json

INTERACTIVE = frozenset({
    "button", "checkboxes", "datepicker", "datetimepicker", "email_text_input", "external_select",
    "feedback_buttons", "file_input", "icon_button", "multi_channels_select",
    "multi_conversations_select", "multi_external_select", "multi_static_select",
    "multi_users_select", "number_input", "overflow", "plain_text_input", "radio_buttons",
    "rich_text_input", "static_select", "channels_select", "conversations_select", "timepicker",
    "url_text_input", "users_select", "workflow_button",
})  # fmt: skip


def children(block: Json) -> Iterator[Json]:
    """Give the blocks that stand inside a container or carousel."""
    inner = block.get("child_blocks") or ()
    cards = block.get("elements") if block.get("type") == "carousel" else ()
    yield from (child for child in (*inner, *(cards or ())) if isinstance(child, dict))


def elements(block: Json) -> Iterator[Json]:
    """Give what can be clicked or filled in in one block, without its children's."""
    several = [*(block.get("elements") or ()), *(block.get("actions") or ())]
    for element in (*several, block.get("accessory"), block.get("element")):
        if isinstance(element, dict) and element.get("type") in INTERACTIVE:
            yield element


def flat(blocks: Iterable[Json]) -> Iterator[Json]:
    """Give every block, those inside of others too."""
    for block in blocks:
        yield block
        yield from flat(children(block))


def named(blocks: Iterable[Json], ids: Ids) -> tuple[Json, ...]:
    """Give copies in which each block has a block_id, each interactive element an action_id."""
    return tuple(_name_block(block, ids) for block in blocks)


def _name_block(block: Json, ids: Ids) -> Json:
    copy = dict(block)
    copy.setdefault("block_id", ids.make("", 5))
    for key in ("elements", "actions", "child_blocks"):
        if isinstance(copy.get(key), list):
            copy[key] = [_name_child(child, ids) for child in copy[key]]
    for key in ("accessory", "element"):
        if isinstance(copy.get(key), dict):
            copy[key] = _name_child(copy[key], ids)
    return copy


def _name_child(child: Json, ids: Ids) -> Json:
    if child.get("type") in INTERACTIVE:
        return {"action_id": ids.make("", 5), **child}
    nested = child.get("type") == "card" or "block_id" in child or "child_blocks" in child
    return _name_block(child, ids) if nested else child
