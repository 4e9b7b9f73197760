"""The circuit breaker: when KORE is asked no more, and how it is tried again."""

import asyncio
import re

import pytest

from bot.kore.errors import KoreBadAnswer, KoreUnavailable
from bot.kore.limits import CircuitBreaker


@pytest.fixture
def circuit(clock):
    return CircuitBreaker(clock, failures=3, pause=5, longest_pause=15)


def fail(circuit, times=3):
    for _ in range(times):
        circuit.check()
        circuit.failed()


def refuses(circuit):
    try:
        circuit.check()
    except KoreUnavailable:
        return True
    return False


def test_it_opens(circuit, clock):
    """After enough failures in a row everybody is told at once, and for how long KORE is silent."""
    fail(circuit, 2)
    clock.move(4)
    fail(circuit, 1)
    clock.move(1)

    with pytest.raises(KoreUnavailable, match="has not answered for 5 s"):
        circuit.check()


def test_since_when_it_is_silent(circuit, clock):
    """Silence is counted from when the first question without an answer was asked."""
    asked = clock.monotonic()
    clock.move(5)
    for _ in range(3):
        circuit.check()
        circuit.failed(asked)

    with pytest.raises(KoreUnavailable, match="has not answered for 5 s"):
        circuit.check()
    assert 5 == circuit.silent_for
    circuit.succeeded()
    assert 0 == circuit.silent_for


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KoreUnavailable("KORE did not answer in time"), "KORE has not answered for 5 s. Try"),
        (
            KoreUnavailable("KORE is down (HTTP 503)", status=503),
            "KORE has been down for 5 s (HTTP 503). Try again",
        ),
        (
            KoreUnavailable.because("its certificate is not trusted here"),
            "KORE cannot be reached: its certificate is not trusted here, for 5 s now. Tell",
        ),
        (KoreBadAnswer(), "KORE has not answered for 5 s. Try"),
    ],
)
def test_why_it_is_down(circuit, clock, error, said):
    """Those who are told at once hear the newest cause, where it is more than silence."""
    for failed in (KoreUnavailable("KORE failed to answer (HTTP 500)", status=500), error, error):
        circuit.failed(None, None, failed.while_it_lasts)
    clock.move(5)
    circuit.check()
    circuit.failed(None, None, error.while_it_lasts)
    circuit.end_probe()

    with pytest.raises(KoreUnavailable, match=f"^{re.escape(said)}"):
        circuit.check()


def test_an_answer_in_between(circuit):
    """Failures that are not in a row open nothing."""
    fail(circuit, 2)
    circuit.succeeded()
    fail(circuit, 2)

    assert not circuit.is_open


def test_one_probe(circuit, clock):
    """After the pause one request may look whether KORE is back; the others still wait."""
    fail(circuit)
    clock.move(5)

    assert [False, True, True] == [refuses(circuit) for _ in range(3)]


def test_back_again(circuit, clock):
    """An answered probe closes the circuit for all."""
    fail(circuit)
    clock.move(5)
    circuit.check()
    circuit.succeeded()
    circuit.end_probe()

    assert [False, False] == [refuses(circuit) for _ in range(2)]


def test_still_down(circuit, clock):
    """Each failed probe doubles the pause, up to a ceiling."""
    fail(circuit)
    pauses = []
    for _ in range(4):
        waited = 0
        while refuses(circuit):
            clock.move(1)
            waited += 1
        circuit.failed()
        circuit.end_probe()
        pauses.append(waited)

    assert [5, 10, 15, 15] == pauses


async def test_beside_a_probe_that_is_answered(clock):
    """Whoever asks beside the probe goes on with its end, and does not sit out the patience."""
    circuit = CircuitBreaker(clock, failures=3, pause=5, patience=600)
    fail(circuit)
    clock.move(5)
    await circuit.enter()
    beside = asyncio.create_task(circuit.enter())
    await asyncio.sleep(0)
    waited = not beside.done()
    circuit.succeeded()
    circuit.end_probe()
    async with asyncio.timeout(60):
        await beside

    assert waited
    assert not circuit.is_open


async def test_beside_a_probe_that_fails(circuit, clock):
    """Whoever asks beside the probe is told with it that KORE is still silent."""
    fail(circuit)
    clock.move(5)
    await circuit.enter()
    beside = asyncio.create_task(circuit.enter())
    await asyncio.sleep(0)
    circuit.failed()
    circuit.end_probe()

    with pytest.raises(KoreUnavailable):
        await beside


async def test_beside_a_probe_that_hangs(clock):
    """A probe is waited for a moment only."""
    circuit = CircuitBreaker(clock, failures=3, patience=0)
    fail(circuit)
    clock.move(5)
    await circuit.enter()

    with pytest.raises(KoreUnavailable):
        await circuit.enter()


def test_a_probe_that_left(circuit, clock):
    """A probe whose asker went away leaves its place to the next one."""
    fail(circuit)
    clock.move(5)
    circuit.check()
    circuit.end_probe()

    assert not refuses(circuit)
