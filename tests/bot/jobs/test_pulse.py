"""Whether due work gets on."""

import pytest

from bot.jobs.pulse import STUCK_SECONDS, Pulse
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def pulse(clock):
    return Pulse(clock, ["scan", "digest"])


def test_a_scheduler_that_looks_no_more(pulse, clock):
    """
    After some minutes without a look it is said, until the next one.
    """
    clock.move(STUCK_SECONDS + 60)
    stuck = pulse.why_stuck()
    pulse.looked()

    assert ("scheduler: has not looked for due work for 6 min",) == stuck
    assert () == pulse.why_stuck()


def test_due_work_that_nobody_begins(pulse, clock):
    """
    A lane in which nothing begins or ends, though something has been due for minutes.
    """
    clock.move(STUCK_SECONDS + 60)
    pulse.looked()
    pulse.waits("scan", 420.0)

    assert ("scheduler: work of the lane scan is due since 7 min",) == pulse.why_stuck()


@pytest.mark.parametrize("late", [0.0, 5.0, STUCK_SECONDS])
def test_what_is_not_late_is_not_stuck(pulse, clock, late):
    """
    Neither idle lanes nor short waits.
    """
    clock.move(2 * STUCK_SECONDS)
    pulse.looked()
    pulse.waits("scan", late)

    assert () == pulse.why_stuck()


def test_a_full_lane_that_gets_on_is_not_stuck(pulse, clock):
    """
    A scan may have hours of chunks waiting, as long as one ends now and then.
    """
    clock.move(STUCK_SECONDS)
    pulse.moved("scan")
    clock.move(STUCK_SECONDS)
    pulse.looked()
    pulse.waits("scan", 9999.0)

    assert () == pulse.why_stuck()


def test_a_store_that_is_away_is_said_elsewhere(pulse, clock):
    """
    Then nothing is stuck: it waits.
    """
    clock.move(2 * STUCK_SECONDS)
    pulse.waits("scan", 9999.0)
    pulse.is_away = True

    assert () == pulse.why_stuck()
