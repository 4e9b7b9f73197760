"""How often one person may look SIMs up."""

import pytest

from bot.errors import AskedTooOften
from bot.ops.rate_limit import UserRateLimit, cost_of
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def rate(clock):
    """Six a minute: one every ten seconds."""
    return UserRateLimit(6, clock)


def taken(rate, person="U1", cost=1):
    """Return whether a look-up is allowed."""
    try:
        rate.take(person, cost)
    except AskedTooOften:
        return False
    return True


def test_as_many_as_a_minute_has_may_come_at_once(rate):
    """Six at once, and not a seventh."""
    assert [True] * 6 + [False] == [taken(rate) for _ in range(7)]


def test_one_more_is_free_after_its_share_of_the_minute(rate, clock):
    """Every ten seconds there is another one, never more than six."""
    spent = [taken(rate) for _ in range(6)]
    clock.move(9)
    too_soon = taken(rate)
    clock.move(1)
    then = [taken(rate), taken(rate)]
    clock.move(3600)

    assert [True] * 6 == spent
    assert not too_soon
    assert [True, False] == then
    assert [True] * 6 + [False] == [taken(rate) for _ in range(7)]


def test_each_person_has_their_own(rate):
    """Nobody pays for somebody else."""
    assert all(taken(rate, "U1") for _ in range(6))
    assert taken(rate, "U2")


def test_the_sentence_says_when_to_try_again(rate, clock):
    """It counts the seconds until there is one, and is said once a minute."""
    rate.take("U1", 6)
    clock.move(4)

    said = []
    for _ in range(3):
        with pytest.raises(AskedTooOften) as refused:
            rate.take("U1")
        said.append((refused.value.is_said, "6 s" in refused.value.sentence))

    assert [(False, True), (True, True), (True, True)] == said


def test_a_minute_later_it_is_said_again(rate, clock):
    """Whoever asks too often again is told again."""
    refusals = []
    for _ in range(2):
        with pytest.raises(AskedTooOften) as refused:
            [rate.take("U1", 6) for _ in range(2)]
        refusals.append(refused.value.is_said)
        clock.move(61)

    assert [False, False] == refusals


def test_what_costs_more_than_there_ever_is_takes_all(rate):
    """A triage of many goes with a full bucket, and leaves it empty."""
    assert taken(rate, cost=100)
    assert not taken(rate)


def test_many_at_once_count_sensibly():
    """Twenty SIMs together count as one look-up."""
    for sims, cost in ((0, 1), (1, 1), (20, 1), (21, 2), (200, 10), (10_000, 500)):
        assert cost == cost_of(sims), (sims, cost)
