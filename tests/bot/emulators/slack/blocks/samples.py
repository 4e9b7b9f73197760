"""One right example of every block and element, to be spoilt by tests."""

from copy import deepcopy

ENUM, OBJECT = "must be a valid enum value", "must provide an object"


def most(items):
    return f"no more than {items} items allowed"


def least(items):
    return f"no fewer than {items} items allowed"


def less(characters):
    return f"must be less than {characters} characters"


def missing(field):
    return f"missing required field: {field}"


def extra(field):
    return f"invalid additional property: {field}"


def unsupported(kind):
    return f"unsupported type: {kind}"


def plain(text="text"):
    return {"type": "plain_text", "text": text}


def mrkdwn(text="text"):
    return {"type": "mrkdwn", "text": text}


def option(value="one", **more):
    return {"text": plain(value), "value": value, **more}


def rich(*parts):
    inside = list(parts) or [{"type": "text", "text": "rich", "style": {"bold": True}}]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inside}]}


def raw(text="cell"):
    return {"type": "raw_text", "text": text}


def numeral(value=1, text="1"):
    return {"type": "raw_number", "value": value, "text": text}


def rows(height=2, width=2, text="cell"):
    return [[raw(text) for _ in range(width)] for _ in range(height)]


def image(**more):
    return {"type": "image", "image_url": "https://x.invalid/a.png", "alt_text": "a map", **more}


def chart(kind="line", categories=("Mon", "Tue"), names=("up", "down")):
    points = [{"label": label, "value": -1.5} for label in categories]
    series = [{"name": name, "data": deepcopy(points)} for name in names]
    return {"type": kind, "series": series, "axis_config": {"categories": list(categories)}}


def pie(*values):
    segments = [{"label": f"part {n}", "value": value} for n, value in enumerate(values or (1, 2))]
    return {"type": "pie", "segments": segments}


CONFIRM = {"title": plain(), "text": mrkdwn(), "confirm": plain(), "deny": plain()}
BUTTON = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "v"}
FEEDBACK = {"text": plain("good"), "value": "good"}
OVERFLOW = {"type": "overflow", "options": [option("one"), option("two", url="https://x.invalid")]}
ELEMENTS = {
    "button": BUTTON | {"style": "primary", "confirm": CONFIRM, "accessibility_label": "Go on"},
    "icon_button": {"type": "icon_button", "icon": "trash", "text": plain("Delete")},
    "feedback_buttons": {
        "type": "feedback_buttons",
        "positive_button": FEEDBACK,
        "negative_button": FEEDBACK,
    },
    "workflow_button": {
        "type": "workflow_button",
        "text": plain("Run"),
        "workflow": {"trigger": {"url": "https://slack.com/shortcuts/Ft/x"}},
    },
    "overflow": OVERFLOW,
    "checkboxes": {"type": "checkboxes", "options": [option()], "initial_options": [option()]},
    "radio_buttons": {
        "type": "radio_buttons",
        "options": [{"text": mrkdwn("*one*"), "value": "one", "description": mrkdwn()}],
    },
    "static_select": {
        "type": "static_select",
        "options": [option("one"), option("two")],
        "initial_option": option("two"),
        "placeholder": plain(),
    },
    "multi_static_select": {
        "type": "multi_static_select",
        "option_groups": [{"label": plain(), "options": [option()]}],
        "initial_options": [option()],
        "max_selected_items": 2,
    },
    "external_select": {"type": "external_select", "min_query_length": 0},
    "multi_external_select": {"type": "multi_external_select", "max_selected_items": 1},
    "users_select": {"type": "users_select", "initial_user": "U0ANA0001"},
    "multi_users_select": {"type": "multi_users_select", "initial_users": ["U0ANA0001"]},
    "channels_select": {"type": "channels_select", "response_url_enabled": True},
    "multi_channels_select": {"type": "multi_channels_select"},
    "conversations_select": {
        "type": "conversations_select",
        "default_to_current_conversation": True,
        "filter": {"include": ["public"], "exclude_bot_users": True},
    },
    "multi_conversations_select": {"type": "multi_conversations_select"},
    "datepicker": {"type": "datepicker", "initial_date": "2026-01-05"},
    "timepicker": {"type": "timepicker", "initial_time": "09:00", "timezone": "Europe/Berlin"},
    "datetimepicker": {"type": "datetimepicker", "initial_date_time": 1_767_614_400},
    "plain_text_input": {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": 3000,
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    },
    "rich_text_input": {"type": "rich_text_input", "initial_value": rich()},
    "email_text_input": {"type": "email_text_input"},
    "url_text_input": {"type": "url_text_input"},
    "number_input": {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"},
    "file_input": {"type": "file_input", "filetypes": ["png"], "max_files": 10},
    "image": image(),
}
CARD = {"type": "card", "title": mrkdwn("T"), "body": mrkdwn("B"), "actions": [BUTTON]}
SECTION = {"type": "section", "text": mrkdwn("hello"), "accessory": BUTTON}
TASK = {"type": "task_card", "task_id": "1", "title": "Look up", "status": "complete"}
BLOCKS = {
    "section": SECTION | {"fields": [mrkdwn(), plain()], "expand": True},
    "header": {"type": "header", "text": plain("H"), "level": 2},
    "context": {"type": "context", "elements": [mrkdwn(), plain(), image()]},
    "divider": {"type": "divider"},
    "image": image(title=plain()),
    "actions": {"type": "actions", "elements": [BUTTON, ELEMENTS["static_select"]]},
    "input": {
        "type": "input",
        "label": plain("Name"),
        "element": ELEMENTS["plain_text_input"],
        "hint": plain(),
        "optional": True,
    },
    "rich_text": rich(),
    "video": {
        "type": "video",
        "alt_text": "a video",
        "title": plain(),
        "video_url": "https://x.invalid/v",
        "thumbnail_url": "https://x.invalid/t",
    },
    "table": {
        "type": "table",
        "rows": [[raw(), numeral(), rich()]],
        "column_settings": [{"align": "right", "is_wrapped": True}, None],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Sessions",
        "rows": [[raw("Start"), raw("Packets")], [rich(), numeral()]],
        "page_size": 10,
        "row_header_column_index": 1,
    },
    "data_visualization": {"type": "data_visualization", "title": "Packets", "chart": chart()},
    "container": {
        "type": "container",
        "title": plain("More"),
        "subtitle": mrkdwn(),
        "is_collapsible": True,
        "default_collapsed": True,
        "width": "full",
        "child_blocks": [SECTION, {"type": "table", "rows": rows()}],
    },
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD]},
    "alert": {"type": "alert", "text": mrkdwn("careful"), "level": "warning"},
    "markdown": {"type": "markdown", "text": "**hello**"},
    "context_actions": {
        "type": "context_actions",
        "elements": [ELEMENTS["feedback_buttons"], ELEMENTS["icon_button"]],
    },
    "task_card": TASK
    | {"details": rich(), "sources": [{"type": "url", "url": "https://x.invalid"}]},
    "plan": {
        "type": "plan",
        "title": "Diagnosis",
        "tasks": [{"task_id": "1", "title": "Look", "status": "pending"}],
    },
    "auth_provider": {
        "type": "auth_provider",
        "value": "kore",
        "name": plain("KORE"),
        "is_connected": False,
        "accessory": OVERFLOW,
    },
}
