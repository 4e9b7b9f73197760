"""What a person chose or typed in an element, in the shape that Slack reports it."""

from collections.abc import Iterable

from bot.emulators.slack.blocks.composition import OPTION, OPTION_GROUP
from bot.emulators.slack.blocks.schema import array, just_one_of, shape
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.ids import Json, elements, flat
from bot.struct import replace

ONE_OPTION = {"static_select", "external_select", "overflow", "radio_buttons"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
PLAIN = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
OFFERED = shape(
    {},
    {"options": array(OPTION, 0, 100), "option_groups": array(OPTION_GROUP, 0, 100)},
    just_one_of("options", "option_groups"),
)
STATELESS = {"button", "overflow", "icon_button", "feedback_buttons", "workflow_button"}


def find_element(blocks: Iterable[Json], block_id: str, action_id: str) -> Json:
    """Find an element by its ids. Raises KeyError."""
    for block in flat(blocks):
        for element in elements(block):
            if (block.get("block_id"), element.get("action_id")) == (block_id, action_id):
                return element
    raise KeyError((block_id, action_id))


def answer_of(element: Json, selected: object) -> Json:
    """Report a choice: `selected` is an option's value (or several), an id, a date or a text."""
    kind = element["type"]
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": _option(element, selected)}
    if kind in MANY_OPTIONS:
        return {
            "type": kind,
            "selected_options": [_option(element, one) for one in _many(selected)],
        }
    if kind == "feedback_buttons":
        return {"type": kind} | _feedback(element, selected)
    return {"type": kind, PLAIN[kind]: selected} if kind in PLAIN else {"type": kind}


def typed_values(blocks: Iterable[Json], values: Json) -> Json:
    """Report what was filled in, by block id and action id. Raises KeyError."""
    return {
        block: {
            action: answer_of(find_element(blocks, block, action), value)
            for action, value in by_action.items()
        }
        for block, by_action in values.items()
    }


def missing_inputs(blocks: Iterable[Json], values: Json) -> list[str]:
    """Return the ids of the input blocks that must be filled in and are not."""
    needed = [b for b in flat(blocks) if b.get("type") == "input" and not b.get("optional")]
    return [
        block["block_id"]
        for block in needed
        if _is_empty(values[block["block_id"]][block["element"]["action_id"]])
    ]


def checked_options(delivery: Delivery) -> Delivery:
    """Check the options that the app offers for what was typed into an external select."""
    if not delivery.ok:
        return delivery
    faults = list(OFFERED(delivery.answer, ""))
    return replace(delivery, ok=False, error="invalid_options") if faults else delivery


def initial_values(blocks: Iterable[Json]) -> Json:
    """Return the state of what nobody has touched yet: block id, action id, value."""
    values: Json = {}
    for block in flat(blocks):
        for element in elements(block):
            if element["type"] not in STATELESS:
                of_block = values.setdefault(block["block_id"], {})
                of_block[element["action_id"]] = _untouched(element)
    return values


def merged(below: Json, above: Json) -> Json:
    """Return the values of both, those above where both speak."""
    return {block: below.get(block, {}) | above.get(block, {}) for block in (*below, *above)}


def _untouched(element: Json) -> Json:
    kind = element["type"]
    if kind in ONE_OPTION:
        empty: Json = {"selected_option": None}
    elif kind in MANY_OPTIONS:
        empty = {"selected_options": []}
    else:
        empty = {PLAIN[kind]: [] if kind.startswith("multi_") or kind == "file_input" else None}
    ((key, nothing),) = empty.items()
    first = element.get(key.replace("selected_", "initial_"), element.get("initial_value"))
    return {"type": kind, key: nothing if first is None else first}


def _is_empty(answer: Json) -> bool:
    return not any(value for key, value in answer.items() if key != "type")


def _feedback(element: Json, selected: object) -> Json:
    for side in ("positive_button", "negative_button"):
        if element[side]["value"] == selected:
            return {key: element[side][key] for key in ("text", "value")}
    raise KeyError(selected)


def _option(element: Json, selected: object) -> Json:
    if isinstance(selected, dict):
        return selected
    groups = (group.get("options", ()) for group in element.get("option_groups") or ())
    for option in (*(element.get("options") or ()), *(one for group in groups for one in group)):
        if option.get("value") == selected:
            return dict(option)
    raise KeyError(selected)


def _many(selected: object) -> tuple[object, ...]:
    return tuple(selected) if isinstance(selected, (list, tuple)) else (selected,)
