"""How those on whom the bot depends stand."""

import pytest

from bot.ops.metrics import Metrics
from bot.ops.standing import Stand, Standing
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def standing(clock):
    return Standing(clock)


def test_before_the_first_call_nothing_is_known(standing):
    """
    Neither well nor ill.
    """
    assert (Stand(), Stand()) == (standing.kore, standing.slack)
    assert standing.kore.is_well is None


@pytest.mark.parametrize(
    ("outcomes", "is_well", "why"),
    [
        (["200"], True, None),
        (["404"], True, None),
        (["timeout"], False, "timeout"),
        (["503", "200"], True, "503"),
        (["200", "503"], False, "503"),
        (["200", "cancelled"], True, None),
        (["429", "403"], False, "403"),
    ],
)
def test_the_last_word_counts(standing, clock, outcomes, is_well, why):
    """
    That a SIM is not there is an answer; what we gave up ourselves is nobody's fault.
    """
    for outcome in outcomes:
        standing.kore_called(outcome)
        clock.move(1)

    assert (is_well, why) == (standing.kore.is_well, standing.kore.why)


def test_the_moments_are_kept(standing, clock):
    """
    When it answered last, and when it failed last.
    """
    standing.slack_called("ok")
    answered = clock.now()
    clock.move(60)
    standing.slack_called("ratelimited")

    assert Stand(answered, clock.now(), "ratelimited") == standing.slack


def test_the_metrics_tell_it(standing):
    """
    Whatever is counted is heard of too, each by its own.
    """
    metrics = Metrics(standing=standing)
    metrics.asked("sims", "503", 0.1)
    metrics.slack_called("chat.postMessage", "ok", 0.1)

    assert (False, True) == (standing.kore.is_well, standing.slack.is_well)
