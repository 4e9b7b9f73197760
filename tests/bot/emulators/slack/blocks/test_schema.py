"""Rich text: its elements and the parts that may stand in them."""

from bot.emulators.slack.blocks.schema import RICH_TEXT_OBJECT
from tests.bot.emulators.slack.blocks.samples import rich

SECTION = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}


def faults(value):
    return list(RICH_TEXT_OBJECT(value, ""))


def test_every_part_may_stand_in_rich_text():
    """Each of the ten parts is taken."""
    for part in (
        {"type": "text", "text": "x", "style": {"bold": True, "code": False}},
        {"type": "emoji", "name": "wave", "skin_tone": 2},
        {"type": "link", "url": "https://x.invalid", "text": "x"},
        {"type": "date", "timestamp": 1720710212, "format": "{date_num}", "fallback": "then"},
        {"type": "color", "value": "#F405B3"},
        {"type": "user", "user_id": "U0ANA0001"},
        {"type": "channel", "channel_id": "C0FLEETOP"},
        {"type": "usergroup", "usergroup_id": "S0"},
        {"type": "team", "team_id": "T0"},
        {"type": "broadcast", "range": "here"},
    ):
        assert [] == faults(rich(part)), part


def test_every_element_may_stand_in_rich_text():
    """Sections, quotes, code and lists are taken."""
    for element in (
        SECTION,
        SECTION | {"type": "rich_text_quote", "border": 1},
        SECTION | {"type": "rich_text_preformatted", "border": 0},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [SECTION]},
    ):
        assert [] == faults({"type": "rich_text", "elements": [element]}), element


def test_a_wrong_part_is_named():
    """What is wrong in a part is said."""
    for part, fault in (
        ({"type": "text"}, "missing required field: text"),
        ({"type": "text", "text": "x", "style": {"big": True}}, "invalid additional property: big"),
        ({"type": "date", "timestamp": 1.5, "format": "{date}"}, "must provide an integer"),
        ({"type": "date", "timestamp": 1}, "missing required field: format"),
        ({"type": "broadcast", "range": "all"}, "must be a valid enum value"),
        ({"type": "color", "value": "red"}, "must match the expected format"),
        ({"type": "image", "url": "x"}, "unsupported type: image"),
    ):
        (said,) = faults(rich(part))

        assert said.startswith(fault), (part, fault)


def test_what_is_not_rich_text_is_refused():
    """Bare parts, empty texts and lists without a style are refused."""
    for wrong in (
        {"type": "rich_text", "elements": []},
        {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [SECTION]}]},
        {"type": "mrkdwn", "text": "x"},
    ):
        assert 1 == len(faults(wrong)), wrong
