import asyncio

import pytest

from bot.kore.limits import AdaptiveLimiter, BackgroundLimiter
from tests.bot.kore.conftest import paths
from tests.bot.kore.test_limits import crowd, inside, leave
from tests.builders import SID

PACE = 10.0


@pytest.fixture
def front(clock):
    return AdaptiveLimiter(clock, at_once=4)


@pytest.fixture
def behind(front, clock):
    return BackgroundLimiter(front, clock, at_once=6)


@pytest.fixture
def paced(clock):
    """Return a limiter that allows so many a second, and what is behind it."""
    front = AdaptiveLimiter(clock, at_once=4, per_second=PACE)
    return front, BackgroundLimiter(front, clock, at_once=6)


async def test_places_of_its_own(front, behind):
    """A crowd behind takes none of the places in front."""
    tasks = await crowd(behind, 20)

    assert 6 == inside(tasks)
    assert [True] * 4 == [front.acquire_now() is not None for _ in range(4)]
    await leave(tasks)


async def test_who_leaves_makes_room(behind):
    """With each that is done the next one behind starts."""
    tasks = await crowd(behind, 8)
    behind.release()
    behind.release()
    for _ in range(5):
        await asyncio.sleep(0)

    assert 8 == inside(tasks)
    assert behind.acquire_now() is None


async def test_one_who_leaves_the_queue(behind):
    """One that is cancelled while it waits loses nothing for the others."""
    tasks = await crowd(behind, 8)
    behind.release()
    tasks[6].cancel()
    await asyncio.gather(tasks[6], return_exceptions=True)
    for _ in range(5):
        await asyncio.sleep(0)

    assert tasks[7].done()
    await leave(tasks)


async def test_it_waits_while_people_wait(front, behind):
    """While somebody waits for a place in front, nothing starts behind."""
    people = await crowd(front, 5)
    scan = await crowd(behind, 1)
    before = inside(scan)
    front.release()
    await scan[0]

    assert 0 == before
    assert 5 == inside(people)


async def test_people_go_first_where_there_is_a_pace(paced, clock):
    """Where the account is paced, a person waits for two steps at most, whatever waits behind."""
    front, behind = paced
    scan = [asyncio.create_task(behind.acquire()) for _ in range(30)]
    await scan[3]
    came = clock.monotonic()
    await front.acquire()

    assert clock.monotonic() - came <= 2.5 / PACE
    await leave(scan)


async def drain(places, number):
    for _ in range(number):
        await places.acquire()
        places.release()


async def test_a_part_of_the_pace_stays_free(paced, clock):
    """Alone at the limit, it takes nine tenths of the pace."""
    _, behind = paced
    began = clock.monotonic()
    await drain(behind, 91)
    took = clock.monotonic() - began

    assert 9.5 <= took <= 10.5


async def test_a_429_behind_teaches_all(front, behind, clock):
    """What a scan learns of KORE's limit holds in front too, and shrinks both."""
    started = [behind.acquire_now() for _ in range(6)]
    behind.accepted()
    behind.rate_limited(started[0], None)

    assert (2, 3) == (front.at_once, behind.at_once)
    assert front.rate is not None


async def test_never_below_one(front, behind, clock):
    """However often KORE refuses, one may always ask behind."""
    for _ in range(10):
        clock.move(1)
        behind.rate_limited(clock.monotonic(), None)

    assert 1 == behind.at_once


async def test_a_client_in_the_background_keeps_nothing(kore, api):
    """What is read in the background is read anew each time, and helps no look-up."""
    behind = kore.in_background(at_once=2)
    await behind.sim(SID)
    await behind.sim(SID)
    await kore.sim(SID)
    await kore.sim(SID)
    await behind.aclose()

    assert 3 == paths(api).count(f"/v1/Sims/{SID}")


async def test_rate_plans_are_kept(kore, api):
    """Rate plans are kept even there: a fleet has few of them."""
    plan = "WP" + "0" * 32
    api.add({"sid": SID, "rate_plan_sid": plan}, rate_plan={"sid": plan, "data_enabled": True})
    behind = kore.in_background(at_once=2)
    for _ in range(2):
        await behind.rate_plan(plan)
    await behind.aclose()

    assert 1 == paths(api).count(f"/v1/RatePlans/{plan}")


async def test_none_behind_the_one_behind(kore):
    """A client in the background has opens no other."""
    behind = kore.in_background()
    with pytest.raises(ValueError, match="opens no other"):
        behind.in_background()
    await behind.aclose()

    assert behind is not kore


class Turns:
    """A pace that others keep to as well: its turns come when the test says."""

    def __init__(self):
        self.free = asyncio.Semaphore(0)

    async def take(self):
        await self.free.acquire()


async def test_a_pace_that_others_keep_to_is_kept_besides(front, clock):
    """Nobody behind starts without a turn of it; who asks in front needs none."""
    pace = Turns()
    behind = BackgroundLimiter(front, clock, at_once=6, shared_rate=pace)
    now = behind.acquire_now()
    tasks = await crowd(behind, 6)
    before = inside(tasks)
    for _ in range(2):
        pace.free.release()
    for _ in range(5):
        await asyncio.sleep(0)

    assert (None, 0, 2) == (now, before, inside(tasks))
    assert front.acquire_now() is not None
    await leave(tasks)
