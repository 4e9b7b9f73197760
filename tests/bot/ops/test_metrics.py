"""What is counted and timed."""

import re

import pytest

from bot.ops.metrics import MOST_VALUES, Dependency, DependencyStatus, Metrics
from bot.slack.access import ONE_ACCOUNT
from bot.slack.errors import is_outage


def test_everything_told_is_counted():
    """Each kind of event shows up under its name with its labels."""
    metrics = Metrics(in_flight=lambda: 3)
    metrics.received("command", "taken")
    metrics.answered("sessions", "ok", 0.2)
    metrics.acknowledged("http", 0.001)
    metrics.delivered("response_url", "ok")
    metrics.block_unknown("data_table")
    metrics.slack_called("chat.postMessage", "ratelimited", 0.1)
    metrics.slack_connections(2)
    metrics.asked("Sims", "200", 0.1)
    metrics.cached("sim", "hit")
    metrics.skipped_row("DataSessions")
    metrics.circuit(is_open=True)

    text = metrics.text().decode()

    for line in (
        'simsessions_requests_total{kind="command",outcome="taken"} 1.0',
        'simsessions_answer_seconds_count{name="sessions",outcome="ok"} 1.0',
        'simsessions_ack_seconds_count{via="http"} 1.0',
        'simsessions_deliveries_total{outcome="ok",route="response_url"} 1.0',
        'simsessions_blocks_unknown_total{kind="data_table"} 1.0',
        'simsessions_slack_call_seconds_count{method="chat.postMessage",outcome="ratelimited"} 1.0',
        "simsessions_slack_connections 2.0",
        'simsessions_kore_call_seconds_count{account="",endpoint="Sims",outcome="200"} 1.0',
        'simsessions_kore_cache_total{account="",outcome="hit",what="sim"} 1.0',
        'simsessions_kore_skipped_rows_total{account="",endpoint="DataSessions"} 1.0',
        'simsessions_kore_circuit_open{account=""} 1.0',
        "simsessions_tasks_in_flight 3.0",
    ):
        assert line in text


def test_two_registries_do_not_meet():
    """Nothing is global: one bot's counts are not the other's."""
    one, other = Metrics(), Metrics()

    one.received("command", "taken")

    assert b'kind="command"' in one.text()
    assert b'kind="command"' not in other.text()


def test_a_label_cannot_grow_without_end():
    """Whatever error codes come along, a label keeps a bounded number of values."""
    metrics = Metrics()

    for n in range(10 * MOST_VALUES):
        metrics.slack_called("chat.postMessage", f"odd_{n}", 0.1)

    outcomes = re.findall(r'slack_call_seconds_count{.*outcome="(\w+)"', metrics.text().decode())
    assert MOST_VALUES + 1 == len(outcomes)
    assert "other" in outcomes


@pytest.fixture
def standing(clock):
    return DependencyStatus(clock, is_outage)


def test_before_the_first_call_nothing_is_known(standing):
    """Neither well nor ill."""
    assert (Dependency(), Dependency()) == (standing.kore(ONE_ACCOUNT), standing.slack)
    assert standing.kore(ONE_ACCOUNT).is_well is None


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
    """That a SIM is not there is an answer; what we gave up ourselves is nobody's fault."""
    for outcome in outcomes:
        standing.kore_called(outcome)
        clock.move(1)

    assert (is_well, why) == (standing.kore(ONE_ACCOUNT).is_well, standing.kore(ONE_ACCOUNT).why)


def test_the_moments_are_kept(standing, clock):
    """When it answered last, and when it failed last."""
    standing.slack_called("ok")
    answered = clock.now()
    clock.move(60)
    standing.slack_called("ratelimited")

    assert Dependency(answered, clock.now(), "ratelimited") == standing.slack


@pytest.mark.parametrize("refused", ["channel_not_found", "invalid_blocks", "some_new_code"])
def test_a_refusal_is_an_answer(standing, refused):
    """That Slack takes one call not says nothing against Slack."""
    standing.slack_called(refused)

    assert (True, None) == (standing.slack.is_well, standing.slack.why)


@pytest.mark.parametrize(
    "trouble", ["ratelimited", "invalid_auth", "internal_error", "unreachable"]
)
def test_what_ails_all_calls_is_none(standing, trouble):
    """Where no call can do better, Slack does not answer us."""
    standing.slack_called(trouble)

    assert (False, trouble) == (standing.slack.is_well, standing.slack.why)


def test_the_metrics_tell_it(standing):
    """Whatever is counted is heard of too, each by its own."""
    metrics = Metrics(standing=standing)
    metrics.asked("sims", "503", 0.1)
    metrics.slack_called("chat.postMessage", "ok", 0.1)

    assert (False, True) == (standing.kore(ONE_ACCOUNT).is_well, standing.slack.is_well)
