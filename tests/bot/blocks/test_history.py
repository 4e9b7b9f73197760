"""The history, drawn."""

from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.format import PLAIN
from bot.blocks.history import (
    days_fault,
    empty_text,
    history_headline,
    history_screen,
    history_table,
    in_window,
)
from bot.blocks.tables_and_charts import as_data_table, as_fields, as_table, as_text, cell_text
from bot.slack.posting import ALL_BLOCKS
from tests.bot.blocks.reports import HOSTILE, NOW, REPORTS, RUNGS, a_report, faults, kinds, words
from tests.builders import IMEI, NOON, SID, a_session

HOUR = timedelta(hours=1)


def sessions(number, **changes):
    start = NOW - timedelta(days=29)
    step = timedelta(days=29) / number
    return tuple(
        a_session(start=start + n * step, end=start + n * step + step / 2, **changes)
        for n in reversed(range(number))
    )


def data_table(screen):
    return next(block for block in screen.blocks if block["type"] == "data_table")


def test_history():
    """A headline, charts that count all, a table of sessions, what was left out, and buttons."""
    drawn = history_screen(a_report(sessions=sessions(60)), 30)

    charts = ["data_visualization"] * 2
    assert ["section", *charts, "data_table", "context", "actions"] == kinds(drawn)
    assert 61 == len(data_table(drawn)["rows"])
    assert drawn.text.startswith("pump-7 had 60 sessions in the last 30 days")
    assert [] == faults(drawn)
    started, packets = drawn.blocks[1:3]
    assert "Sessions started per 2 days (UTC)" == started["title"]
    assert "Packets per 2 days (UTC), spread evenly" == packets["title"]
    assert any("Each bar is 2 days" in text for text in words(drawn.blocks))
    [series] = started["chart"]["series"]
    assert 60 == sum(point["value"] for point in series["data"])


@pytest.mark.parametrize("number", [1, 200, 201, 5000])
def test_budgets(number):
    """Any number of sessions fits on every rung."""
    report = a_report(sessions=sessions(number))
    for days in (1, 30):
        screen = history_screen(report, days)
        for refused in RUNGS:
            assert [] == faults(screen.without(refused)), (days, refused)


def test_what_is_left_out_is_said():
    """Rows and columns that did not fit are named, with where to find them; others are not."""
    drawn = history_screen(a_report(sessions=sessions(5000)), 30)
    text = "\n".join(words(drawn.blocks))

    assert "The newest 200 of 5\u202f000 sessions are shown; the CSV file has all" in text
    assert "Left out so that more rows fit: IMEI, MCC-MNC, Country, Tower at, Ended" in text
    assert 201 == len(data_table(drawn)["rows"])

    text = "\n".join(words(history_screen(a_report(sessions=sessions(50)), 30).blocks))

    assert "are shown" not in text
    assert "Left out" not in text


def test_sorting_columns():
    """Times are dates, lengths and packets numbers, and unknown packets are no 0."""
    screen = history_screen(a_report(sessions=sessions(2, packets_uploaded=None)), 30)
    row = data_table(screen)["rows"][1]
    started, lasted, _, _, up, down = row[:6]

    assert ("rich_text", "rich_text") == (started["type"], row[-1]["type"])
    assert ("raw_number", 626_400) == (lasted["type"], lasted["value"])
    assert {"type": "raw_text", "text": "unknown"} == up
    assert {"type": "raw_number", "value": 296, "text": "296"} == down


@pytest.mark.parametrize(
    ("changes", "series", "part"),
    [
        ({}, ["packets up", "packets down"], "Each bar is a day"),
        (
            {"packets_uploaded": None},
            ["packets down"],
            "Packets unknown for 9 sessions, not in the chart",
        ),
        (
            {"packets_uploaded": None, "packets_downloaded": None},
            [],
            "Packets unknown, so there is no chart of them",
        ),
    ],
)
def test_unknown_packets(changes, series, part):
    """What no session tells is not drawn as 0, and that is said."""
    many = tuple(a_session(start=NOW - n * HOUR, end=NOW - n * HOUR, **changes) for n in range(9))
    drawn = history_screen(a_report(sessions=many), 7)
    charts = [block["chart"] for block in drawn.blocks if block["type"] == "data_visualization"]
    names = [[each["name"] for each in chart["series"]] for chart in charts]

    assert [["sessions"], *([series] if series else [])] == names
    assert any(part in text for text in words(drawn.blocks))


def test_bars_without_known_packets_are_left_out():
    """A day of which nothing is known is missing from the packets, and that is said."""
    known = a_session(start=NOW - HOUR, end=NOW)
    nothing = {"packets_uploaded": None, "packets_downloaded": None}
    unknown = a_session(start=NOW - 50 * HOUR, end=NOW - 49 * HOUR, **nothing)
    drawn = history_screen(a_report(sessions=(known, unknown)), 7)

    assert 7 == len(drawn.blocks[2]["chart"]["axis_config"]["categories"])
    assert any("1 bar without known packets left out" in text for text in words(drawn.blocks))


@pytest.mark.parametrize("given", [None, ()])
@pytest.mark.parametrize("refused", RUNGS)
def test_no_sessions(given, refused):
    """Without sessions there is a clear sentence and no empty table."""
    drawn = history_screen(a_report(sessions=given), 30).without(refused)

    assert "data_table" not in kinds(drawn)
    assert "pump-7" in drawn.text
    assert [] == faults(drawn)


def test_buttons():
    """From the history lead ways to one session, to the file and to the picture."""
    shown = history_screen(a_report(), 7).blocks[-1]["elements"]

    assert [ids.DETAILS, ids.CSV, ids.TIMELINE] == [each["action_id"] for each in shown]
    assert ids.Details(sid=SID, days=7) == ids.Details.from_value(shown[0]["value"])
    assert ids.HistoryWindow(sid=SID, days=7) == ids.HistoryWindow.from_value(shown[1]["value"])


def test_plainer_forms():
    """A workspace without charts reads them; without any block the text has the newest sessions."""
    refused = frozenset({"data_visualization"})
    screen = history_screen(a_report(sessions=sessions(60)), 30)
    text = "\n".join(words(screen.without(refused).blocks))

    assert "Sessions started per 2 days (UTC), sessions: " in text
    assert "Packets per 2 days (UTC), spread evenly, packets down: " in text

    drawn = screen.without(ALL_BLOCKS)

    assert [] == drawn.blocks
    assert "of 60 sessions are shown; the CSV file has all" in drawn.text
    assert drawn.text.count("T-Mobile USA") >= 5


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name):
    """Whatever a network is called, Slack takes the history."""
    session = a_session().model_copy(update={"operator_name": name, "cell_id": name, "imei": name})

    for refused in RUNGS:
        assert [] == faults(history_screen(a_report(sessions=(session,))).without(refused))


@given(report=REPORTS, days=st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_any_history_fits(report, days):
    """Whatever is known or unknown, Slack takes the history on every rung."""
    screen = history_screen(report, days)
    for refused in RUNGS:
        assert [] == faults(screen.without(refused)), refused


def test_a_row():
    """A session's row has what is known of it, under the right heads."""
    table = history_table([a_session(end=NOW)], NOW)
    shown = dict(zip(table.header, map(cell_text, table.rows[0]), strict=True))

    assert {
        "Started": "2026-01-05 12:00 UTC",
        "Ended": "2026-01-05 15:00 UTC",
        "Lasted": "3 h",
        "Operator": "T-Mobile USA",
        "Radio": "LTE",
        "Packets up": "246",
        "Packets down": "296",
        "MCC-MNC": "310-260",
        "Country": "USA",
        "Cell": "310-260-40482-1243",
        "Tower at": "≈ 37.883, -122.368",
        "IMEI": "01493100-012970-0",
    } == shown


def test_times_are_told_in_the_readers_zone():
    """Each form of the table has Slack tell them, with UTC only where Slack cannot."""
    table = history_table([a_session(end=NOW)], NOW)
    for draw in (as_data_table, as_table, as_fields, as_text):
        text = str(draw(table).blocks)
        assert 2 == text.count(str(int(NOW.timestamp()))) + text.count(str(int(NOON.timestamp())))
        assert text.count("2026-01-05") <= text.count("fallback") + text.count("<!date^")


def test_the_headline_says_how_much_of_the_time_it_was_connected():
    """That is the share of the days asked for, and the longest gap in them."""
    half = a_report(sessions=sessions(60))
    day = in_window(half, 1)

    for shown, days, span in ((half.sessions, 30, "30 days"), (day, 1, "day")):
        said = history_headline(half, shown, days, PLAIN)
        assert f"in the last {span}, up 48 %, longest gap 5 h 48 min — " in said
    assert "up" not in history_headline(a_report(sessions=()), (), 30, PLAIN)


def test_an_unknown_row():
    """What is unknown is said so in every cell; rows beyond what any form draws are not made."""
    table = history_table([type(a_session()).model_construct()], NOON)

    unknown = ["unknown"] * 6, ["cell unknown", "IMEI not reported"], ["unknown"] * 3
    assert (*chain(*unknown), "still open") == table.rows[0]

    assert 200 == len(history_table([a_session()] * 5000, NOON).rows)


DAY = timedelta(days=1)
OPEN_FOR_LONG = a_session(start=NOW - 35 * DAY)
CLOSED = a_session(start=NOW - 9 * DAY, end=NOW - 8 * DAY, packets_uploaded=None)
ONE, IN_30 = "1 network, 1 IMEI", "sessions in the last 30 days"
ACROSS = a_session(start=NOW - 9 * DAY, end=NOW - 6 * DAY)


@pytest.mark.parametrize("typed", ["1", "7", "30", "007", "31", "3650"])
def test_good_days(typed):
    """Days that KORE keeps, and as many more as may be known, can be asked for."""
    assert days_fault(typed) is None


@pytest.mark.parametrize("typed", ["0", "3651", "x", "-1", "1.5", "", "٣", "99999999999", "30d"])
def test_bad_days(typed):
    """Anything else is answered with what can be asked for."""
    fault = days_fault(typed)

    assert fault is not None
    assert f"`{typed}` is not a number of days" in fault
    assert "from 1 to 30" in fault


@pytest.mark.parametrize(
    ("days", "kept"),
    [(30, (OPEN_FOR_LONG, ACROSS, CLOSED)), (7, (OPEN_FOR_LONG, ACROSS)), (1, (OPEN_FOR_LONG,))],
)
def test_in_window(days, kept):
    """A session belongs to a window in which it was open at some time, however old its start."""
    report = a_report(sessions=(OPEN_FOR_LONG, ACROSS, CLOSED))

    assert kept == in_window(report, days)


@pytest.mark.parametrize(
    ("sessions", "days", "said"),
    [
        (
            (ACROSS, CLOSED),
            30,
            (
                f"pump-7 had 2 {IN_30}, up 10 %, longest gap 6 d — {ONE}, at least 246 "
                "packets up, 592 down"
            ),
        ),
        (
            (OPEN_FOR_LONG,),
            30,
            (
                "pump-7 had 1 session in the last 30 days, up 100 % of 35 d — "
                f"{ONE}, 246 packets up, 296 down in 35 d"
            ),
        ),
        (
            tuple(a_session(imei=imei) for imei in ("0" * 15, IMEI, f"{IMEI}9")),
            30,
            f"pump-7 had 3 {IN_30}, up less than 1 % — {ONE}, 738 packets up, 888 down",
        ),
        ((), 30, "pump-7 had no session in the last 30 days"),
        ((CLOSED,), 1, "pump-7 had no session in the last day"),
        (None, 30, "The sessions of pump-7 could not be read"),
    ],
)
def test_history_headline(sessions, days, said):
    """The first line says how much there is, or that there is nothing to see."""
    report = a_report(sessions=sessions)

    assert said == history_headline(report, in_window(report, days), days, PLAIN)


@pytest.mark.parametrize(
    ("sessions", "part"),
    [
        (None, "not of its sessions"),
        ((), "not the same as never"),
        ((CLOSED,), "ask for more than 1 day, up to 30."),
    ],
)
def test_empty_text(sessions, part):
    """An empty history says what it does not mean and what to do."""
    assert part in empty_text(a_report(sessions=sessions), 1)
