"""Charts in blocks and in words."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.charts import Chart, as_chart, bins_of, chart_lines, packets_in, starts_in
from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.blocks.reports import NOW, SESSIONS
from tests.builders import NOON, a_session

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
    """
    Any window is cut into at most 20 steps that begin on full hours or days and end after now.
    """
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
