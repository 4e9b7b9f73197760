"""Posts that are made once, on both databases."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from bot.store.errors import StoreLost
from bot.store.idempotency import (
    CLEAR,
    KEPT_SECONDS,
    MAX_IDS,
    POSTED,
    SENDING,
    Deduplication,
    PostRow,
    PostRows,
    RecentIds,
    SeenEvents,
)
from bot.store.schema import seen_events
from bot.struct import replace
from tests.fakes import FakeClock

FIRST = PostRow("digest@9", SENDING, 1, made=0, age=0, channel="C1", ts=None, thread="9.0")


@pytest.fixture
def rows(database):
    return PostRows(database)


async def kept(rows):
    """Return the row without its times."""
    return replace(await rows.get("digest@9"), made=0, age=0)


async def test_a_try_is_written_down_before_it_is_made(rows):
    """What is begun is `sending`, with its moment by the database; before, there is no row."""
    before = await rows.get("digest@9")

    assert None is before
    assert await rows.begin("digest@9", "C1", "9.0", 0)
    assert FIRST == await kept(rows)
    assert 0 <= (await rows.get("digest@9")).age < 60


async def test_of_two_who_begin_one_may(rows):
    """Whoever read an older number of tries is refused, and clears nothing begun since."""
    first = [await rows.begin("digest@9", "C1", "9.0", 0) for _ in range(2)]
    second = [await rows.begin("digest@9", "C1", "9.0", 1) for _ in range(2)]
    await rows.clear("digest@9", 1)
    late = await kept(rows)
    await rows.clear("digest@9", 2)

    assert ([True, False], [True, False]) == (first, second)
    assert replace(FIRST, tries=2) == late
    assert replace(FIRST, tries=2, state=CLEAR) == await kept(rows)


@pytest.mark.parametrize("ts", ["1.000001", None])
async def test_what_is_posted_stays_so(rows, ts):
    """After it is recorded, with or without its place, no try begins any more."""
    await rows.begin("digest@9", "C1", "9.0", 0)
    await rows.record("digest@9", "D1", ts)
    begun = await rows.begin("digest@9", "C1", "9.0", 1)
    await rows.clear("digest@9", 1)

    assert not begun
    assert replace(FIRST, state=POSTED, channel="D1", ts=ts) == await kept(rows)


async def test_old_rows_are_forgotten(rows):
    """Rows older than asked go, younger ones stay."""
    await rows.begin("digest@9", "C1", "9.0", 0)

    assert (0, 1) == (await rows.forget(3600), await rows.forget(-1))
    assert None is await rows.get("digest@9")


@pytest.fixture
def seen(database):
    return SeenEvents(database)


async def aged(database, seconds):
    """Make every claim older."""
    async with database.write() as tx:
        await tx.execute(update(seen_events).values(at=seen_events.c.at - seconds))


async def test_an_event_is_claimed_once(seen, database):
    """Of ten processes that ask at the same time one gets it, and nobody later; another is free."""
    claims = [SeenEvents(database).claim("C1:1.0") for _ in range(10)]

    assert 1 == sum(await asyncio.gather(*claims))
    assert not await seen.claim("C1:1.0")
    assert await seen.claim("C1:2.0")


async def test_a_claim_runs_out(seen, database):
    """After the time that is asked for it is free again, once."""
    await seen.claim("link", 60.0)
    await aged(database, 59.0)
    too_soon = await seen.claim("link", 60.0)
    await aged(database, 2.0)

    assert not too_soon
    assert [True, False] == [await seen.claim("link", 60.0) for _ in range(2)]


async def test_old_claims_are_forgotten(seen, database):
    """Now and then what is older than two hours goes."""
    await seen.claim("old")
    await aged(database, KEPT_SECONDS + 1)
    for number in range(100):
        await seen.claim(str(number))

    async with database.read() as tx:
        left = (await tx.execute(select(func.count()).select_from(seen_events))).scalar()
    assert 100 == left


def test_an_id_is_new_once():
    """The second time an id comes it was seen before; another is still new."""
    seen = RecentIds(FakeClock())

    assert [False, True, False] == [seen.before(each) for each in ("Ev1", "Ev1", "Ev2")]


def test_it_remembers_for_longer_than_slack_tries():
    """After an hour it still knows; after two hours it forgets."""
    clock = FakeClock()
    seen = RecentIds(clock)
    seen.before("Ev1")

    clock.move(3600)
    after_an_hour = seen.before("Ev1")
    clock.move(KEPT_SECONDS + 1)

    assert (True, False) == (after_an_hour, seen.before("Ev1"))


def test_it_does_not_grow_without_end():
    """However much comes, a bounded number of ids is kept, the newest."""
    seen = RecentIds(FakeClock())
    for n in range(MAX_IDS + 10):
        seen.before(f"Ev{n}")

    assert seen.before(f"Ev{MAX_IDS + 9}")
    assert not seen.before("Ev0")


class Seen:
    """Gives one answer, or raises."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def claim(self, key, within, *owed):
        self.asked.append((key, within))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def knowing(seen):
    """What a process knows that has seen nothing yet."""
    return Deduplication(RecentIds(FakeClock()), seen)


@pytest.mark.parametrize(("answer", "first"), [(True, True), (False, False), (StoreLost(), True)])
async def test_who_has_the_first_word(answer, first):
    """The store decides between processes; where it is down this one answers."""
    assert first is await knowing(Seen(answer)).is_first("C1:1.0")


async def test_this_process_asks_the_store_once():
    """What it has seen itself it does not ask again."""
    seen = Seen(StoreLost())
    deduplication = knowing(seen)

    assert [True, False] == [await deduplication.is_first("C1:1.0") for _ in range(2)]
    assert 1 == len(seen.asked)


async def test_a_claim_that_the_store_missed_is_made_with_the_next(database):
    """What was answered while the store was down is not answered again by another process."""
    store = SeenEvents(database)
    deduplication = Deduplication(RecentIds(FakeClock()), Seen(StoreLost()))
    assert await deduplication.is_first("C1:1.0")
    back = replace(deduplication, seen=store)
    assert await back.is_first("C1:2.0")

    assert [False, False] == [await knowing(store).is_first(f"C1:{n}.0") for n in (1, 2)]
    assert not back.owed
