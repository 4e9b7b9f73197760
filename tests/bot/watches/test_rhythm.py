"""How often watched SIMs are read."""

import pytest

from bot.watches.rhythm import JITTER, MOST_TIMES, SLOW, Rhythm
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def rhythm(clock):
    return Rhythm(clock)


def near(seconds):
    return pytest.approx(seconds, rel=JITTER + 1e-9)


@pytest.mark.parametrize(
    ("sims", "expected"), [(1, 30), (100, 30), (120, 30), (400, 100), (9000, 900)]
)
def test_many_sims_are_read_less_often(rhythm, sims, expected):
    """
    Watches make at most four looks a second; a SIM is read every quarter of an hour at least.
    """
    assert near(expected) == rhythm.interval(sims)


def test_intervals_are_spread(rhythm):
    """
    Not all SIMs are read in the same moment.
    """
    assert len({rhythm.interval(1) for _ in range(20)}) > 10


@pytest.mark.parametrize("seconds", [0.1, SLOW])
def test_a_look_that_goes_well_changes_nothing(rhythm, seconds):
    """
    While KORE answers in time, SIMs are read as often as is of use.
    """
    rhythm.went(seconds)

    assert 1 == rhythm.slowness()


@pytest.mark.parametrize("how", [{"seconds": 0.1, "refused": True}, {"seconds": SLOW + 1}])
def test_a_busy_kore_is_asked_less(rhythm, how):
    """
    After a refusal, or a long wait behind others, all intervals double.
    """
    rhythm.went(**how)

    assert near(60) == rhythm.interval(1)


def test_looks_under_way_together_tell_one_thing(rhythm):
    """
    A hundred refusals within one round double the interval once.
    """
    for _ in range(100):
        rhythm.went(0.1, refused=True)

    assert 2 == rhythm.slowness()


def test_it_gets_slower_while_kore_goes_on_refusing(rhythm, clock):
    """
    Round after round of refusals ends at the longest interval.
    """
    for _ in range(20):
        rhythm.went(0.1, refused=True)
        clock.move(60)

    assert 10 < rhythm.slowness() <= MOST_TIMES
    assert rhythm.interval(1) <= 900 * (1 + JITTER)


def test_with_peace_it_comes_back(rhythm, clock):
    """
    Half an hour after the last refusal SIMs are read as often as before.
    """
    rhythm.went(0.1, refused=True)
    clock.move(1800)

    assert pytest.approx(1, abs=0.05) == rhythm.slowness()
