"""A channel's digest."""

from datetime import UTC, datetime, time

import pytest

from bot.digests.schedule import DigestSchedule, Frequency, QuietHours
from bot.digests.subscription import ListedSim, PauseReason, Selection, SelectionKind, matches
from bot.kore.models import Sim
from tests.bot.digests.subscriptions import PUMPS, subscription

PUMP = Sim(sid="DE1", unique_name="Pump-7", friendly_name="Pump in Lyon", status="active")
BARE = Sim(sid="DE2")
CHOICES = [
    (Selection(SelectionKind.ALL), "all SIMs", {}, True),
    (Selection(SelectionKind.PATTERN, "pump-*"), "SIMs called pump-*", {}, True),
    (Selection(SelectionKind.PATTERN, "truck-*"), "SIMs called truck-*", {}, False),
    (Selection(SelectionKind.PLAN, "Small"), "SIMs on plan Small", {"rate_plan": "Small"}, True),
    (
        Selection(SelectionKind.STATUS, "active"),
        "SIMs whose status is active",
        {"status": "active"},
        True,
    ),
    (Selection(SelectionKind.LISTED, sims=(ListedSim("DE1", "pump 7"),)), "1 named SIM", {}, True),
    (
        Selection(SelectionKind.LISTED, sims=(ListedSim("DE8", "a"), ListedSim("DE9", "b"))),
        "2 named SIMs",
        {},
        False,
    ),
]


@pytest.mark.parametrize(("selection", "words", "filters", "takes"), CHOICES)
def test_a_choice(selection, words, filters, takes):
    """Each has its words, what KORE is asked with, and comes back from what is stored."""
    assert words == selection.words
    assert filters == selection.filters
    assert takes is selection.takes(PUMP)
    assert selection == Selection.from_json(selection.to_json())


@pytest.mark.parametrize("pattern", ["pump-7", "PUMP-*", "pump-?", "pump-[0-9]", "*lyon", "p*7"])
def test_a_pattern_that_fits(pattern):
    """It fits the whole unique or friendly name, whatever the case."""
    assert matches(pattern, PUMP)


@pytest.mark.parametrize("pattern", ["pump", "pump-??", "[!p]*", "de1", ""])
def test_a_pattern_that_does_not_fit(pattern):
    """A part of a name is not enough, and a SID is no name."""
    assert not matches(pattern, PUMP)


@pytest.mark.parametrize("pattern", ["*", "?*", ""])
def test_a_sim_without_a_name_fits_no_pattern(pattern):
    """What has no name is not called anything."""
    assert not matches(pattern, BARE)


@pytest.mark.parametrize(
    "stored", [{}, {"which": "some"}, {"which": "listed", "listed": [["DE1"]]}]
)
def test_what_is_no_choice(stored):
    """Anything else than what was stored is refused."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        Selection.from_json(stored)


FRIDAY = datetime(2026, 1, 9, 8, 30, tzinfo=UTC)


def test_when_it_comes_next():
    """The next time is by the clock of its zone, and given in UTC."""
    assert datetime(2026, 1, 12, 8, 0, tzinfo=UTC) == PUMPS.next_due(FRIDAY)
    assert UTC is PUMPS.next_due(FRIDAY).tzinfo


def test_a_paused_one_does_not_come():
    """Whoever or whatever paused it."""
    assert {None} == {subscription(paused=why).next_due(FRIDAY) for why in PauseReason}


def test_what_falls_into_its_quiet_hours():
    """They are those of its own zone."""
    lunch = subscription(
        schedule=DigestSchedule(Frequency.HOURS), quiet_hours=QuietHours(time(9), time(10, 30))
    )

    assert lunch.is_quiet_at(datetime(2026, 1, 9, 9, 0, tzinfo=UTC))
    assert not lunch.is_quiet_at(datetime(2026, 1, 9, 10, 0, tzinfo=UTC))
    assert not PUMPS.is_quiet_at(datetime(2026, 1, 9, 9, 0, tzinfo=UTC))
    assert datetime(2026, 1, 9, 10, 0, tzinfo=UTC) == lunch.next_due(FRIDAY)


def test_its_schedule_bears_its_id():
    """A name may change; the schedule and the keys of its runs do not."""
    assert "digest:0a1b2c3d" == PUMPS.schedule_name
    assert PUMPS.schedule_name == subscription(name="Wells").schedule_name
