"""A history beyond KORE's 30 days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.format import PLAIN
from bot.blocks.history_months import (
    beyond_fault,
    beyond_screen,
    days_fault,
    empty_text,
    file_name,
    history_headline,
    in_window,
    known_line,
    months_of,
    reach,
    timeline_alt,
)
from bot.diagnosis.rule import Severity
from bot.digests.days import Day, day_number
from tests.bot.blocks.reports import HOSTILE, NOW, RUNGS, a_report, all_words, faults, table_of
from tests.bot.digests.test_days_months import ANY_DAY
from tests.builders import SID, a_session, a_sim

TODAY = day_number(NOW)
BUSY = Day(sessions=3, minutes=120, up=50, down=70, networks=2, worst=Severity.WARNING)


def days(ago, day=BUSY):
    """Return so many days until today."""
    return {TODAY - n: day for n in range(ago)}


def test_a_row_a_month():
    """
    The newest month comes first with its sums, unknown packets have no chart, older days no part.
    """
    drawn = beyond_screen(a_report(), days(10), 40)

    assert ["Jan 2026", "15", "5", "5", "10", "250", "350", "2", "warning"] == table_of(drawn)[1]
    assert "Dec 2025" == table_of(drawn)[2][0]
    assert drawn.text.startswith("pump-7 had 30 sessions in 40 days, 10 of them known")

    drawn = beyond_screen(a_report(), days(5, Day(1, up=None, down=None)), 40)

    assert ["unknown", "unknown"] == table_of(drawn)[1][5:7]
    assert 1 == sum(block["type"] == "data_visualization" for block in drawn.blocks)

    assert beyond_screen(a_report(), days(100), 31).text.startswith("pump-7 had 93 sessions")


@pytest.mark.parametrize(
    ("known", "asked", "said"),
    [
        (0, 31, "I know nothing of pump-7 from before"),
        (30, 31, "I know nothing of pump-7 from before"),
        (45, 46, "I know pump-7 since 22 Nov 2025, which is 45 days: ask for 1 to 45 days."),
    ],
)
def test_too_many_days_are_refused(known, asked, said):
    """
    What is not known cannot be shown; the sentence says what can.
    """
    assert said in beyond_fault(a_report(), days(known), asked)


@pytest.mark.parametrize(("known", "asked"), [(0, 30), (45, 45), (45, 31), (400, 400)])
def test_known_days_are_not_refused(known, asked):
    """
    Up to the first known day everything can be asked for.
    """
    assert beyond_fault(a_report(), days(known), asked) is None


def test_known_days():
    """
    The first known day decides, a line points at more, and months are those of the calendar.
    """
    assert (0, 1, 80) == (
        reach({}, NOW),
        reach({TODAY: BUSY}, NOW),
        reach({TODAY - 79: BUSY, TODAY: BUSY}, NOW),
    )

    assert "45 days known since 22 Nov 2025: `/simsessions history pump-7 45`" == known_line(
        a_report(), days(45)
    )

    starts = [day_number(date(year, 1, 1)) for year in (2025, 2026)]
    found = months_of({start + n: BUSY for start in starts for n in (0, 1)})

    assert [("Jan 2025", 2), ("Jan 2026", 2)] == [(m.name, len(m.days)) for m in found]


@pytest.mark.parametrize("known", [0, 1, 30])
def test_nothing_is_said_where_kore_has_it_all(known):
    """
    Days within KORE's own window are no news.
    """
    assert known_line(a_report(), days(known)) is None


@pytest.mark.parametrize("refused", RUNGS)
@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_it_whatever_the_name(refused, name):
    """
    Foreign text formats nothing and breaks no limit, on every rung.
    """
    drawn = beyond_screen(a_report(sim=a_sim(unique_name=name)), days(400), 400).without(refused)

    assert [] == faults(drawn)
    assert "<!channel>" not in all_words(drawn)


@given(st.dictionaries(st.integers(TODAY - 3000, TODAY), ANY_DAY, max_size=60))
def test_any_days_can_be_drawn(known):
    """
    Whatever was kept is drawn within Slack's limits.
    """
    assert [] == faults(beyond_screen(a_report(), known, 3650))


DAY = timedelta(days=1)
OPEN_FOR_LONG = a_session(start=NOW - 35 * DAY)
CLOSED = a_session(start=NOW - 9 * DAY, end=NOW - 8 * DAY, packets_uploaded=None)
ONE = "1 network, 1 IMEI"
ACROSS = a_session(start=NOW - 9 * DAY, end=NOW - 6 * DAY)


@pytest.mark.parametrize("typed", ["1", "7", "30", "007", "31", "3650"])
def test_good_days(typed):
    """
    Days that KORE keeps, and as many more as may be known, can be asked for.
    """
    assert days_fault(typed) is None


@pytest.mark.parametrize("typed", ["0", "3651", "x", "-1", "1.5", "", "٣", "99999999999", "30d"])
def test_bad_days(typed):
    """
    Anything else is answered with what can be asked for.
    """
    fault = days_fault(typed)

    assert fault is not None
    assert f"`{typed}` is not a number of days" in fault
    assert "from 1 to 30" in fault


@pytest.mark.parametrize(
    ("days", "kept"),
    [(30, (OPEN_FOR_LONG, ACROSS, CLOSED)), (7, (OPEN_FOR_LONG, ACROSS)), (1, (OPEN_FOR_LONG,))],
)
def test_in_window(days, kept):
    """
    A session belongs to a window in which it was open at some time, however old its start.
    """
    report = a_report(sessions=(OPEN_FOR_LONG, ACROSS, CLOSED))

    assert kept == in_window(report, days)


@pytest.mark.parametrize(
    ("sessions", "days", "said"),
    [
        (
            (ACROSS, CLOSED),
            30,
            f"pump-7 had 2 sessions in the last 30 days — {ONE}, 246 packets up, 592 down",
        ),
        (
            (
                a_session(imei="0" * 15),
                a_session(imei="014931000129700"),
                a_session(imei="0149310001297099"),
            ),
            30,
            f"pump-7 had 3 sessions in the last 30 days — {ONE}, 738 packets up, 888 down",
        ),
        ((), 30, "pump-7 had no session in the last 30 days"),
        ((CLOSED,), 1, "pump-7 had no session in the last day"),
        (None, 30, "The sessions of pump-7 could not be read"),
    ],
)
def test_history_headline(sessions, days, said):
    """
    The first line says how much there is, or that there is nothing to see.
    """
    report = a_report(sessions=sessions)

    assert said == history_headline(report, in_window(report, days), days, PLAIN)


@pytest.mark.parametrize(
    ("sessions", "part"),
    [
        (None, "not of its sessions"),
        ((), "not the same as never"),
        ((CLOSED,), "ask for more than 1 days"),
    ],
)
def test_empty_text(sessions, part):
    """
    An empty history says what it does not mean and what to do.
    """
    assert part in empty_text(a_report(sessions=sessions), 1)


def test_timeline_alt():
    """
    Who cannot see the picture is told what it shows.
    """
    assert (
        "Timeline of pump-7, last 30 days, 1 session: 1 network, 1 IMEI, 246 packets up, 296 down"
    ) == timeline_alt(a_report(), 30)
    assert "Timeline of pump-7, last day, 0 sessions" == timeline_alt(a_report(sessions=()), 1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("pump-7", "pump-7-30-days.csv"),
        ("../../etc/passwd", "etc-passwd-30-days.csv"),
        ("Kühlraum 1, Hamburg", "Kühlraum-1-Hamburg-30-days.csv"),
        ("\u202egnp\n.exe", "gnp-exe-30-days.csv"),
        ("///", f"{SID}-30-days.csv"),
    ],
)
def test_file_name(name, shown):
    """
    A file is named after its SIM, whatever that is called.
    """
    assert shown == file_name(a_report(sim=a_sim(unique_name=name)), 30, "csv")
