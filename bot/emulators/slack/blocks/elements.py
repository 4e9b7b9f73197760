"""Limits of every element that can be clicked or filled in, and which block may hold which.

From slack_sdk's models (3.47) and docs.slack.dev/reference/block-kit/block-elements.
"""

from bot.emulators.slack.blocks.schema import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    FEEDBACK_BUTTON,
    IMAGE,
    LINK_OPTION,
    MARKED_OPTION,
    OPTION,
    OPTION_GROUP,
    RICH_TEXT_OBJECT,
    STYLE,
    URL,
    USER_IDS,
    WORKFLOW,
    Check,
    Extra,
    among,
    array,
    boolean,
    integer,
    just_one_of,
    one_of,
    pattern,
    plain_text,
    shape,
    string,
    typed,
)

_ID = {"action_id": ACTION_ID}
_CHOICE = {**_ID, "confirm": CONFIRM, "focus_on_load": boolean}
_INPUT = {**_CHOICE, "placeholder": plain_text(150)}
_TYPED = {**_INPUT, "dispatch_action_config": DISPATCH_CONFIG}
_MANY = {"max_selected_items": integer(1)}
_OFFER = {"options": array(OPTION, 1, 100), "option_groups": array(OPTION_GROUP, 1, 100)}
_DATE = pattern(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_TIME = pattern(r"(?:[01]\d|2[0-3]):[0-5]\d")
_EITHER = just_one_of("options", "option_groups")


def _picker(*extras: Extra, **fields: Check) -> Check:
    return shape({}, {**_INPUT, **fields}, *extras)


def _input(**fields: Check) -> Check:
    return shape({}, {**_TYPED, **fields})


ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"text": plain_text(75)},
        {
            **_ID,
            "value": string(2000),
            "url": string(URL),
            "style": STYLE,
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "agent_prompt": string(4000),
            "agent_prompt_display": string(),
            "visible_to_user_ids": USER_IDS,
        },
    ),
    "icon_button": shape(
        {"icon": one_of("trash"), "text": plain_text(75)},
        {
            **_ID,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": USER_IDS,
        },
    ),
    "feedback_buttons": shape(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, _ID
    ),
    "workflow_button": shape(
        {"text": plain_text(75), "workflow": WORKFLOW},
        {**_ID, "style": STYLE, "accessibility_label": string(75)},
    ),
    "overflow": shape({"options": array(LINK_OPTION, 2, 5)}, {**_ID, "confirm": CONFIRM}),
    "checkboxes": shape(
        {"options": array(MARKED_OPTION, 1, 10)},
        {**_CHOICE, "initial_options": array(MARKED_OPTION, 1, 10)},
        among("initial_options"),
    ),
    "radio_buttons": shape(
        {"options": array(MARKED_OPTION, 1, 10)},
        {**_CHOICE, "initial_option": MARKED_OPTION},
        among("initial_option"),
    ),
    "static_select": _picker(_EITHER, among("initial_option"), **_OFFER, initial_option=OPTION),
    "multi_static_select": _picker(
        _EITHER,
        among("initial_options"),
        **_OFFER,
        **_MANY,
        initial_options=array(OPTION, 1, 100),
    ),
    "external_select": _picker(min_query_length=integer(0), initial_option=OPTION),
    "multi_external_select": _picker(
        **_MANY, min_query_length=integer(0), initial_options=array(OPTION, 1, 100)
    ),
    "users_select": _picker(initial_user=string()),
    "multi_users_select": _picker(**_MANY, initial_users=array(string())),
    "channels_select": _picker(initial_channel=string(), response_url_enabled=boolean),
    "multi_channels_select": _picker(**_MANY, initial_channels=array(string())),
    "conversations_select": _picker(
        initial_conversation=string(),
        default_to_current_conversation=boolean,
        response_url_enabled=boolean,
        filter=CONVERSATION_FILTER,
    ),
    "multi_conversations_select": _picker(
        **_MANY,
        initial_conversations=array(string()),
        default_to_current_conversation=boolean,
        filter=CONVERSATION_FILTER,
    ),
    "datepicker": _picker(initial_date=_DATE),
    "timepicker": _picker(initial_time=_TIME, timezone=string()),
    "datetimepicker": shape({}, {**_CHOICE, "initial_date_time": integer(10**9, 10**10 - 1)}),
    "plain_text_input": _input(
        initial_value=string(3000, 0),
        multiline=boolean,
        min_length=integer(0, 3000),
        max_length=integer(1, 3000),
    ),
    "rich_text_input": _input(
        initial_value=RICH_TEXT_OBJECT, min_lines=integer(1), max_lines=integer(1)
    ),
    "email_text_input": _input(initial_value=string()),
    "url_text_input": _input(initial_value=string()),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": string(), "min_value": string(), "max_value": string()},
    ),
    "file_input": shape({}, {**_ID, "filetypes": array(string()), "max_files": integer(1, 10)}),
    "image": IMAGE,
}
_SELECTS = frozenset(name for name in ELEMENTS if name.endswith("_select"))
_CHOICES = _SELECTS | {"checkboxes", "radio_buttons", "datepicker", "timepicker"}
_PRESSED = frozenset({"button", "overflow", "workflow_button"})
IN_ACTIONS = _CHOICES | _PRESSED | {"datetimepicker", "rich_text_input"}
IN_SECTION = _CHOICES | _PRESSED | {"image"}
IN_INPUT = _CHOICES | {
    "datetimepicker", "plain_text_input", "rich_text_input", "email_text_input",
    "url_text_input", "number_input", "file_input",
}  # fmt: skip
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})


def element(names: frozenset[str]) -> Check:
    """Allow one of these elements."""
    return typed({name: ELEMENTS[name] for name in names})
