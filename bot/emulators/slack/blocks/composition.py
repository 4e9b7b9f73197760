"""Limits of what blocks and elements are made of: texts, options, confirmations, images' sources.

And of rich_text, its four elements and what may stand in them. From slack_sdk's models (3.47) and
docs.slack.dev/reference/block-kit/composition-objects.
"""

from bot.emulators.slack.blocks.schema import (
    Check,
    array,
    boolean,
    integer,
    just_one_of,
    one_of,
    pattern,
    shape,
    string,
    typed,
)

URL = 3000
ALT_TEXT = 2000
ACTION_ID = string(255)
BLOCK_ID = string(255)


def texts(most: int | None) -> dict[str, Check]:
    """Return the two kinds of text, with markup and without."""
    return {
        "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
        "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
    }


def plain_text(most: int) -> Check:
    """Allow a text without markup."""
    return typed({"plain_text": texts(most)["plain_text"]})


def text(most: int) -> Check:
    """Allow a text with or without markup."""
    return typed(texts(most))


TEXTS = texts(None)


STYLE = one_of("primary", "danger")
CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": STYLE},
)
OPTION = shape(
    {"text": plain_text(75), "value": string(150)},
    {"description": plain_text(75)},
)
MARKED_OPTION = shape(
    {"text": text(75), "value": string(150)},
    {"description": text(75)},
)
LINK_OPTION = shape(
    {"text": plain_text(75), "value": string(150)},
    {"description": plain_text(75), "url": string(URL)},
)
OPTION_GROUP = shape({"label": plain_text(75), "options": array(OPTION, 1, 100)})
CONVERSATION_FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
DISPATCH_CONFIG = shape(
    {},
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)
SLACK_FILE = shape(
    {},
    {"id": pattern(r"F[A-Z0-9]{6,}"), "url": string(URL)},
    just_one_of("id", "url"),
)
IMAGE = shape(
    {"alt_text": string(ALT_TEXT)},
    {"image_url": string(URL), "slack_file": SLACK_FILE},
    just_one_of("image_url", "slack_file"),
)
FEEDBACK_BUTTON = shape(
    {"text": plain_text(75), "value": string(2000)},
    {"accessibility_label": string(75)},
)
WORKFLOW = shape(
    {
        "trigger": shape(
            {"url": string(URL)},
            {
                "customizable_input_parameters": array(
                    shape({"name": string(), "value": string()}), 0
                )
            },
        )
    }
)
USER_IDS = array(pattern(r"[UW][A-Z0-9]{2,}"), 1, 10)


_MARKS = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight")
TEXT_STYLE = shape({}, dict.fromkeys((*_MARKS, "unlink"), boolean))


def _part(**needed: Check) -> Check:
    return shape(needed, {"style": TEXT_STYLE})


PARTS = typed(
    {
        "text": _part(text=string()),
        "emoji": shape(
            {"name": string()},
            {"unicode": string(), "skin_tone": integer(1, 6), "style": TEXT_STYLE},
        ),
        "link": shape(
            {"url": string(URL)},
            {"text": string(), "unsafe": boolean, "style": TEXT_STYLE},
        ),
        "date": shape(
            {"timestamp": integer(0), "format": string()},
            {"url": string(URL), "fallback": string(), "timezone": string(), "style": TEXT_STYLE},
        ),
        "color": _part(value=pattern(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?")),
        "user": _part(user_id=string()),
        "channel": _part(channel_id=string()),
        "usergroup": _part(usergroup_id=string()),
        "team": _part(team_id=string()),
        "broadcast": _part(range=one_of("here", "channel", "everyone")),
    }
)
_ELEMENTS = {"elements": array(PARTS, 0)}
SECTION = {"rich_text_section": shape(_ELEMENTS)}
ELEMENTS = {
    **SECTION,
    "rich_text_quote": shape(_ELEMENTS, {"border": integer(0, 1)}),
    "rich_text_preformatted": shape(_ELEMENTS, {"border": integer(0, 1), "language": string()}),
    "rich_text_list": shape(
        {"style": one_of("bullet", "ordered"), "elements": array(typed(SECTION))},
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
}
RICH_TEXT = shape({"elements": array(typed(ELEMENTS))}, {"block_id": BLOCK_ID})
RICH_TEXT_OBJECT = typed({"rich_text": RICH_TEXT})
