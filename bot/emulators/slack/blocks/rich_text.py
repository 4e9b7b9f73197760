"""Limits of rich_text: its four elements and what may stand in them."""

from bot.emulators.slack.blocks.composition import BLOCK_ID, URL
from bot.emulators.slack.blocks.schema import (
    Check,
    array,
    boolean,
    integer,
    one_of,
    pattern,
    shape,
    string,
    typed,
)

_MARKS = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight")
STYLE = shape({}, dict.fromkeys((*_MARKS, "unlink"), boolean))


def _part(**needed: Check) -> Check:
    return shape(needed, {"style": STYLE})


PARTS = typed(
    {
        "text": _part(text=string()),
        "emoji": shape(
            {"name": string()},
            {"unicode": string(), "skin_tone": integer(1, 6), "style": STYLE},
        ),
        "link": shape(
            {"url": string(URL)},
            {"text": string(), "unsafe": boolean, "style": STYLE},
        ),
        "date": shape(
            {"timestamp": integer(0), "format": string()},
            {"url": string(URL), "fallback": string(), "timezone": string(), "style": STYLE},
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
