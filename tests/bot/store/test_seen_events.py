"""Claims of events."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from bot.store.schema import seen_events
from bot.store.seen_events import KEPT_SECONDS, SeenEvents


@pytest.fixture
def seen(database):
    return SeenEvents(database)


async def aged(database, seconds):
    """Make every claim older."""
    async with database.write() as tx:
        await tx.execute(update(seen_events).values(at=seen_events.c.at - seconds))


async def test_an_event_is_claimed_once(seen, database):
    """
    The second that asks is told no, in another process too; another event is free.
    """
    assert await seen.claim("C1:1.0")
    assert not await seen.claim("C1:1.0")
    assert not await SeenEvents(database).claim("C1:1.0")
    assert await seen.claim("C1:2.0")


async def test_of_many_at_once_one_has_it(database):
    """
    Ten processes that ask at the same time get one yes.
    """
    claims = [SeenEvents(database).claim("C1:1.0") for _ in range(10)]

    assert 1 == sum(await asyncio.gather(*claims))


async def test_a_claim_runs_out(seen, database):
    """
    After the time that is asked for it is free again, once.
    """
    await seen.claim("link", 60.0)
    await aged(database, 59.0)
    too_soon = await seen.claim("link", 60.0)
    await aged(database, 2.0)

    assert not too_soon
    assert [True, False] == [await seen.claim("link", 60.0) for _ in range(2)]


async def test_old_claims_are_forgotten(seen, database):
    """
    Now and then what is older than two hours goes.
    """
    await seen.claim("old")
    await aged(database, KEPT_SECONDS + 1)
    for number in range(100):
        await seen.claim(str(number))

    async with database.read() as tx:
        left = (await tx.execute(select(func.count()).select_from(seen_events))).scalar()
    assert 100 == left
