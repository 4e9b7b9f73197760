"""A history beyond KORE's 30 days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.history import (
    known_days_back,
    months_of,
    older_days_fault,
    older_days_line,
    older_days_screen,
)
from bot.diagnosis.rule import Severity
from bot.digests.days import Day, day_number
from tests.bot.blocks.reports import HOSTILE, NOW, RUNGS, a_report, all_words, faults, table_of
from tests.bot.digests.test_days import ANY_DAY
from tests.builders import a_sim

TODAY = day_number(NOW)
BUSY = Day(sessions=3, minutes=120, up=50, down=70, networks=2, worst=Severity.WARNING)


def days(ago, day=BUSY):
    """Return so many days until today."""
    return {TODAY - n: day for n in range(ago)}


def test_a_row_a_month():
    """
    The newest month comes first with its sums, unknown packets have no chart, older days no part.
    """
    drawn = older_days_screen(a_report(), days(10), 40)

    assert ["Jan 2026", "15", "5", "5", "10", "250", "350", "2", "warning"] == table_of(drawn)[1]
    assert "Dec 2025" == table_of(drawn)[2][0]
    assert drawn.text.startswith("pump-7 had 30 sessions in 40 days, 10 of them known")

    drawn = older_days_screen(a_report(), days(5, Day(1, up=None, down=None)), 40)

    assert ["unknown", "unknown"] == table_of(drawn)[1][5:7]
    assert 1 == sum(block["type"] == "data_visualization" for block in drawn.blocks)

    assert older_days_screen(a_report(), days(100), 31).text.startswith("pump-7 had 93 sessions")


@pytest.mark.parametrize(
    ("known", "asked", "said"),
    [
        (0, 31, "I know nothing of pump-7 from before"),
        (30, 31, "I know nothing of pump-7 from before"),
        (45, 46, "I have seen pump-7 since 22 Nov 2025, 45 days: ask for 1 to 45 days."),
    ],
)
def test_too_many_days_are_refused(known, asked, said):
    """What is not known cannot be shown; the sentence says what can."""
    assert said in older_days_fault(NOW, days(known), asked, "pump-7")


@pytest.mark.parametrize(("known", "asked"), [(0, 30), (45, 45), (45, 31), (400, 400)])
def test_known_days_are_not_refused(known, asked):
    """Up to the first known day everything can be asked for."""
    assert older_days_fault(NOW, days(known), asked, "pump-7") is None


def test_known_days():
    """The first known day decides, a line points at more, and months are those of the calendar."""
    assert (0, 1, 80) == (
        known_days_back({}, NOW),
        known_days_back({TODAY: BUSY}, NOW),
        known_days_back({TODAY - 79: BUSY, TODAY: BUSY}, NOW),
    )

    assert "45 days known since 22 Nov 2025: `/simsessions history pump-7 45`" == older_days_line(
        a_report(), days(45)
    )

    starts = [day_number(date(year, 1, 1)) for year in (2025, 2026)]
    found = months_of({start + n: BUSY for start in starts for n in (0, 1)})

    assert [("Jan 2025", 2), ("Jan 2026", 2)] == [(m.name, len(m.days)) for m in found]


@pytest.mark.parametrize("known", [0, 1, 30])
def test_nothing_is_said_where_kore_has_it_all(known):
    """Days within KORE's own window are no news."""
    assert older_days_line(a_report(), days(known)) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_it_whatever_the_name(name):
    """Foreign text formats nothing and breaks no limit, on every rung."""
    screen = older_days_screen(a_report(sim=a_sim(unique_name=name)), days(400), 400)

    for refused in RUNGS:
        drawn = screen.without(refused)
        assert [] == faults(drawn), refused
        assert "<!channel>" not in all_words(drawn), refused


@given(st.dictionaries(st.integers(TODAY - 3000, TODAY), ANY_DAY, max_size=60))
def test_any_days_can_be_drawn(known):
    """Whatever was kept is drawn within Slack's limits."""
    assert [] == faults(older_days_screen(a_report(), known, 3650))
