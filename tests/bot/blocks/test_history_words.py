"""What is said of a history."""

from datetime import timedelta

import pytest

from bot.blocks.history_words import (
    days_fault,
    empty_words,
    file_name,
    history_headline,
    in_window,
    timeline_alt,
)
from bot.blocks.speech import PLAIN
from tests.bot.blocks.reports import NOW, a_report
from tests.builders import SID, a_session, a_sim

DAY = timedelta(days=1)
OPEN_FOR_LONG = a_session(start=NOW - 35 * DAY)
CLOSED = a_session(start=NOW - 9 * DAY, end=NOW - 8 * DAY, packets_uploaded=None)
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
    [
        (30, (OPEN_FOR_LONG, ACROSS, CLOSED)),
        (7, (OPEN_FOR_LONG, ACROSS)),
        (1, (OPEN_FOR_LONG,)),
    ],
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
            (
                "pump-7 had 2 sessions in the last 30 days — 1 network, 1 IMEI, "
                "246 packets up, 592 down"
            ),
        ),
        (
            (
                a_session(imei="0" * 15),
                a_session(imei="014931000129700"),
                a_session(imei="0149310001297099"),
            ),
            30,
            (
                "pump-7 had 3 sessions in the last 30 days — 1 network, 1 IMEI, "
                "738 packets up, 888 down"
            ),
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
def test_empty_words(sessions, part):
    """
    An empty history says what it does not mean and what to do.
    """
    assert part in empty_words(a_report(sessions=sessions), 1)


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
