"""One table drawn in four ways, within its budgets."""

import pytest

from bot.blocks.kit import ALL_BLOCKS, NOTHING, Screen, context
from bot.blocks.tables import (
    Number,
    Table,
    as_data_table,
    as_fields,
    as_table,
    as_text,
    table_parts,
)
from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.blocks.reports import HOSTILE, words

WAYS = (as_data_table, as_table, as_fields, as_text)


def a_table(rows, width=4, filler="x", kept_columns=2):
    row = ("name", *[filler] * (width - 2), Number(1246, "1 246"))
    return Table("Caption", tuple(f"head {n}" for n in range(width)), (row,) * rows, kept_columns)


@pytest.mark.parametrize("draw", WAYS)
@pytest.mark.parametrize(
    ("rows", "width", "filler"), [(1, 2, "x"), (200, 12, "x" * 20), (5000, 20, "x" * 400)]
)
def test_every_way_fits(draw, rows, width, filler):
    """However much there is, what is drawn is within Slack's limits, and counts its rows."""
    table = a_table(rows, width, filler)
    drawn = draw(table)

    assert [] == blocks_faults(drawn.blocks, "message")
    assert 1 <= drawn.rows <= rows


def test_a_small_table_is_whole():
    """Every row and column, numbers as numbers; without a table, values beside their heads."""
    drawn = as_data_table(a_table(3))
    [block] = drawn.blocks

    assert (3, 4) == (drawn.rows, drawn.columns)
    assert {"type": "raw_number", "value": 1246, "text": "1 246"} == block["rows"][1][-1]
    assert {"type": "raw_text", "text": "head 0"} == block["rows"][0][0]

    table = a_table(2)
    field = as_fields(table).blocks[0]["fields"][0]["text"]
    line = as_text(table).blocks[0]["text"]["text"].splitlines()[0]

    assert "*name*\nhead 1: x · head 2: x · head 3: 1 246" == field
    assert "name · head 1: x · head 2: x · head 3: 1 246" == line


@pytest.mark.parametrize(("draw", "rows"), [(as_data_table, 200), (as_table, 99)])
def test_rows_end_at_the_limit(draw, rows):
    """One row more than Slack allows is left out, and none before."""
    assert rows == draw(a_table(rows)).rows
    assert rows == draw(a_table(rows + 1)).rows


@pytest.mark.parametrize(
    ("filler", "columns"), [(25, 6), (26, 5), (27, 4), (35, 4), (36, 3), (53, 3), (54, 2)]
)
def test_columns_go_before_rows(filler, columns):
    """Columns are dropped from the right, no more than needed, until every row is there."""
    drawn = as_table(a_table(90, 6, "x" * filler))

    assert (90, columns) == (drawn.rows, drawn.columns)


def test_rows_go_where_no_column_may():
    """The columns to keep stay, rows that do not fit go, and no more of them than needed."""
    drawn = as_table(a_table(90, 4, "x" * 200))

    assert 2 == drawn.columns
    assert 48 == drawn.rows

    drawn = as_table(a_table(90, 4, "x" * 200, kept_columns=None))

    assert 4 == drawn.columns
    assert drawn.rows < 90

    table = a_table(150, 3, "x" * 180, kept_columns=None)
    drawn = as_data_table(table)
    each = len("name") + 180 + len("1 246")

    assert drawn.rows == (20_000 - len("head 0") * 3) // each


@pytest.mark.parametrize("draw", WAYS)
@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells(draw, cell):
    """A cell is text whatever is in it: cells are shown letter by letter, lines are escaped."""
    drawn = draw(Table(cell, ("a", "b"), ((cell, cell),)))
    read_as_markup = Screen("", drawn.blocks).without(ALL_BLOCKS).text

    assert [] == blocks_faults(drawn.blocks, "message")
    assert "<" not in read_as_markup
    assert "\u202e" not in "".join(words(drawn.blocks))


TABLE = Table("Caption", ("a", "b"), (("1", "2"),))


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        (NOTHING, ["data_table"]),
        ({"data_visualization", "container"}, ["data_table"]),
        ({"data_table"}, ["table"]),
        ({"data_table", "table"}, ["section"]),
        (ALL_BLOCKS, []),
    ],
)
def test_the_forms_of_a_table(refused, kinds):
    """The richest form that was not refused is drawn, and all of it where there are no blocks."""
    drawn = Screen("", table_parts(TABLE)).without(frozenset(refused))

    assert kinds == [block["type"] for block in drawn.blocks]
    assert kinds or "1 · b: 2" == drawn.text


@pytest.mark.parametrize(
    ("refused", "rows"),
    [(NOTHING, 200), ({"data_table"}, 99), ({"data_table", "table"}, 30), (ALL_BLOCKS, 30)],
)
def test_what_stands_beneath_a_table_knows_how_much_was_drawn(refused, rows):
    """Each form has its own limits, and the line beneath it counts what that form shows."""
    parts = table_parts(a_table(500), lambda drawn: [context(f"{drawn.rows} rows of 500")])
    drawn = Screen("", parts).without(frozenset(refused))

    assert f"{rows} rows of 500" in (drawn.text or drawn.blocks[-1]["elements"][0]["text"])


def test_no_line_breaks_within_a_number_and_a_name_is_kept():
    """In a narrow cell, too; the name in the first column is somebody else's."""
    row = ("pump 7 h", "3 h 4 min ago")
    (block,) = as_table(Table("c", ("SIM", "Last seen"), (row,))).blocks

    assert ["pump 7 h", "3\u00a0h\u00a04\u00a0min ago"] == [
        cell["text"] for cell in block["rows"][1]
    ]
