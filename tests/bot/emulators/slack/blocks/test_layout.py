"""Every block: right on its surfaces, wrong beyond its limits."""

import pytest

from bot.emulators.slack.blocks.layout import BLOCKS as KNOWN
from bot.emulators.slack.blocks.layout import (
    DATA_TABLE,
    DATA_VISUALIZATION,
    SURFACES,
    TABLE,
    cell_length,
)
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
    chart,
    extra,
    image,
    least,
    less,
    missing,
    most,
    mrkdwn,
    numeral,
    option,
    pie,
    plain,
    raw,
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
    fault = f"{unsupported(name)} [json-pointer:/blocks/0/type]"
    expected = [] if name in SURFACES[surface] else [fault]

    assert expected == blocks_faults([BLOCKS[name]], surface)


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


def buttons(count):
    return [BUTTON | {"action_id": str(number)} for number in range(count)]


DISPATCHED = {"element": ELEMENTS["file_input"], "dispatch_action": True}
ODD_OPTIONS = {"options": [option(type="x"), option()]}
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
        ("/accessory/type", SECTION | {"accessory": ELEMENTS["plain_text_input"]}),
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
    most(25): [("/elements", {"type": "actions", "elements": buttons(26)})],
    '`action_id` "go" already exists': [
        ("/elements/1/action_id", {"type": "actions", "elements": [BUTTON, BUTTON]})
    ],
    unsupported("file_input"): [("/element/type", BLOCKS["input"] | DISPATCHED)],
    "must provide at least one of: hero_image, title, actions, body": [
        ("", {"type": "card", "subtitle": plain()})
    ],
    most(3): [("/actions", CARD | {"actions": buttons(4)})],
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
    extra("type"): [("/accessory/options/0", SECTION | {"accessory": OVERFLOW | ODD_OPTIONS})],
    missing("type"): [("", {})],
    # remote files and calls, which nobody has here, and inventions
    **{unsupported(n): [("/type", {"type": n})] for n in ("file", "call", "nonsense")},
}


def test_a_wrong_block_is_named():
    """What is wrong is said in Slack's words, with its place."""
    for fault, cases in WRONG.items():
        for at, block in cases:
            said = f"{fault} [json-pointer:/blocks/0{at}]"
            assert [said] == blocks_faults([block], "message"), block


def test_an_alert_has_limits():
    """An alert, which only modals show, holds 200 characters and knows five levels."""
    for text, level, fault, at in (
        (big(201), "info", less(201), "/text/text"),
        ("x", "danger", ENUM, "/level"),
    ):
        block = {"type": "alert", "text": mrkdwn(text), "level": level}
        assert [f"{fault} [json-pointer:/blocks/0{at}]"] == blocks_faults([block], "modal"), at


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


def table(cells, **more):
    return list(TABLE({"rows": cells, **more}, ""))


def data_table(cells, **more):
    return list(DATA_TABLE({"caption": "c", "rows": cells, **more}, ""))


def test_a_data_table_within_its_limits_is_right():
    """201 rows with the header, 20 columns and 20,000 characters are allowed."""
    for cells, more in (
        (rows(2, 1), {}),
        (rows(201, 1, "x"), {"page_size": 100}),
        (rows(2, 20), {"row_header_column_index": 19}),
        (rows(2, 1, "x" * 10_000), {}),
        ([[raw()], [rich()], [numeral(-1.5)]], {}),
    ):
        assert [] == data_table(cells, **more), (cells, more)


WRONG_DATA_TABLES = {
    least(2): [("/rows", rows(1), {})],
    most(201): [("/rows", rows(202, 1), {})],
    least(1): [("/rows/0", rows(2, 0), {})],
    most(20): [("/rows/0", rows(2, 21), {})],
    "all rows must have the same number of cells": [("/rows/1", [[raw()], [raw(), raw()]], {})],
    unsupported("rich_text"): [("/rows/0/0/type", [[rich()], [raw()]], {})],
    "must be more than 0 characters": [
        ("/rows/1/0/text", [[raw()], [raw("")]], {}),
        ("/caption", rows(), {"caption": ""}),
    ],
    missing("text"): [("/rows/1/0", [[raw()], [{"type": "raw_number", "value": 1}]], {})],
    missing("value"): [("/rows/1/0", [[raw()], [{"type": "raw_number", "text": "1"}]], {})],
    "must provide a number": [
        ("/rows/1/0/value", [[raw()], [numeral("1")]], {}),
        ("/rows/1/0/value", [[raw()], [numeral(float("nan"))]], {}),
    ],
    "must be less than 20001 characters over all cells": [("/rows", rows(2, 1, "x" * 10_001), {})],
    "must be less than or equal to 100": [("/page_size", rows(), {"page_size": 101})],
    "must be the index of a column": [
        ("/row_header_column_index", rows(2, 1), {"row_header_column_index": 1})
    ],
    missing("caption"): [("", rows(), {"caption": None})],
    extra("column_settings"): [("", rows(), {"column_settings": []})],
}


def test_a_data_table_beyond_its_limits_is_named():
    """Each limit is told with its place."""
    for fault, cases in WRONG_DATA_TABLES.items():
        for at, cells, more in cases:
            assert f"{fault} [json-pointer:{at}]" in data_table(cells, **more), (fault, at)


def test_a_table_within_its_limits_is_right():
    """100 rows, 20 cells a row, 10,000 characters, rows of any length."""
    for cells, more in (
        (rows(100, 20, "12345"), {}),
        ([[rich()], [raw(), numeral()]], {"column_settings": [None, {"align": "center"}]}),
        (rows(1, 1, "x" * 10_000), {}),
    ):
        assert [] == table(cells, **more), (cells, more)


WRONG_TABLES = {
    most(100): [("/rows", rows(101, 1), {})],
    most(20): [
        ("/rows/0", rows(1, 21), {}),
        ("/column_settings", rows(), {"column_settings": [None] * 21}),
    ],
    "must be less than 10001 characters over all cells": [("/rows", rows(1, 1, "x" * 10_001), {})],
    ENUM: [("/column_settings/0/align", rows(), {"column_settings": [{"align": "top"}]})],
    extra("caption"): [("", rows(), {"caption": "c"})],
}


def test_a_table_beyond_its_limits_is_named():
    """Each limit is told with its place."""
    for fault, cases in WRONG_TABLES.items():
        for at, cells, more in cases:
            assert f"{fault} [json-pointer:{at}]" in table(cells, **more), (fault, at)


def test_the_characters_of_a_cell_are_counted():
    """Of rich text those of every part count."""
    for cell, length in ((raw("four"), 4), (numeral(1, "1.0"), 3), (rich(), 4)):
        assert length == cell_length(cell), (cell, length)


TWENTY = tuple(f"day {n}" for n in range(20))
TWELVE = tuple(f"series {n}" for n in range(12))
RIGHT = [chart("line"), chart("bar"), chart("area", TWENTY, TWELVE), pie(0.5), pie(*range(1, 13))]


def faults(drawn, title="Packets"):
    block = {"title": title, "chart": drawn}
    return list(DATA_VISUALIZATION(block, ""))


@pytest.mark.parametrize("drawn", RIGHT)
def test_a_chart_within_its_limits_is_right(drawn):
    """20 categories, 12 series, 12 segments, negative values and 50 letters are allowed."""
    assert [] == faults(drawn, "x" * 50)
    assert [1, 1] == [len(faults(drawn, title)) for title in ("x" * 51, "")]


def changed(**axis):
    drawn = chart()
    drawn["axis_config"] |= axis
    return drawn


def valued(*values):
    """A chart whose first series has these values."""
    drawn = chart()
    points = zip(drawn["series"][0]["data"], values, strict=False)
    drawn["series"][0]["data"] = [point | {"value": value} for point, value in points]
    return drawn


COMPLETE = "must contain exactly one entry for every category"


def test_a_chart_beyond_its_limits_is_named():
    """Each limit is told."""
    for drawn, fault in (
        (chart(categories=(*TWENTY, "x")), "no more than 20 items allowed"),
        (chart(names=(*TWELVE, "x")), "no more than 12 items allowed"),
        (chart(names=()), "no fewer than 1 items allowed"),
        (chart(names=("up", "up")), '`name` "up" already exists'),
        (chart(names=("x" * 21,)), "must be less than 21 characters"),
        (chart(categories=("x" * 21,)), "must be less than 21 characters"),
        (changed(categories=["Mon"]), COMPLETE),
        (changed(categories=["Mon", "Tue", "Wed"]), COMPLETE),
        (changed(x_label="x" * 51), "must be less than 51 characters"),
        (valued(1), COMPLETE),
        (valued(None, 1), "missing required field: value"),
        (valued("1", 1), "must provide a number"),
        (valued(float("inf"), 1), "must provide a number"),
        (pie(1, 0), "must be greater than 0"),
        (pie(1, -1), "must be greater than 0"),
        (pie(*range(1, 14)), "no more than 12 items allowed"),
        ({"type": "pie", "segments": []}, "no fewer than 1 items allowed"),
        ({"type": "line"}, "missing required field: series"),
        (chart("scatter"), "unsupported type: scatter"),
    ):
        assert any(said.startswith(fault) for said in faults(drawn)), (drawn, fault)
