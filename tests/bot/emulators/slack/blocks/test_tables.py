"""Tables: rows, columns, cells and characters."""

import pytest

from bot.emulators.slack.blocks.tables import DATA_TABLE, TABLE, cell_length
from tests.bot.emulators.slack.blocks.samples import numeral, raw, rich, rows


def table(cells, **more):
    return list(TABLE({"rows": cells, **more}, ""))


def data_table(cells, **more):
    return list(DATA_TABLE({"caption": "c", "rows": cells, **more}, ""))


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        (rows(2, 1), {}),
        (rows(201, 1, "x"), {"page_size": 100}),
        (rows(2, 20), {"row_header_column_index": 19}),
        (rows(2, 1, "x" * 10_000), {}),
        ([[raw()], [rich()], [numeral(-1.5)]], {}),
    ],
)
def test_a_data_table_within_its_limits_is_right(cells, more):
    """
    201 rows with the header, 20 columns and 20,000 characters are allowed.
    """
    assert [] == data_table(cells, **more)


@pytest.mark.parametrize(
    ("cells", "more", "fault"),
    [
        (rows(1), {}, "no fewer than 2 items allowed [json-pointer:/rows]"),
        (rows(202, 1), {}, "no more than 201 items allowed [json-pointer:/rows]"),
        (rows(2, 0), {}, "no fewer than 1 items allowed [json-pointer:/rows/0]"),
        (rows(2, 21), {}, "no more than 20 items allowed [json-pointer:/rows/0]"),
        (
            [[raw()], [raw(), raw()]],
            {},
            "all rows must have the same number of cells [json-pointer:/rows/1]",
        ),
        ([[rich()], [raw()]], {}, "unsupported type: rich_text [json-pointer:/rows/0/0/type]"),
        ([[raw()], [raw("")]], {}, "must be more than 0 characters [json-pointer:/rows/1/0/text]"),
        (
            [[raw()], [{"type": "raw_number", "value": 1}]],
            {},
            "missing required field: text [json-pointer:/rows/1/0]",
        ),
        (
            [[raw()], [{"type": "raw_number", "text": "1"}]],
            {},
            "missing required field: value [json-pointer:/rows/1/0]",
        ),
        ([[raw()], [numeral("1")]], {}, "must provide a number [json-pointer:/rows/1/0/value]"),
        (
            [[raw()], [numeral(float("nan"))]],
            {},
            "must provide a number [json-pointer:/rows/1/0/value]",
        ),
        (
            rows(2, 1, "x" * 10_001),
            {},
            "must be less than 20001 characters over all cells [json-pointer:/rows]",
        ),
        (rows(), {"page_size": 101}, "must be less than or equal to 100 [json-pointer:/page_size]"),
        (
            rows(2, 1),
            {"row_header_column_index": 1},
            "must be the index of a column [json-pointer:/row_header_column_index]",
        ),
        (rows(), {"caption": ""}, "must be more than 0 characters [json-pointer:/caption]"),
        (rows(), {"caption": None}, "missing required field: caption [json-pointer:]"),
        (
            rows(),
            {"column_settings": []},
            "invalid additional property: column_settings [json-pointer:]",
        ),
    ],
)
def test_a_data_table_beyond_its_limits_is_named(cells, more, fault):
    """
    Each limit is told with its place.
    """
    assert fault in data_table(cells, **more)


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        (rows(100, 20, "12345"), {}),
        ([[rich()], [raw(), numeral()]], {"column_settings": [None, {"align": "center"}]}),
        (rows(1, 1, "x" * 10_000), {}),
    ],
)
def test_a_table_within_its_limits_is_right(cells, more):
    """
    100 rows, 20 cells a row, 10,000 characters, rows of any length.
    """
    assert [] == table(cells, **more)


@pytest.mark.parametrize(
    ("cells", "more", "fault"),
    [
        (rows(101, 1), {}, "no more than 100 items allowed [json-pointer:/rows]"),
        (rows(1, 21), {}, "no more than 20 items allowed [json-pointer:/rows/0]"),
        (
            rows(1, 1, "x" * 10_001),
            {},
            "must be less than 10001 characters over all cells [json-pointer:/rows]",
        ),
        (
            rows(),
            {"column_settings": [{"align": "top"}]},
            "must be a valid enum value [json-pointer:/column_settings/0/align]",
        ),
        (
            rows(),
            {"column_settings": [None] * 21},
            "no more than 20 items allowed [json-pointer:/column_settings]",
        ),
        (rows(), {"caption": "c"}, "invalid additional property: caption [json-pointer:]"),
    ],
)
def test_a_table_beyond_its_limits_is_named(cells, more, fault):
    """
    Each limit is told with its place.
    """
    assert fault in table(cells, **more)


@pytest.mark.parametrize(
    ("cell", "length"), [(raw("four"), 4), (numeral(1, "1.0"), 3), (rich(), 4)]
)
def test_the_characters_of_a_cell_are_counted(cell, length):
    """
    Of rich text those of every part count.
    """
    assert length == cell_length(cell)
