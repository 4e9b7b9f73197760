"""Every block: right on its surfaces, wrong beyond its limits."""

import pytest

from bot.emulators.slack.blocks.layout import BLOCKS as KNOWN
from bot.emulators.slack.blocks.layout import SURFACES
from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.emulators.slack.blocks.samples import (
    BLOCKS,
    BUTTON,
    CARD,
    ELEMENTS,
    OVERFLOW,
    SECTION,
    TASK,
    image,
    mrkdwn,
    option,
    plain,
    rich,
    rows,
)


def test_every_block_has_an_example():
    """
    The examples are of all blocks that the stand-in knows.
    """
    assert set(KNOWN) == set(BLOCKS)


@pytest.mark.parametrize("surface", sorted(SURFACES))
@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_stands_on_its_surfaces_only(name, surface):
    """
    A right block has no fault where it may stand, and is an unsupported type elsewhere.
    """
    expected = [] if name in SURFACES[surface] else [_unsupported(name)]

    assert expected == blocks_faults([BLOCKS[name]], surface)


def _unsupported(name, at="/blocks/0/type"):
    return f"unsupported type: {name} [json-pointer:{at}]"


@pytest.mark.parametrize("name", ["file", "call", "nonsense"])
def test_other_blocks_are_unsupported(name):
    """
    Remote files and calls, which nobody has here, and inventions are refused.
    """
    assert [_unsupported(name)] == blocks_faults([{"type": name}], "message")


def big(count):
    return "x" * count


def over(most, at):
    return f"must be less than {most + 1} characters [json-pointer:/blocks/0{at}]"


def lacking(names):
    return f"must provide at least one of: {names} [json-pointer:/blocks/0]"


def together(one, other):
    return f"{one} and {other} cannot be used together [json-pointer:/blocks/0]"


TOO_LONG = [
    ({"type": "section", "text": mrkdwn(big(3001))}, over(3000, "/text/text")),
    ({"type": "section", "fields": [plain(big(2001))]}, over(2000, "/fields/0/text")),
    ({"type": "header", "text": plain(big(151))}, over(150, "/text/text")),
    (image(alt_text=big(2001)), over(2000, "/alt_text")),
    (image(image_url=big(3001)), over(3000, "/image_url")),
    (image(title=plain(big(2001))), over(2000, "/title/text")),
    (BLOCKS["input"] | {"label": plain(big(2001))}, over(2000, "/label/text")),
    (BLOCKS["input"] | {"hint": plain(big(2001))}, over(2000, "/hint/text")),
    (BLOCKS["video"] | {"title": plain(big(200))}, over(199, "/title/text")),
    (BLOCKS["video"] | {"author_name": big(50)}, over(49, "/author_name")),
    ({"type": "markdown", "text": big(12_001)}, over(12_000, "/text")),
    (CARD | {"title": plain(big(151))}, over(150, "/title/text")),
    (CARD | {"subtitle": plain(big(151))}, over(150, "/subtitle/text")),
    (CARD | {"body": plain(big(201))}, over(200, "/body/text")),
    (BLOCKS["container"] | {"title": plain(big(151))}, over(150, "/title/text")),
    (BLOCKS["container"] | {"subtitle": plain(big(151))}, over(150, "/subtitle/text")),
    (BLOCKS["auth_provider"] | {"value": big(151)}, over(150, "/value")),
    (BLOCKS["auth_provider"] | {"name": plain(big(76))}, over(75, "/name/text")),
    (BLOCKS["auth_provider"] | {"auth_url": big(3001)}, over(3000, "/auth_url")),
    (BLOCKS["divider"] | {"block_id": big(256)}, over(255, "/block_id")),
]


@pytest.mark.parametrize(("block", "fault"), TOO_LONG)
def test_texts_have_limits(block, fault):
    """
    One character more than allowed is named with its place.
    """
    assert [fault] == blocks_faults([block], "message")


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (
            {"type": "section", "text": mrkdwn("")},
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "section"},
            lacking("text, fields"),
        ),
        (
            {"type": "section", "fields": [plain()] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "section", "text": mrkdwn(), "accessory": ELEMENTS["plain_text_input"]},
            _unsupported("plain_text_input", "/blocks/0/accessory/type"),
        ),
        (
            {"type": "section", "text": "bare"},
            "must provide an object [json-pointer:/blocks/0/text]",
        ),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
            "invalid additional property: emoji [json-pointer:/blocks/0/text]",
        ),
        ({"type": "header", "text": mrkdwn()}, _unsupported("mrkdwn", "/blocks/0/text/type")),
        (
            {"type": "header", "text": plain(), "level": 5},
            "must be less than or equal to 4 [json-pointer:/blocks/0/level]",
        ),
        ({"type": "header"}, "missing required field: text [json-pointer:/blocks/0]"),
        (
            {"type": "context", "elements": [mrkdwn()] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context", "elements": []},
            "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "context", "elements": [BUTTON]},
            _unsupported("button", "/blocks/0/elements/0/type"),
        ),
        (
            {"type": "divider", "text": plain()},
            "invalid additional property: text [json-pointer:/blocks/0]",
        ),
        (
            {"type": "image", "alt_text": "a"},
            "must provide exactly one of: image_url, slack_file [json-pointer:/blocks/0]",
        ),
        (
            {"type": "image", "image_url": "https://x.invalid"},
            "missing required field: alt_text [json-pointer:/blocks/0]",
        ),
        (
            {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
            "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "actions", "elements": [BUTTON, BUTTON]},
            '`action_id` "go" already exists [json-pointer:/blocks/0/elements/1/action_id]',
        ),
        (
            {"type": "actions", "elements": [ELEMENTS["plain_text_input"]]},
            _unsupported("plain_text_input", "/blocks/0/elements/0/type"),
        ),
        (
            BLOCKS["input"] | {"element": BUTTON},
            _unsupported("button", "/blocks/0/element/type"),
        ),
        (
            BLOCKS["input"] | {"element": ELEMENTS["file_input"], "dispatch_action": True},
            _unsupported("file_input", "/blocks/0/element/type"),
        ),
        (
            {"type": "card", "subtitle": plain()},
            lacking("hero_image, title, actions, body"),
        ),
        (
            CARD | {"actions": [BUTTON | {"action_id": str(n)} for n in range(4)]},
            "no more than 3 items allowed [json-pointer:/blocks/0/actions]",
        ),
        (CARD | {"title": "bare"}, "must provide an object [json-pointer:/blocks/0/title]"),
        (
            {"type": "carousel", "elements": [CARD] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            {"type": "carousel", "elements": [SECTION]},
            _unsupported("section", "/blocks/0/elements/0/type"),
        ),
        (
            BLOCKS["container"] | {"child_blocks": [SECTION] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]",
        ),
        (
            BLOCKS["container"] | {"child_blocks": [BLOCKS["data_table"]]},
            _unsupported("data_table", "/blocks/0/child_blocks/0/type"),
        ),
        (
            BLOCKS["container"] | {"has_header_divider": True},
            together("has_header_divider", "is_collapsible"),
        ),
        (
            {"type": "container", "child_blocks": [SECTION]},
            lacking("title, rich_text_title"),
        ),
        (
            BLOCKS["container"] | {"width": "huge"},
            "must be a valid enum value [json-pointer:/blocks/0/width]",
        ),
        (
            BLOCKS["context_actions"] | {"elements": [ELEMENTS["icon_button"]] * 6},
            "no more than 5 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            TASK | {"status": "pending"},
            "must be a valid enum value [json-pointer:/blocks/0/status]",
        ),
        (
            {"type": "plan", "title": plain()},
            "must provide a string [json-pointer:/blocks/0/title]",
        ),
        (
            BLOCKS["auth_provider"] | {"accessory": BUTTON},
            _unsupported("button", "/blocks/0/accessory/type"),
        ),
        (
            SECTION | {"accessory": None},
            "must provide an object [json-pointer:/blocks/0/accessory]",
        ),
        (SECTION | {"expand": "yes"}, "must provide a boolean [json-pointer:/blocks/0/expand]"),
        (
            {
                "type": "actions",
                "elements": [OVERFLOW | {"options": [option(type="x"), option()]}],
            },
            "invalid additional property: type [json-pointer:/blocks/0/elements/0/options/0]",
        ),
        (None, "must provide an object [json-pointer:/blocks/0]"),
        ({}, "missing required field: type [json-pointer:/blocks/0]"),
    ],
)
def test_a_wrong_block_is_named(block, fault):
    """
    What is wrong is said in Slack's words, with its place.
    """
    assert [fault] == blocks_faults([block], "message")


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (
            {"type": "alert", "text": mrkdwn(big(201))},
            "must be less than 201 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            {"type": "alert", "text": mrkdwn(), "level": "danger"},
            "must be a valid enum value [json-pointer:/blocks/0/level]",
        ),
    ],
)
def test_an_alert_has_limits(block, fault):
    """
    An alert, which only modals show, holds 200 characters and knows five levels.
    """
    assert [fault] == blocks_faults([block], "modal")


def test_options_and_rows_at_their_limits_are_right():
    """
    What is just within its limits has no fault.
    """
    hundred = {"type": "static_select", "options": [option(str(n)) for n in range(100)]}
    blocks = [
        {"type": "section", "text": mrkdwn(big(3000)), "fields": [plain(big(2000))] * 10},
        {"type": "header", "text": plain(big(150))},
        {"type": "actions", "elements": [hundred]},
        {"type": "table", "rows": rows(100, 20, "12345")},
        rich({"type": "date", "timestamp": 1, "format": "{time}", "fallback": "now"}),
    ]

    assert [] == blocks_faults(blocks, "message")
