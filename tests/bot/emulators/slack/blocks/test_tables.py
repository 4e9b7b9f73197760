"""Tables: rows, columns, cells and characters."""

import pytest

from bot.emulators.slack.blocks.tables import DATA_TABLE, DATA_VISUALIZATION, TABLE, cell_length
from tests.bot.emulators.slack.blocks.samples import (
    ENUM,
    chart,
    extra,
    least,
    missing,
    most,
    numeral,
    pie,
    raw,
    rich,
    rows,
    unsupported,
)


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


def faults(drawn, title="Packets"):
    block = {"title": title, "chart": drawn}
    return list(DATA_VISUALIZATION(block, ""))


@pytest.mark.parametrize(
    "drawn",
    [chart("line"), chart("bar"), chart("area", TWENTY, TWELVE), pie(0.5), pie(*range(1, 13))],
)
def test_a_chart_within_its_limits_is_right(drawn):
    """20 categories, 12 series, 12 segments and negative values are allowed."""
    assert [] == faults(drawn, "x" * 50)


def changed(**axis):
    drawn = chart()
    drawn["axis_config"] |= axis
    return drawn


def without_a_point():
    drawn = chart()
    del drawn["series"][1]["data"][0]
    return drawn


def valued(value):
    drawn = chart()
    drawn["series"][0]["data"][0]["value"] = value
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
        (without_a_point(), COMPLETE),
        (valued(None), "missing required field: value"),
        (valued("1"), "must provide a number"),
        (valued(float("inf")), "must provide a number"),
        (pie(1, 0), "must be greater than 0"),
        (pie(1, -1), "must be greater than 0"),
        (pie(*range(1, 14)), "no more than 12 items allowed"),
        ({"type": "pie", "segments": []}, "no fewer than 1 items allowed"),
        ({"type": "line"}, "missing required field: series"),
        (chart("scatter"), "unsupported type: scatter"),
    ):
        assert any(said.startswith(fault) for said in faults(drawn)), (drawn, fault)


def test_a_title_has_fifty_characters():
    """One more is too long; none is too short."""
    assert 1 == len(faults(chart(), "x" * 51))
    assert 1 == len(faults(chart(), ""))
