"""What an account is asked at once and per second, and what stops it."""

import asyncio
from itertools import pairwise

import pytest

from bot.kore.limits import AdaptiveLimiter, BackgroundLimiter


@pytest.fixture
def limiter(clock):
    return AdaptiveLimiter(clock, at_once=4)


@pytest.fixture(params=["foreground", "background"])
def either(request, limiter, clock):
    """Return a limiter of each kind."""
    background = BackgroundLimiter(limiter, clock, at_once=4)
    return limiter if request.param == "foreground" else background


async def crowd(limiter, size):
    """Let a crowd ask at once; return its tasks after they had their chance."""
    tasks = [asyncio.create_task(limiter.acquire()) for _ in range(size)]
    for _ in range(10):
        await asyncio.sleep(0)
    return tasks


def inside(tasks):
    return sum(task.done() and not task.cancelled() for task in tasks)


async def leave(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_so_many_at_once(limiter):
    """No more than the limit are in flight; who leaves makes room for the next, in order."""
    tasks = await crowd(limiter, 6)
    before = [task.done() for task in tasks]
    limiter.release()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert [True] * 4 + [False] * 2 == before
    assert [True] * 5 + [False] == [task.done() for task in tasks]
    await leave(tasks)


async def test_nobody_jumps_the_queue(limiter):
    """A place that is taken, or wanted by one who waits, is not given at once."""
    tasks = await crowd(limiter, 5)

    assert limiter.acquire_now() is None
    await leave(tasks)


async def test_one_who_leaves_the_queue(either):
    """A waiter that is cancelled loses nothing for the others, even if its turn had just come."""
    tasks = await crowd(either, 6)
    either.release()
    tasks[4].cancel()
    await asyncio.gather(tasks[4], return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)

    assert tasks[5].done()
    await leave(tasks)


async def test_a_refusal_halves(limiter, clock):
    """A 429 halves what may be in flight; those sent before it say nothing new."""
    started = [limiter.acquire_now() for _ in range(4)]
    limiter.rate_limited(started[0], None)
    limiter.rate_limited(started[1], None)
    limiter.rate_limited(started[2], None)

    assert 2 == limiter.at_once


async def test_never_below_one(either, limiter, clock):
    """However often KORE refuses, one may always ask; nothing accepted is no rate of nothing."""
    for _ in range(10):
        clock.move(1)
        either.rate_limited(clock.monotonic(), None)

    assert (1, None) == (either.at_once, limiter.rate)


async def test_growing_back(limiter, clock):
    """After enough good answers as many as before may be in flight."""
    limiter.rate_limited(clock.monotonic(), None)
    steps = []
    while limiter.at_once < 4:
        limiter.accepted()
        steps.append(limiter.at_once)

    assert 5 <= len(steps) <= 12


def a_full_window(limiter, clock):
    """Let KORE accept a hundred requests a second, for a second."""
    for _ in range(101):
        limiter.accepted()
        clock.move(0.01)


def refuse(limiter, clock, times=2, retry_after=None):
    """Let KORE refuse so many requests, one right after the other."""
    for _ in range(times):
        clock.move(0.001)
        limiter.rate_limited(clock.monotonic(), retry_after)


async def test_a_stray_refusal_costs_its_own_wait(limiter, clock):
    """One 429 alone holds nobody and teaches no rate, however much was accepted before."""
    a_full_window(limiter, clock)
    refuse(limiter, clock, times=1, retry_after=7)

    assert (None, 0) == (limiter.rate, limiter.hold())


async def test_a_window_that_is_not_full(limiter, clock):
    """In the first second nothing is learnt: what was accepted by then is no rate."""
    limiter.accepted()
    refuse(limiter, clock)

    assert limiter.rate is None


async def test_the_longest_hold(limiter, clock):
    """However long Retry-After asks, nobody is held for more than a minute."""
    refuse(limiter, clock, retry_after=1e9)

    assert 60 == limiter.hold()


async def test_the_pace_that_was_accepted(limiter, clock):
    """The rate becomes what KORE accepted in the last second, then grows by a few percent."""
    a_full_window(limiter, clock)
    refuse(limiter, clock)
    learnt = limiter.rate
    clock.move(1)

    assert 95 <= learnt <= 100
    assert learnt * 1.01 < limiter.rate < learnt * 1.05


async def test_a_flood_holds_everybody(limiter, clock):
    """Far above the limit everybody waits as long as Retry-After asks."""
    refuse(limiter, clock, retry_after=7)
    assert limiter.acquire_now() is None
    before = clock.monotonic()
    await limiter.acquire()

    assert 7 <= clock.monotonic() - before < 8


async def test_a_little_too_much_holds_nobody(limiter, clock):
    """A little above the limit it only goes slower."""
    for _ in range(20):
        limiter.accepted()
    refuse(limiter, clock, retry_after=7)
    before = clock.monotonic()
    await limiter.acquire()

    assert clock.monotonic() - before < 0.1


async def test_a_rate_given_beforehand(clock):
    """With a rate of ten a second the starts stand a tenth apart."""
    limiter = AdaptiveLimiter(clock, at_once=100, per_second=10)
    started = [await limiter.acquire() for _ in range(12)]

    gaps = [later - earlier for earlier, later in pairwise(started[1:])]
    assert all(gap == pytest.approx(0.1, abs=0.06) for gap in gaps)
    assert started[-1] - started[0] == pytest.approx(1.1, abs=0.11)


RATE = 10.0


@pytest.fixture
def background(limiter, clock):
    return BackgroundLimiter(limiter, clock, at_once=6)


@pytest.fixture
def limited(clock):
    """Return a limiter that allows so many a second, and the background limiter behind it."""
    foreground = AdaptiveLimiter(clock, at_once=4, per_second=RATE)
    return foreground, BackgroundLimiter(foreground, clock, at_once=6)


async def test_the_background_has_room_of_its_own(limiter, background):
    """A background crowd takes no room in the foreground; with each that ends the next starts."""
    tasks = await crowd(background, 8)
    before = inside(tasks)
    background.release()
    background.release()
    for _ in range(5):
        await asyncio.sleep(0)

    assert (6, 8) == (before, inside(tasks))
    assert background.acquire_now() is None
    assert [True] * 4 == [limiter.acquire_now() is not None for _ in range(4)]
    await leave(tasks)


async def test_it_waits_while_people_wait(limiter, background):
    """While somebody waits in the foreground, nothing starts in the background."""
    people = await crowd(limiter, 5)
    scan = await crowd(background, 1)
    before = inside(scan)
    limiter.release()
    await scan[0]

    assert 0 == before
    assert 5 == inside(people)


async def test_people_go_first_where_there_is_a_rate(limited, clock):
    """At the account's rate a person waits for two steps at most, whatever waits behind."""
    foreground, background = limited
    scan = [asyncio.create_task(background.acquire()) for _ in range(30)]
    await scan[3]
    came = clock.monotonic()
    await foreground.acquire()

    assert clock.monotonic() - came <= 2.5 / RATE
    await leave(scan)


async def drain(places, number):
    for _ in range(number):
        await places.acquire()
        places.release()


async def test_a_part_of_the_pace_stays_free(limited, clock):
    """Alone at the limit, the background takes nine tenths of the rate."""
    _, background = limited
    began = clock.monotonic()
    await drain(background, 91)
    took = clock.monotonic() - began

    assert 9.5 <= took <= 10.5


async def test_a_429_background_teaches_all(limiter, background, clock):
    """What a scan learns of KORE's limit holds in the foreground too, and shrinks both."""
    a_full_window(background, clock)
    refuse(background, clock)

    assert (1, 1) == (limiter.at_once, background.at_once)
    assert limiter.rate is not None


class Turns:
    """A rate shared with others: its turns come when the test says."""

    def __init__(self):
        self.free = asyncio.Semaphore(0)

    async def take(self):
        await self.free.acquire()


async def test_a_rate_that_others_keep_to_is_kept_besides(limiter, clock):
    """Nothing starts in the background without a turn of it; the foreground needs none."""
    rate = Turns()
    background = BackgroundLimiter(limiter, clock, at_once=6, shared_rate=rate)
    now = background.acquire_now()
    tasks = await crowd(background, 6)
    before = inside(tasks)
    for _ in range(2):
        rate.free.release()
    for _ in range(5):
        await asyncio.sleep(0)

    assert (None, 0, 2) == (now, before, inside(tasks))
    assert limiter.acquire_now() is not None
    await leave(tasks)
