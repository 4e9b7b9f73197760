"""Rates: how often a thing may be done, over all replicas."""

import asyncio

import pytest
from sqlalchemy import update

from bot.clock import SystemClock
from bot.store.database import Database
from bot.store.rate_limit import BATCH_SECONDS, SharedRate, TokenBucket
from bot.store.schema import buckets
from tests.fakes import FakeClock


async def test_shared_turns_add_up_to_one_rate(database):
    """However many replicas: together they take no longer, and no shorter, than one would."""
    clock, taken = SystemClock(), []
    rates = [SharedRate(database, clock, "account", 100.0) for _ in range(3)]
    began = clock.monotonic()

    async def take(rate):
        for _ in range(30):
            await rate.take()
            taken.append(clock.monotonic() - began)

    await asyncio.gather(*map(take, rates))
    most = max(sum(start <= moment < start + 0.5 for moment in taken) for start in taken)

    assert 90 == len(taken)
    assert most <= 100 * 0.5 + 3 * 100 * BATCH_SECONDS


async def test_names_are_apart(database):
    """One account's turns are nothing to another's."""
    clock = FakeClock()
    for name in ("a", "b", "c"):
        await SharedRate(database, clock, name, 0.001).take()

    assert [] == clock.slept


async def test_many_turns_at_once_are_taken_in_one(database):
    """Whoever comes after waits for all of them."""
    first, second = FakeClock(), FakeClock()
    await SharedRate(database, first, "account", 10.0).take(100)
    await SharedRate(database, second, "account", 10.0).take()

    assert [] == first.slept
    assert [10.0] == pytest.approx(second.slept, abs=5.0)


async def test_unused_turns_are_lost(database, clock):
    """After a rest what was taken before is no burst; turns are taken anew."""
    rate = SharedRate(database, clock, "account", 1000.0)
    await rate.take()
    clock.move(60.0)
    for _ in range(3):
        await rate.take()

    # the database's clock has not moved: the first batch of turns is still ahead of the second
    assert [BATCH_SECONDS, 0.001, 0.001] == pytest.approx(clock.slept, abs=0.1)


async def test_turns_of_a_clock_that_was_set_back(database, clock):
    """Turns that lie hours ahead were taken by a clock that was wrong: nobody waits for them."""
    rate = SharedRate(database, clock, "account", 10.0)
    await rate.take()
    async with database.write() as tx:
        await tx.execute(update(buckets).values(full_at=buckets.c.full_at + 3 * 3600))
    clock.move(60.0)
    await rate.take()

    assert [] == clock.slept


async def test_without_the_store_the_pace_is_kept_alone(clock, tmp_path):
    """Nobody is held up by a store that is away, and nobody goes faster."""
    never_opened = Database(f"sqlite:///{tmp_path}/none.db")
    rate = SharedRate(never_opened, clock, "account", 10.0)
    for _ in range(5):
        await rate.take()
    await never_opened.aclose()

    assert [0.1] * 4 == pytest.approx(clock.slept, abs=1e-5)


async def test_an_allowance_never_waits(database):
    """So many at once; then it says how long until there are enough again, for each by itself."""
    allowance = TokenBucket(database, "alerts", at_once=60, interval=3.0)
    taken = [await allowance.take("C1", sims) for sims in (20, 40, 1, 20)]

    assert [0, 0, 3.0, 60.0] == pytest.approx(taken, abs=1.0)
    assert 0 == await allowance.take("C2", 500)
    assert await allowance.take("C2") > 0


async def test_an_allowance_grows_again(database):
    """After three seconds there is one more; a clock that was set back holds nobody up."""
    allowance = TokenBucket(database, "alerts", at_once=60, interval=3.0)
    await allowance.take("C1", 60)
    for back in (4, -3600):
        async with database.write() as tx:
            await tx.execute(update(buckets).values(full_at=buckets.c.full_at - back))

        assert 0 == await allowance.take("C1")
