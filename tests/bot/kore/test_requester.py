import asyncio
import logging
import ssl

import httpx
import pytest
import trustme

from bot.clock import Backoff
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.errors import KoreError
from bot.kore.requester import Failure, RetryPolicy
from bot.struct import replace
from tests.bot.kore.conftest import a_server
from tests.bot.kore.test_http import answering
from tests.builders import NO_SUCH_HOST, SID

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


async def sentence_of(clock, url):
    """Return what is said of a KORE that gives no usable answer there."""
    patience = {"connect_timeout": 0.2, "read_timeout": 0.05, "retry": RetryPolicy(tries=1)}
    config = KoreConfig(api_url=url, token_url=url, access_token="t", **patience)
    kore = open_kore(config, clock)
    with pytest.raises(KoreError) as caught:
        await kore.sim(SID)
    await kore.aclose()
    return caught.value.sentence, caught.value.brief


STATUSES = {
    500: "KORE failed to answer (HTTP 500)",
    502: "KORE is down (HTTP 502)",
    503: "KORE is down (HTTP 503)",
    504: "KORE is down (HTTP 504)",
    429: "KORE is rate-limiting us",
}


@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_in_words(clock, status):
    """What is wrong comes first, in few words; what to do stands behind it."""
    answer = f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n".encode()
    async with a_server(answering(answer)) as port:
        said, brief = await sentence_of(clock, f"http://127.0.0.1:{port}")

    assert (f"{brief}. Try again in a minute.", STATUSES[status]) == (said, brief)


async def test_no_answer_in_words(clock):
    """Silence, a refused connection, a bad certificate and a broken answer are told apart."""
    mine = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(mine)
    pause = asyncio.Event()
    said = {}
    async with a_server(answering(pause=pause)) as silent:
        said["silent"] = await sentence_of(clock, f"http://127.0.0.1:{silent}")
        pause.set()
    said["nobody"] = await sentence_of(clock, f"http://127.0.0.1:{silent}")
    said["no name"] = await sentence_of(clock, f"http://{NO_SUCH_HOST}")
    async with a_server(answering(), ssl=mine) as port:
        said["certificate"] = await sentence_of(clock, f"https://127.0.0.1:{port}")
    async with a_server(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nha")) as port:
        said["cut off"] = await sentence_of(clock, f"http://127.0.0.1:{port}")

    assert {
        "silent": "KORE did not answer in time",
        "nobody": "KORE refuses connections",
        "no name": "KORE cannot be reached: its host name is not found (DNS)",
        "certificate": "KORE cannot be reached: its certificate is not trusted here",
        "cut off": "KORE's answer broke off",
    } == {what: brief for what, (_, brief) in said.items()}


async def test_no_line_of_httpx_repeats_what_was_typed(clock, api, config, caplog, monkeypatch):
    """Whoever makes a client has its lines off at INFO, though nobody set up any logs."""
    monkeypatch.setattr(logging.getLogger("httpx"), "level", logging.NOTSET)
    caplog.set_level(logging.INFO)
    kore = open_kore(config, clock, transport=httpx.ASGITransport(app=api.app))

    await kore.sim("pump-7")
    await kore.aclose()

    assert "pump-7" not in caplog.text
