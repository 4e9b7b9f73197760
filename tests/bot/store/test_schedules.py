"""Schedules: one job a due time, whatever was missed, paused or put wrong."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.store.schedules import Schedule, SubscriptionRows
from bot.struct import replace
from tests.fakes import YEARLY

HOUR = 3600.0


@pytest.fixture
def due():
    """When a run was due last: half an hour ago, so that no test runs until the next one is."""
    return time.time() // 60 * 60 - HOUR / 2


@pytest.fixture
def hourly(due):
    cron = f"{datetime.fromtimestamp(due, UTC).minute} * * * *"
    return Schedule("s", "digest", (cron,), "UTC", {"to": "C1"})


@pytest.fixture
def due_at(database):
    """Move when a schedule is due, as if the time since had gone by unseen."""

    async def move(moment, name="s"):
        async with database.write() as tx:
            values = {"moment": moment, "name": name}
            sql = "UPDATE schedules SET next_due = :moment WHERE name = :name"
            await tx.execute(text(sql), values)

    return move


async def made(queue):
    """Claim what was made; give the keys and args."""
    return [(job.key, job.args) for job in await queue.claim(["digest"], 999, 60.0)]


def key(moment, name="s"):
    return f"{name}@{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


async def test_what_is_put_is_kept(schedules, queue, hourly, due, due_at):
    """With the next time it is due, by the database's clock; what is dropped comes no more."""
    await schedules.put(hourly)
    kept = await schedules.get("s")

    assert replace(hourly, next_due=due + HOUR) == kept
    assert ((kept,), None) == (await schedules.all(), await schedules.get("other"))

    await due_at(due)
    await schedules.drop("s")
    await schedules.drop("s")
    await schedules.fire()

    assert ((), []) == (await schedules.all(), await made(queue))


async def test_a_due_time_becomes_one_job(schedules, queue, hourly, due, due_at):
    """However often and by how many is looked; and nothing is made before it is due."""
    await schedules.put(hourly)
    await schedules.fire()
    early = await made(queue)
    await due_at(due)
    await asyncio.gather(*(schedules.fire() for _ in range(5)))
    jobs = await made(queue)
    await due_at(due)
    await schedules.fire()

    assert [] == early
    assert [(key(due), {"to": "C1", "due": due, "skipped_since": None})] == jobs
    assert [] == await made(queue)
    assert due + HOUR == (await schedules.get("s")).next_due


@pytest.mark.parametrize(
    ("hours_late", "grace"),
    [(0, HOUR), (0, 2 * HOUR), (1, 3 * HOUR), (5, HOUR), (2000, HOUR), (3, 0.0)],
)
async def test_missed_runs_are_made_up_once(  # noqa: PLR0913, PLR0917 -- fixtures and a row
    schedules, queue, hourly, due, due_at, hours_late, grace
):
    """The latest only, if it is late by less than the grace; what is skipped is said with it."""
    runs, skipped = grace > 0, hours_late > 0
    await schedules.put(replace(hourly, grace=grace, args={}))
    missed = due - hours_late * HOUR
    await due_at(missed)
    await schedules.fire()
    jobs, kept = await made(queue), await schedules.get("s")

    since = missed if skipped else None
    assert ([(key(due), {"due": due, "skipped_since": since})] if runs else []) == jobs
    assert (due + HOUR, None if runs else since) == (kept.next_due, kept.skipped_since)


async def test_what_was_skipped_is_said_by_the_next_run(schedules, queue, hourly, due, due_at):
    """Since the first that did not come, however many there were; after that run it is over."""
    await schedules.put(replace(hourly, cron=(YEARLY,), args={}))
    long_ago = due - 800 * 86400.0
    await due_at(long_ago)
    await schedules.fire()
    nothing, kept = await made(queue), await schedules.get("s")
    await due_at(due)
    await schedules.fire()

    assert ([], long_ago) == (nothing, kept.skipped_since)
    assert [(key(due), {"due": due, "skipped_since": long_ago})] == await made(queue)
    assert (await schedules.get("s")).skipped_since is None


async def test_a_pause_leaves_no_backlog(schedules, queue, hourly, due, due_at):
    """While it rests nothing comes; resumed it comes at its next time, with nothing to say."""
    await schedules.put(hourly)
    await due_at(due - 5 * HOUR)
    await schedules.pause("s")
    paused = await schedules.get("s")
    await schedules.fire()
    await schedules.resume("s")
    await schedules.resume("nobody")
    await schedules.fire()
    resumed = await schedules.get("s")

    assert (True, None) == (paused.paused, paused.next_due)
    assert (False, None) == (resumed.paused, resumed.skipped_since)
    assert due + HOUR == resumed.next_due
    assert [] == await made(queue)


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        ({"args": {"to": "C2"}}, True),
        ({"grace": 5.0}, True),
        ({"kind": "other"}, True),
        ({"cron": ("0 0 * * *",)}, False),
        ({"zone": "Asia/Kolkata"}, False),
        ({"paused": True}, False),
    ],
)
async def test_an_edit_keeps_a_due_time_that_is_still_right(  # noqa: PLR0913, PLR0917 -- fixtures and a row
    schedules, hourly, due, due_at, change, stays
):
    """With the same lines and zone a run that is due at this moment is not lost."""
    await schedules.put(hourly)
    await due_at(due)
    await schedules.put(replace(hourly, **change))
    kept = await schedules.get("s")

    assert stays == (kept.next_due == due)
    assert ("paused" in change) == (kept.next_due is None)


@pytest.mark.parametrize(
    ("cron", "zone"), [("rubbish", "UTC"), ("0 * * * *", "Mars/Olympus"), ("0 25 * * *", "UTC")]
)
async def test_one_that_is_none_is_refused(schedules, cron, zone):
    """Nothing of it is kept."""
    with pytest.raises(ValueError, match=r"line|zone"):
        await schedules.put(Schedule("s", "digest", (cron,), zone))

    assert () == await schedules.all()


@pytest.mark.parametrize(
    "case",
    [
        ("cron", "rubbish", "five fields"),
        ("zone", "Mars/Olympus", "no time zone"),
        ("args", "{broken", "Expecting"),
        ("cron", "0 0 31 4 *", "not a cron line"),
    ],
)
async def test_a_bad_one_in_the_table_is_parked(  # noqa: PLR0913, PLR0917 -- fixtures and a row
    schedules, queue, database, hourly, due, due_at, case
):
    """With its error, and none of the others waits for it; put anew it comes again."""
    column, value, says = case
    for name in ("s", "good"):
        await schedules.put(replace(hourly, name=name))
        await due_at(due, name)
    async with database.write() as tx:
        sql = text(f"UPDATE schedules SET {column} = :value WHERE name = 's'")
        await tx.execute(sql, {"value": value})
    await schedules.fire()
    async with database.read() as tx:
        parked = (await tx.execute(text("SELECT * FROM schedules WHERE name = 's'"))).one()
    jobs = await made(queue)
    await schedules.put(hourly)
    mended = await schedules.get("s")

    assert parked.next_due is None
    assert says in parked.error
    assert [key(due, "good")] == [job for job, _ in jobs]
    assert (due + HOUR, None) == (mended.next_due, mended.error)


async def test_a_clock_that_jumps_ahead_and_back(schedules, queue, hourly, due, due_at):
    """What was set by a clock that was ahead is brought forward, and nothing comes twice."""
    await schedules.put(hourly)
    await due_at(due)
    await schedules.fire()
    first = await made(queue)
    await due_at(due + 8760 * HOUR)
    await schedules.realign()
    aligned = await schedules.get("s")
    await due_at(due)
    await schedules.fire()

    assert [key(due)] == [job for job, _ in first]
    assert due + HOUR == aligned.next_due
    assert [] == await made(queue)


async def test_two_hundred_at_once(schedules, database, queue, hourly, due):
    """Each comes once, over several that look at the same time."""
    async with database.write() as tx:
        for n in range(200):
            await schedules.put(replace(hourly, name=f"s{n}"), tx)
        await tx.execute(text("UPDATE schedules SET next_due = :due"), {"due": due})
    for _ in range(3):
        await asyncio.gather(*(schedules.fire() for _ in range(3)))
    names = Counter(job.partition("@")[0] for job, _ in await made(queue))

    assert Counter(f"s{n}" for n in range(200)) == names


PUMPS = {
    "id": "1",
    "team": "T1",
    "channel": "C1",
    "name": "Pumps",
    "name_key": "pumps",
    "made_by": "U1",
    "made_at": 1.5,
    "details": '{"zone":"UTC"}',
    "paused": None,
}
ROW = tuple(PUMPS.values())


@pytest.fixture
def rows(database):
    return SubscriptionRows(database)


async def test_what_is_kept_comes_back(rows):
    """A row is found by id, by channel, by maker, by workspace, and among all."""
    assert await rows.add(PUMPS)

    assert ROW == await rows.get("1")
    for found in (
        rows.in_channel("T1", "C1"), rows.made_by("T1", "U1"), rows.of_team("T1"), rows.every(),
    ):  # fmt: skip
        assert (ROW,) == await found
    assert () == await rows.in_channel("T1", "C2")
    assert () == await rows.made_by("T2", "U1")
    assert await rows.get("2") is None


async def test_a_name_is_free_once_in_a_channel(rows):
    """The same name in the same channel is refused; elsewhere it is free."""
    await rows.add(PUMPS)

    assert not await rows.add(PUMPS | {"id": "2", "name": "PUMPS"})
    assert await rows.add(PUMPS | {"id": "3", "channel": "C2"})
    assert await rows.add(PUMPS | {"id": "4", "team": "T2"})
    assert ["1", "4"] == sorted(row.id for row in await rows.every() if row.channel == "C1")


async def test_two_at_once_get_one_name_once(rows):
    """Of several that add the same name at the same time one finds it free."""
    adding = [rows.add(PUMPS | {"id": str(n)}) for n in range(5)]

    assert [False] * 4 + [True] == sorted(await asyncio.gather(*adding))
    assert 1 == len(await rows.every())


async def test_a_change(rows):
    """All but the id may change; a name that another has is refused and changes nothing."""
    wells = PUMPS | {"id": "2", "name": "Wells", "name_key": "wells"}
    await rows.add(PUMPS)
    await rows.add(wells)

    assert await rows.change(PUMPS | {"channel": "C2", "details": "{}"})
    assert not await rows.change(wells | {"channel": "C2", "name": "pumps", "name_key": "pumps"})
    assert not await rows.change(PUMPS | {"id": "9"})
    assert [("C2", "{}"), ("C1", wells["details"])] == [
        (row.channel, row.details) for row in await rows.every()
    ]


async def test_pausing_and_resuming(rows):
    """Each is said to have changed something once only, so that what follows is done once."""
    await rows.add(PUMPS)

    changed = [await rows.set_paused("1", why) for why in ("asked", "archived", None, None)]

    assert [True, False, True, False] == changed
    assert not await rows.set_paused("9", "asked")
    assert ROW == await rows.get("1")


async def test_removing(rows):
    """What is removed is gone, and its name is free again."""
    await rows.add(PUMPS)

    assert [True, False] == [await rows.remove("1"), await rows.remove("1")]
    assert await rows.add(PUMPS | {"id": "2"})


async def test_they_come_by_name(rows):
    """A list is in the order in which people read it."""
    for number, name in enumerate(("wells", "gates", "pumps")):
        await rows.add(PUMPS | {"id": str(number), "name": name, "name_key": name})

    assert ["gates", "pumps", "wells"] == [row.name for row in await rows.in_channel("T1", "C1")]


async def test_it_is_part_of_a_transaction(rows, database):
    """What is given a transaction is saved with it or not at all."""

    async def broken():
        async with database.write() as tx:
            await rows.add(PUMPS, tx)
            raise KeyError

    with pytest.raises(KeyError):
        await broken()

    assert () == await rows.every()
