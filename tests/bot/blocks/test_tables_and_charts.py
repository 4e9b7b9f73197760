"""One table drawn in four ways, within its budgets."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.kit import NOTHING, Screen, context
from bot.blocks.tables_and_charts import (
    Chart,
    NumberCell,
    Table,
    as_chart,
    as_data_table,
    as_fields,
    as_table,
    as_text,
    bins_of,
    chart_lines,
    packets_in,
    starts_in,
    table_parts,
)
from bot.emulators.slack.blocks.whole import blocks_faults
from bot.slack.posting import ALL_BLOCKS
from tests.bot.blocks.reports import HOSTILE, NOW, SESSIONS, words
from tests.builders import NOON, a_session

WAYS = (as_data_table, as_table, as_fields, as_text)


def a_table(rows, width=4, filler="x", kept_columns=2):
    row = ("name", *[filler] * (width - 2), NumberCell(1246, "1 246"))
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


CHART = Chart("Sessions per day", ["3 Jan", "4 Jan", "5 Jan"], {"sessions": [1, 0, 9]})


def test_as_chart():
    """Every series has one point for every category."""
    block = as_chart(CHART)

    assert [] == blocks_faults([block], "message")
    assert {
        "name": "sessions",
        "data": [
            {"label": "3 Jan", "value": 1},
            {"label": "4 Jan", "value": 0},
            {"label": "5 Jan", "value": 9},
        ],
    } == block["chart"]["series"][0]


def test_a_chart_keeps_its_limits():
    """Twenty categories, twelve series and short names are drawn of any number and length."""
    names = [f"{n} " + "x" * 50 for n in range(40)]
    block = as_chart(Chart("t" * 200, names, {name: [1.5] * 40 for name in names}))

    assert [] == blocks_faults([block], "message")
    assert 20 == len(block["chart"]["axis_config"]["categories"])
    assert 12 == len(block["chart"]["series"])


def test_chart_lines():
    """As text a chart is a line with its highest value and where that is, or says none."""
    assert ["Sessions per day, sessions: ▂▁█ (3 Jan to 5 Jan; most 9, 5 Jan)"] == chart_lines(CHART)

    assert ["T, up: none"] == chart_lines(Chart("T", ["a"], {"up": [0]}))


HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "size", "words", "first", "last"),
    [
        (1, 13, "2 hours", "4 Jan 14:00", "5 Jan 14:00"),
        (2, 13, "4 hours", "3 Jan 12:00", "5 Jan 12:00"),
        (3, 13, "6 hours", "2 Jan 12:00", "5 Jan 12:00"),
        (7, 8, "day", "29 Dec", "5 Jan"),
        (19, 20, "day", "17 Dec", "5 Jan"),
        (20, 11, "2 days", "15–16 Dec", "4–5 Jan"),
        (30, 16, "2 days", "5–6 Dec", "4–5 Jan"),
    ],
)
def test_bins_of(days, size, words, first, last):
    """A window is cut into at most 20 steps that begin on full hours or days and end after now."""
    bins = bins_of(days, NOW)

    assert (size, words) == (bins.size, bins.unit)
    assert (first, last) == (bins.labels[0], bins.labels[-1])
    assert len(set(bins.labels)) == size <= 20


def test_starts_in():
    """A session counts in the step in which it started, if any; a step in two months names both."""
    assert "31 Dec–1 Jan" in bins_of(30, NOW).labels

    bins = bins_of(7, NOW)
    starts = (NOON, NOON - DAY, NOON - DAY, NOON - 40 * DAY, None)
    counts = starts_in(bins, [a_session(start=start) for start in starts])

    assert [0, 0, 0, 0, 0, 0, 2, 1] == counts


@given(days=st.integers(1, 30), seconds=st.integers(0, 86_400 * 400))
def test_bins_hold_the_whole_window(days, seconds):
    """The first moment of the window and the last both fall into a step, at any time of day."""
    now = NOON + timedelta(seconds=seconds)
    bins = bins_of(days, now)

    assert bins.place(now) == bins.size - 1 or bins.unit.endswith("days")
    assert bins.place(now) is not None
    assert 0 == bins.place(now - timedelta(days=days))
    assert bins.size <= 20


def test_packets_are_spread_evenly():
    """A session gives each step its share, all to one where it has no length; unknown is not 0."""
    session = a_session(start=NOON - DAY, end=NOON, packets_uploaded=100, packets_downloaded=None)
    found = packets_in(bins_of(7, NOW), [session], NOW)

    assert {"up": [0, 0, 0, 0, 0, 0, 50, 50]} == found

    session = a_session(start=NOON, end=NOON, packets_uploaded=7, packets_downloaded=3)
    found = packets_in(bins_of(7, NOW), [session], NOW)

    assert (7, 3) == (found["up"][-1], found["down"][-1])

    told = a_session(start=NOON, end=NOON + HOUR, packets_uploaded=5)
    untold = a_session(start=NOON - 2 * DAY, end=NOON - 2 * DAY + HOUR, packets_uploaded=None)
    found = packets_in(bins_of(3, NOW), [told, untold], NOW)["up"]

    assert None in found
    assert 0 in found
    assert 5 == sum(value for value in found if value)

    session = a_session(packets_uploaded=None, packets_downloaded=None)

    assert {} == packets_in(bins_of(7, NOW), [session], NOW)


@given(sessions=st.lists(SESSIONS, max_size=5), days=st.integers(1, 30))
@settings(deadline=None)
def test_any_sessions_can_be_binned(sessions, days):
    """Sessions that end before they start, or in the future, do no harm."""
    bins = bins_of(days, NOW)
    found = packets_in(bins, sessions, NOW)

    assert all(len(values) == bins.size for values in found.values())
    assert sum(starts_in(bins, sessions)) <= len(sessions)
