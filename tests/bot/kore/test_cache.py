import asyncio
import gc
from datetime import timedelta

import pytest

from bot.kore.cache import ENTRY_OVERHEAD, Cache, CachePolicy, FetchResult
from bot.kore.errors import (
    KoreBadAnswer,
    KoreDenied,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from tests.builders import NOON

SHELF = CachePolicy("things", fresh_for=30, keep_for=3600, max_bytes=100_000, negative_for=20)


class Source:
    """KORE, as the cache sees it: says what it is told to, and counts how often it was asked."""

    def __init__(self):
        self.says = "one"
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()

    async def fetch(self):
        self.asked += 1
        await self.go.wait()
        if isinstance(self.says, Exception):
            raise self.says
        return FetchResult(self.says, (self.says.encode(),), skipped=2)


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def make(clock, counts):
    def make_(shelf=SHELF):
        return Cache(shelf, lambda bodies: bodies[0].decode(), clock=clock, observer=counts)

    return make_


@pytest.fixture
def cache(make):
    return make()


async def test_kept_while_it_is_fresh(cache, source, clock, counts):
    """For its time the answer is given without asking, with the moment KORE said it."""
    await cache.get("a", source.fetch)
    clock.move(29)
    source.says = "two"
    found = await cache.get("a", source.fetch)

    assert ("one", NOON, False, 2) == (found.value, found.as_of, found.stale, found.skipped_rows)
    assert 1 == source.asked
    assert [("things", "miss"), ("things", "hit")] == counts.caches


async def test_asked_again_after_its_time(cache, source, clock):
    """After that KORE is asked again."""
    await cache.get("a", source.fetch)
    clock.move(30)
    source.says = "two"
    found = await cache.get("a", source.fetch)

    assert ("two", NOON + timedelta(seconds=30)) == (found.value, found.as_of)


async def test_fresh_by_wish(cache, source):
    """Who wants it fresh gets it fresh, and the others after them too."""
    await cache.get("a", source.fetch)
    source.says = "two"
    await cache.get("a", source.fetch, fresh=True)

    assert "two" == (await cache.get("a", source.fetch)).value
    assert 2 == source.asked


async def test_fifty_at_once(cache, source, counts):
    """Fifty who ask at the same time make one request."""
    found = await asyncio.gather(*(cache.get("a", source.fetch) for _ in range(50)))

    assert {"one"} == {each.value for each in found}
    assert 1 == source.asked
    assert 49 == counts.caches.count(("things", "joined"))


async def test_one_who_leaves(cache, source):
    """A cancelled asker does not cancel the others; nor do all of them cancel the fetch."""
    source.go.clear()
    first, second = (asyncio.create_task(cache.get("a", source.fetch)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.go.set()

    assert "one" == (await second).value
    assert 1 == source.asked


async def test_a_failure_is_shared_but_not_kept(cache, source):
    """All who wait get the failure, the next one asks anew."""
    source.says = KoreUnavailable()
    failed = await asyncio.gather(
        *(cache.get("a", source.fetch) for _ in range(5)), return_exceptions=True
    )
    source.says = "one"

    assert [KoreUnavailable] * 5 == [type(each) for each in failed]
    assert "one" == (await cache.get("a", source.fetch)).value
    assert 2 == source.asked


async def test_a_failure_nobody_waits_for(cache, source, caplog):
    """When every asker has left, the failure makes no noise."""
    source.go.clear()
    source.says = KoreUnavailable()
    asker = asyncio.create_task(cache.get("a", source.fetch))
    await asyncio.sleep(0)
    asker.cancel()
    source.go.set()
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()

    assert [] == caplog.records


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (KoreUnavailable(), "KORE is not answering."),
        (KoreUnavailable(silent_for=40), "KORE has not answered for 40 s."),
        (KoreRateLimited(), "KORE is rate-limiting us."),
        (KoreBadAnswer(), "KORE gave an answer that could not be read."),
    ],
)
async def test_stale_on_error(cache, source, clock, error, why):
    """When KORE fails, what is known is given, marked, with its own age and the reason."""
    await cache.get("a", source.fetch)
    clock.move(600)
    source.says = error
    found = await cache.get("a", source.fetch)

    assert ("one", True, NOON, 2) == (found.value, found.stale, found.as_of, found.skipped_rows)
    assert why == found.why_stale


async def test_stale_also_for_who_wants_it_fresh(cache, source):
    """Old and marked is better than nothing."""
    await cache.get("a", source.fetch)
    source.says = KoreUnavailable()

    assert (await cache.get("a", source.fetch, fresh=True)).stale


@pytest.mark.parametrize("error", [KoreDenied(), ZeroDivisionError()])
async def test_errors_that_stale_must_not_hide(cache, source, clock, error):
    """A refused key and a fault of our own are said, not covered up."""
    await cache.get("a", source.fetch)
    clock.move(600)
    source.says = error

    with pytest.raises(type(error)):
        await cache.get("a", source.fetch)


async def test_not_stale_for_ever(cache, source, clock):
    """What is too old to be kept is not given, however silent KORE is."""
    await cache.get("a", source.fetch)
    clock.move(3601)
    source.says = KoreUnavailable()

    with pytest.raises(KoreUnavailable):
        await cache.get("a", source.fetch)


async def test_patience(make, source, clock):
    """When KORE takes its time, who has something old reads that; the answer still lands."""
    cache = make(CachePolicy("things", 30, 3600, 100_000, patience=0.01))
    await cache.get("a", source.fetch)
    clock.move(60)
    source.go.clear()
    source.says = "two"
    found = await cache.get("a", source.fetch)
    source.go.set()
    for _ in range(5):
        await asyncio.sleep(0)

    assert ("one", True) == (found.value, found.stale)
    assert "KORE is slow to answer." == found.why_stale
    assert "two" == (await cache.get("a", source.fetch)).value
    assert 2 == source.asked


async def test_missing_for_a_moment(cache, source, clock):
    """That KORE knows nothing of a key is kept briefly, and not against who wants it fresh."""
    source.says = KoreNotFound(status=404)
    for _ in range(3):
        with pytest.raises(KoreNotFound):
            await cache.get("a", source.fetch)
    asked = source.asked
    source.says = "one"
    fresh = await cache.get("a", source.fetch, fresh=True)

    assert (1, "one") == (asked, fresh.value)
    assert "one" == (await cache.get("a", source.fetch)).value


async def test_missing_is_forgotten(cache, source, clock):
    """After its time KORE is asked again."""
    source.says = KoreNotFound(status=404)
    with pytest.raises(KoreNotFound):
        await cache.get("a", source.fetch)
    clock.move(21)
    source.says = "one"

    assert "one" == (await cache.get("a", source.fetch)).value


async def test_gone(cache, source, clock):
    """What KORE no longer has is no longer given as stale."""
    await cache.get("a", source.fetch)
    clock.move(31)
    source.says = KoreNotFound(status=404)
    with pytest.raises(KoreNotFound):
        await cache.get("a", source.fetch)
    clock.move(21)
    source.says = KoreUnavailable()

    with pytest.raises(KoreUnavailable):
        await cache.get("a", source.fetch)


async def test_bounded_by_weight(make, source):
    """The cache weighs what it keeps; the one least lately used goes first."""
    cache = make(CachePolicy("things", 30, 3600, max_bytes=3 * (ENTRY_OVERHEAD + 60)))
    for key in "abcd":
        await cache.get(key, source.fetch)
        await cache.get("a", source.fetch)
    asked = source.asked
    for key in "acd":
        await cache.get(key, source.fetch)
    held = source.asked
    await cache.get("b", source.fetch)

    assert (4, 4, 5) == (asked, held, source.asked)
    assert cache.weight <= 3 * (ENTRY_OVERHEAD + 60)


async def test_too_heavy_to_keep(make, source):
    """What alone would burst the cache is given and not kept."""
    cache = make(CachePolicy("things", 30, 3600, max_bytes=ENTRY_OVERHEAD))
    found = [await cache.get("a", source.fetch) for _ in range(2)]

    assert (["one"] * 2, 2, 0) == ([each.value for each in found], source.asked, cache.weight)


async def test_two_names_for_one_thing(cache, source):
    """What was fetched under one name is known under the other."""
    await cache.get("pump-7", source.fetch)
    cache.alias("pump-7", "DE1")
    await cache.get("DE1", source.fetch)

    assert 1 == source.asked


async def test_closing(cache, source):
    """Closing ends the fetches under way."""
    source.go.clear()
    asker = asyncio.create_task(cache.get("a", source.fetch))
    await asyncio.sleep(0)
    await cache.close()

    with pytest.raises(asyncio.CancelledError):
        await asker
