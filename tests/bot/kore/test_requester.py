from dataclasses import replace

import pytest

from bot.backoff import Backoff
from bot.kore.requester import Failure, RetryPolicy

FULL = Backoff(first=0.2, longest=2.0, jitter=0.5, chance=lambda: 1.0)
STEADY = RetryPolicy(tries=5, backoff=FULL)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_statuses_worth_another_try(status):
    """What a gateway says in a bad moment is asked again."""
    assert STEADY.wait(Failure(str(status), status), tried=1, spent=0) is not None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 415, 422, 501])
def test_statuses_that_are_final(status):
    """What KORE says on purpose is not asked again."""
    assert STEADY.wait(Failure(str(status), status), tried=1, spent=0) is None


@pytest.mark.parametrize(("tried", "expected"), [(1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6), (5, None)])
def test_backing_off(tried, expected):
    """Waits double, and the tries end."""
    assert expected == STEADY.wait(Failure("ReadTimeout"), tried=tried, spent=0)


def test_waits_are_spread():
    """Those who failed together do not come back together."""
    waits = {RetryPolicy().wait(Failure("ReadTimeout"), tried=2, spent=0) for _ in range(20)}

    assert len(waits) > 10
    assert all(0.2 <= wait <= 0.4 for wait in waits)


@pytest.mark.parametrize(("asked", "expected"), [(0, 0.4), (3, 3.2), (7, 7.2), (3600, None)])
def test_what_kore_asks_for(asked, expected):
    """Retry-After is honoured up to a ceiling; what the budget cannot hold is given up at once."""
    policy = RetryPolicy(backoff=FULL, budget=8.0)

    assert expected == policy.wait(Failure("429", 429, asked), tried=1, spent=0)


def test_the_ceiling():
    """With budget enough, an absurd Retry-After is cut to the ceiling."""
    short = replace(FULL, chance=lambda: 0.0)
    policy = RetryPolicy(backoff=short, budget=1000.0, longest_retry_after=10.0)

    assert 10.0 == policy.wait(Failure("429", 429, 3600), tried=1, spent=0)


def test_the_budget():
    """No wait begins that would end after the budget."""
    policy = RetryPolicy(backoff=FULL, budget=1.0)

    assert 0.2 == policy.wait(Failure("503", 503), tried=1, spent=0.7)
    assert policy.wait(Failure("503", 503), tried=1, spent=0.9) is None
