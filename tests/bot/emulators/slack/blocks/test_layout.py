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
    ENUM,
    OBJECT,
    OVERFLOW,
    SECTION,
    TASK,
    extra,
    image,
    least,
    less,
    missing,
    most,
    mrkdwn,
    option,
    plain,
    rich,
    rows,
    unsupported,
)


def test_every_block_has_an_example():
    """The examples are of all blocks that the stand-in knows."""
    assert set(KNOWN) == set(BLOCKS)


@pytest.mark.parametrize("surface", sorted(SURFACES))
@pytest.mark.parametrize("name", sorted(BLOCKS))
def test_a_block_stands_on_its_surfaces_only(name, surface):
    """A right block has no fault where it may stand, and is an unsupported type elsewhere."""
    expected = (
        [] if name in SURFACES[surface] else [f"{unsupported(name)} [json-pointer:/blocks/0/type]"]
    )

    assert expected == blocks_faults([BLOCKS[name]], surface)


@pytest.mark.parametrize("name", ["file", "call", "nonsense"])
def test_other_blocks_are_unsupported(name):
    """Remote files and calls, which nobody has here, and inventions are refused."""
    assert [f"{unsupported(name)} [json-pointer:/blocks/0/type]"] == blocks_faults(
        [{"type": name}], "message"
    )


def big(count):
    return "x" * count


def over(most, at):
    return f"must be less than {most + 1} characters [json-pointer:/blocks/0{at}]"


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
    """One character more than allowed is named with its place."""
    assert [fault] == blocks_faults([block], "message")


WRONG = {
    "must be more than 0 characters": [("/text/text", {"type": "section", "text": mrkdwn("")})],
    "must provide at least one of: text, fields": [("", {"type": "section"})],
    most(10): [
        ("/fields", {"type": "section", "fields": [plain()] * 11}),
        ("/elements", {"type": "context", "elements": [mrkdwn()] * 11}),
        ("/elements", {"type": "carousel", "elements": [CARD] * 11}),
        ("/child_blocks", BLOCKS["container"] | {"child_blocks": [SECTION] * 11}),
    ],
    unsupported("plain_text_input"): [
        (
            "/accessory/type",
            {"type": "section", "text": mrkdwn(), "accessory": ELEMENTS["plain_text_input"]},
        ),
        ("/elements/0/type", {"type": "actions", "elements": [ELEMENTS["plain_text_input"]]}),
    ],
    OBJECT: [
        ("/text", {"type": "section", "text": "bare"}),
        ("/title", CARD | {"title": "bare"}),
        ("/accessory", SECTION | {"accessory": None}),
        ("", None),
    ],
    extra("emoji"): [
        ("/text", {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}})
    ],
    unsupported("mrkdwn"): [("/text/type", {"type": "header", "text": mrkdwn()})],
    "must be less than or equal to 4": [
        ("/level", {"type": "header", "text": plain(), "level": 5})
    ],
    missing("text"): [("", {"type": "header"})],
    least(1): [("/elements", {"type": "context", "elements": []})],
    unsupported("button"): [
        ("/elements/0/type", {"type": "context", "elements": [BUTTON]}),
        ("/element/type", BLOCKS["input"] | {"element": BUTTON}),
        ("/accessory/type", BLOCKS["auth_provider"] | {"accessory": BUTTON}),
    ],
    extra("text"): [("", {"type": "divider", "text": plain()})],
    "must provide exactly one of: image_url, slack_file": [
        ("", {"type": "image", "alt_text": "a"})
    ],
    missing("alt_text"): [("", {"type": "image", "image_url": "https://x.invalid"})],
    most(25): [
        (
            "/elements",
            {"type": "actions", "elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
        )
    ],
    '`action_id` "go" already exists': [
        ("/elements/1/action_id", {"type": "actions", "elements": [BUTTON, BUTTON]})
    ],
    unsupported("file_input"): [
        (
            "/element/type",
            BLOCKS["input"] | {"element": ELEMENTS["file_input"], "dispatch_action": True},
        )
    ],
    "must provide at least one of: hero_image, title, actions, body": [
        ("", {"type": "card", "subtitle": plain()})
    ],
    most(3): [("/actions", CARD | {"actions": [BUTTON | {"action_id": str(n)} for n in range(4)]})],
    unsupported("section"): [("/elements/0/type", {"type": "carousel", "elements": [SECTION]})],
    unsupported("data_table"): [
        ("/child_blocks/0/type", BLOCKS["container"] | {"child_blocks": [BLOCKS["data_table"]]})
    ],
    "has_header_divider and is_collapsible cannot be used together": [
        ("", BLOCKS["container"] | {"has_header_divider": True})
    ],
    "must provide at least one of: title, rich_text_title": [
        ("", {"type": "container", "child_blocks": [SECTION]})
    ],
    ENUM: [
        ("/width", BLOCKS["container"] | {"width": "huge"}),
        ("/status", TASK | {"status": "pending"}),
    ],
    most(5): [
        ("/elements", BLOCKS["context_actions"] | {"elements": [ELEMENTS["icon_button"]] * 6})
    ],
    "must provide a string": [("/title", {"type": "plan", "title": plain()})],
    "must provide a boolean": [("/expand", SECTION | {"expand": "yes"})],
    extra("type"): [
        (
            "/elements/0/options/0",
            {"type": "actions", "elements": [OVERFLOW | {"options": [option(type="x"), option()]}]},
        )
    ],
    missing("type"): [("", {})],
}


def test_a_wrong_block_is_named():
    """What is wrong is said in Slack's words, with its place."""
    for fault, cases in WRONG.items():
        for at, block in cases:
            said = f"{fault} [json-pointer:/blocks/0{at}]"
            assert [said] == blocks_faults([block], "message"), block


@pytest.mark.parametrize(
    ("block", "fault", "at"),
    [
        ({"type": "alert", "text": mrkdwn(big(201))}, less(201), "/text/text"),
        ({"type": "alert", "text": mrkdwn(), "level": "danger"}, ENUM, "/level"),
    ],
)
def test_an_alert_has_limits(block, fault, at):
    """An alert, which only modals show, holds 200 characters and knows five levels."""
    assert [f"{fault} [json-pointer:/blocks/0{at}]"] == blocks_faults([block], "modal")


def test_options_and_rows_at_their_limits_are_right():
    """What is just within its limits has no fault."""
    hundred = {"type": "static_select", "options": [option(str(n)) for n in range(100)]}
    blocks = [
        {"type": "section", "text": mrkdwn(big(3000)), "fields": [plain(big(2000))] * 10},
        {"type": "header", "text": plain(big(150))},
        {"type": "actions", "elements": [hundred]},
        {"type": "table", "rows": rows(100, 20, "12345")},
        rich({"type": "date", "timestamp": 1, "format": "{time}", "fallback": "now"}),
    ]

    assert [] == blocks_faults(blocks, "message")
