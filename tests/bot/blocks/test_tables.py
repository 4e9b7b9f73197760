"""One table drawn in four ways, within its budgets."""

import pytest

from bot.blocks.kit import Screen, container, context, divider, fields, section
from bot.blocks.tables import (
    ALL_TEXT,
    NOTHING,
    Number,
    Table,
    as_data_table,
    as_fields,
    as_table,
    as_text,
    draw_table,
    lowered,
    retreat,
)
from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.blocks.reports import HOSTILE, words

WAYS = (as_data_table, as_table, as_fields, as_text)


def a_table(rows, width=4, filler="x", telling=2):
    row = ("name", *[filler] * (width - 2), Number(1246, "1 246"))
    return Table("Caption", tuple(f"head {n}" for n in range(width)), (row,) * rows, telling)


@pytest.mark.parametrize("draw", WAYS)
@pytest.mark.parametrize(
    ("rows", "width", "filler"), [(1, 2, "x"), (200, 12, "x" * 20), (5000, 20, "x" * 400)]
)
def test_every_way_fits(draw, rows, width, filler):
    """
    However much there is, what is drawn is within Slack's limits, and counts its rows.
    """
    table = a_table(rows, width, filler)
    drawn = draw(table)

    assert [] == blocks_faults(drawn.blocks, "message")
    assert 1 <= drawn.rows <= rows


def test_a_small_table_is_whole():
    """
    A table that fits keeps every row and column, numbers as numbers.
    """
    drawn = as_data_table(a_table(3))
    [block] = drawn.blocks

    assert (3, 4) == (drawn.rows, drawn.columns)
    assert {"type": "raw_number", "value": 1246, "text": "1 246"} == block["rows"][1][-1]
    assert {"type": "raw_text", "text": "head 0"} == block["rows"][0][0]


@pytest.mark.parametrize(("draw", "rows"), [(as_data_table, 200), (as_table, 99)])
def test_rows_end_at_the_limit(draw, rows):
    """
    One row more than Slack allows is left out, and none before.
    """
    assert rows == draw(a_table(rows)).rows
    assert rows == draw(a_table(rows + 1)).rows


@pytest.mark.parametrize(
    ("filler", "columns"), [(25, 6), (26, 5), (27, 4), (35, 4), (36, 3), (53, 3), (54, 2)]
)
def test_columns_go_before_rows(filler, columns):
    """
    Columns are dropped from the right, no more than needed, until every row is there.
    """
    drawn = as_table(a_table(90, 6, "x" * filler))

    assert (90, columns) == (drawn.rows, drawn.columns)


def test_rows_go_where_no_column_may():
    """
    The telling columns stay, and what then does not fit are rows.
    """
    drawn = as_table(a_table(90, 4, "x" * 200))

    assert 2 == drawn.columns
    assert 48 == drawn.rows


def test_all_columns_are_kept_where_none_may_go():
    """
    A table whose columns are all needed loses rows instead.
    """
    drawn = as_table(a_table(90, 4, "x" * 200, telling=None))

    assert 4 == drawn.columns
    assert drawn.rows < 90


def test_budgets_are_used_up():
    """
    The next row would not have fitted: nothing is left out needlessly.
    """
    table = a_table(150, 3, "x" * 180, telling=None)
    drawn = as_data_table(table)
    each = len("name") + 180 + len("1 246")

    assert drawn.rows == (20_000 - len("head 0") * 3) // each


def test_fields_and_text_name_their_columns():
    """
    Without a table each value stands beside the head of its column.
    """
    table = a_table(2)
    field = as_fields(table).blocks[0]["fields"][0]["text"]
    line = as_text(table).blocks[0]["text"]["text"].splitlines()[0]

    assert "*name*\nhead 1: x · head 2: x · head 3: 1 246" == field
    assert "name · head 1: x · head 2: x · head 3: 1 246" == line


@pytest.mark.parametrize("draw", WAYS)
@pytest.mark.parametrize("cell", HOSTILE)
def test_hostile_cells(draw, cell):
    """
    A cell is text whatever is in it: cells are shown letter by letter, lines are escaped.
    """
    drawn = draw(Table(cell, ("a", "b"), ((cell, cell),)))
    read_as_markup = lowered(Screen("", drawn.blocks), ALL_TEXT).text

    assert [] == blocks_faults(drawn.blocks, "message")
    assert "<" not in read_as_markup
    assert "\u202e" not in "".join(words(drawn.blocks))


TABLE = Table("Caption", ("a", "b"), (("1", "2"),))
CHART = {"type": "data_visualization"}
DATA_TABLE = {"type": "data_table"}
PLAIN_TABLE = {"type": "table"}
TEXT = section("text")


@pytest.mark.parametrize(
    ("refused", "kinds"),
    [
        (NOTHING, ["data_table"]),
        ({"data_visualization", "container"}, ["data_table"]),
        ({"data_table"}, ["table"]),
        ({"data_table", "table"}, ["section"]),
        (ALL_TEXT, ["section"]),
    ],
)
def test_draw_table(refused, kinds):
    """
    The highest rung that was not refused is drawn.
    """
    drawn = draw_table(TABLE, frozenset(refused))

    assert kinds == [block["type"] for block in drawn.blocks]


def test_the_lowest_rung_is_text():
    """
    Where no block may be used, all words of the blocks stand in the text.
    """
    blocks = [TEXT, *fields([("Label", "value")]), context("small", "print"), divider()]
    drawn = Screen("title", blocks)

    assert Screen("text\n*Label* value\nsmall\nprint", []) == lowered(drawn, ALL_TEXT)
    assert drawn is lowered(drawn, NOTHING)


@pytest.mark.parametrize(
    ("blocks", "messages", "given_up"),
    [
        ([TEXT, DATA_TABLE], [], {"data_table"}),
        ([TEXT, DATA_TABLE, CHART], [], {"data_visualization"}),
        ([container("t", [PLAIN_TABLE])], [], {"container"}),
        ([PLAIN_TABLE], [], {"table"}),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] unsupported type: data_table [json-pointer:/blocks/2/type]"],
            {"data_table"},
        ),
        (
            [TEXT, CHART, DATA_TABLE],
            ["[ERROR] invalid block [json-pointer:/blocks/2/rows/0]"],
            {"data_table"},
        ),
        (
            [container("t", [PLAIN_TABLE])],
            ["[ERROR] unsupported type: table [json-pointer:/blocks/0/child_blocks/0/type]"],
            {"container"},
        ),
        (
            [TEXT, CHART],
            ["[ERROR] must be less than 3001 [json-pointer:/blocks/0/text]"],
            {"data_visualization"},
        ),
        ([TEXT, CHART], ["[ERROR] what [json-pointer:/blocks/99/type]"], {"data_visualization"}),
    ],
)
def test_retreat(blocks, messages, given_up):
    """
    What Slack names or points at is given up; else the newest kind that was used.
    """
    assert frozenset(given_up) == retreat(NOTHING, blocks, messages)


def test_retreat_adds_to_what_is_known():
    """
    What was learnt before stays learnt.
    """
    refused = frozenset({"data_visualization"})

    assert refused | {"data_table"} == retreat(refused, [DATA_TABLE, TEXT])


def test_retreat_ends():
    """
    Step by step everything is given up: all newer blocks, then all blocks, then there is no more.
    """
    refused, steps = NOTHING, []
    every = [CHART, DATA_TABLE, container("t", [TEXT]), PLAIN_TABLE, context("c")]
    while refused is not None:
        left = [] if refused == ALL_TEXT else [b for b in every if b["type"] not in refused]
        refused = retreat(refused, left)
        steps.append(refused)

    assert [1, 2, 3, 4, 5, None] == [step and len(step) for step in steps]
    assert ALL_TEXT == steps[-2]
