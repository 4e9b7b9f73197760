"""Beginning, extending, stopping and listing watches, on both databases."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bot.diagnosis.evidence import State
from bot.slack.access import ONE_ACCOUNT
from bot.store.watches import WatchRows
from bot.struct import replace
from bot.watches.repository import WatchRepository
from bot.watches.service import WatchLimits, WatchService
from bot.watches.watch import Condition, Ending, NothingToWaitFor, NotWatched, TooManyWatches
from tests.watch_rig import ANA, BEN, FLEET_OPS, watching

HOUR = timedelta(hours=1)


@pytest.fixture
async def rig(database):
    limits = WatchLimits(per_person=3, per_channel=4, longest=timedelta(hours=24))
    async with watching(database, limits=limits) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "condition"), [("pump-7", Condition.ONLINE), ("truck-42", Condition.CHANGES)]
)
async def test_the_defaults(rig, name, condition):
    """Until it is online, or, where it is that already, until it changes; for two hours."""
    begun = await rig.begin(name)

    assert (condition, 2 * HOUR, False) == (
        begun.watch.condition,
        begun.watch.ends_at - begun.watch.started_at,
        begun.extended,
    )


@pytest.mark.parametrize(
    ("name", "condition", "instead"),
    [
        ("truck-42", Condition.ONLINE, "until changes"),
        ("pump-7", Condition.OFFLINE, "until online"),
    ],
)
async def test_what_is_so_already_is_not_waited_for(rig, name, condition, instead):
    """The error says that it is so, and what to write to hear when that is over."""
    with pytest.raises(NothingToWaitFor, match=instead):
        await rig.begin(name, condition)


async def test_the_same_is_extended_and_not_doubled(rig):
    """One person's second watch of a SIM in one place lets the first one last longer."""
    first = await rig.begin(duration=HOUR)
    rig.clock.move(600)
    again = await rig.begin(duration=HOUR)
    shorter = await rig.begin(duration=HOUR / 2)

    assert [(first.watch.id, True)] * 2 == [(b.watch.id, b.extended) for b in (again, shorter)]
    assert timedelta(seconds=600) == again.watch.ends_at - first.watch.ends_at
    assert again.watch.ends_at == shorter.watch.ends_at == (await rig.watch(first)).ends_at


async def test_extending_changes_the_condition_only_where_one_is_named(rig):
    """Without a condition the old one stays."""
    await rig.begin("truck-42", Condition.OFFLINE)

    assert [Condition.OFFLINE, Condition.CHANGES] == [
        (await rig.begin("truck-42", named)).watch.condition for named in (None, Condition.CHANGES)
    ]


async def test_another_place_or_person_is_another_watch(rig):
    """Threads, channels and people have watches of their own."""
    begun = [
        await rig.begin(),
        await rig.begin(thread="1.000001"),
        await rig.begin(person=BEN),
        await rig.begin(person=BEN, channel=BEN),
    ]

    assert [False] * 4 == [each.extended for each in begun]
    assert 4 == len({each.watch.id for each in begun})


async def test_a_person_has_so_many_at_most(rig):
    """The error names those that could be stopped; an extension is always possible."""
    for thread in ("1.1", "1.2", "1.3"):
        await rig.begin(thread=thread, channel=f"C{thread[-1]}")

    with pytest.raises(TooManyWatches, match=r"You watch 3 SIMs already.*`pump-7`.*unwatch"):
        await rig.begin("truck-42")
    assert (await rig.begin(thread="1.1", channel="C1")).extended


async def test_a_channel_has_so_many_at_most(rig):
    """Its threads count along, and the error says so of the channel."""
    for number in range(4):
        await rig.begin(person=f"U{number}", thread=f"1.{number}")

    with pytest.raises(TooManyWatches, match="In this channel I watch 4 SIMs already"):
        await rig.begin(person="U9")


async def test_no_watch_lasts_longer_than_is_allowed(rig):
    """Whatever is asked for, the longest is the longest."""
    begun = await rig.begin(duration=timedelta(days=30))

    assert 24 * HOUR == begun.watch.ends_at - begun.watch.started_at


async def test_open_watches_are_listed_by_person_thread_and_channel(rig):
    """Each finds its own, oldest first, and none that was stopped."""
    here = await rig.begin()
    rig.clock.move(1)
    there = await rig.begin("truck-42", thread="1.5")
    await rig.begin("gateway-3", person=BEN, channel="C2")
    stopped = await rig.begin("gateway-3", person=BEN)
    await rig.service.stop(stopped.watch.id, BEN)

    def ids(watches):
        return [watch.id for watch in watches]

    assert [here.watch.id, there.watch.id] == ids(await rig.service.of(ANA, ONE_ACCOUNT))
    assert [there.watch.id] == ids(await rig.service.in_thread(FLEET_OPS, "1.5", ONE_ACCOUNT))
    assert [here.watch.id] == ids(await rig.service.in_thread(FLEET_OPS, None, ONE_ACCOUNT))
    assert [here.watch.id, there.watch.id] == ids(
        await rig.service.in_channel(FLEET_OPS, ONE_ACCOUNT)
    )


async def test_stopping_twice_is_stopping_once(rig):
    """Who comes second gets the watch as the first has left it."""
    begun = await rig.begin()
    (first,) = await rig.service.stop(begun.watch.id, ANA)
    (second,) = await rig.service.stop(begun.watch.id, BEN)

    assert (Ending.STOPPED, ANA) == (first.ending, first.ended_by)
    assert (first.ended_at, ANA) == (second.ended_at, second.ended_by)


async def test_what_is_not_there_cannot_be_stopped(rig):
    """A watch that nobody knows any more is said to have ended."""
    with pytest.raises(NotWatched, match="ended long ago"):
        await rig.service.stop("gone", ANA)


async def test_a_stale_answer_is_a_start_like_any_other(rig):
    """What was known when KORE was away is what the person was told, and is compared with."""
    await rig.lookup.look_up("pump-7")
    rig.kore_fails()
    rig.clock.move(600)

    begun = await rig.begin()

    assert (False, State.OFFLINE) == (begun.watch.reported.stale, begun.watch.reported.state)
    assert (rig.clock.now(), "KORE") == (
        begun.watch.unreachable_since,
        begun.watch.unreachable_reason[:4],
    )


class LateRows(WatchRows):
    """Rows that somebody else changes once, right after they were read."""

    def __init__(self, database, meanwhile):
        super().__init__(database)
        self._meanwhile = [meanwhile]

    async def of_card(self, id_, tx=None):
        found = await super().of_card(id_, tx)
        await self._change()
        return found

    async def in_slot_of(self, watch, tx):
        found = await super().in_slot_of(watch, tx)
        await self._change()
        return found

    async def _change(self):
        if self._meanwhile:
            await asyncio.create_task(self._meanwhile.pop()())


def late(rig, meanwhile):
    """Return the same rig with another replica's service; on SQLite nobody writes meanwhile."""
    rows = LateRows(rig.database, meanwhile)
    repository = WatchRepository(rows, rig.parts.queue)
    service = WatchService(rig.database, rows, repository, rig.clock, WatchLimits())
    return dataclasses.replace(rig, service=service)


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_who_stops_a_watch_that_goes_on_meanwhile_has_it_stopped(rig):
    """A notice that is written down just then does not keep it alive."""
    begun = await rig.begin()

    async def notice():
        step = replace(begun.watch, notice_count=1), None
        async with rig.database.write() as tx:
            await rig.parts.watching.repository.save(begun.watch, step, tx, now=rig.clock.now())

    (told,) = await late(rig, notice).service.stop(begun.watch.id, BEN)
    stopped = await rig.watch(begun)

    assert (Ending.STOPPED, BEN, 2) == (stopped.ending, stopped.ended_by, stopped.notice_count)
    assert told.notice_count == stopped.notice_count


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_who_extends_a_watch_that_ends_meanwhile_has_a_new_one(rig):
    """None is said to go on that has ended."""
    old = await rig.begin()
    new = await late(rig, lambda: rig.service.stop(old.watch.id, ANA)).begin(duration=5 * HOUR)

    assert not new.extended
    assert [new.watch.id] == [each.id for each in await rig.service.of(ANA, ONE_ACCOUNT)]
    assert (await rig.watch(old)).ends_at == old.watch.ends_at


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_two_requests_at_once_are_one_watch(rig):
    """The second is told of the watch that is there, which it can stop."""
    there = []

    async def another():
        there.append(await rig.begin())

    begun = await late(rig, another).begin(duration=5 * HOUR)

    assert begun.extended
    assert [begun.watch.id] == [each.watch.id for each in there]
    assert begun.watch.ends_at == (await rig.watch(begun)).ends_at
