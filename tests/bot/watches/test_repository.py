"""Watches and their jobs are saved together, on both databases."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from bot.diagnosis.evidence import State
from bot.jobs.engine import execute
from bot.struct import replace
from bot.watches.repository import from_row, notice_from_args, notice_to_args, to_row
from bot.watches.transitions import stop
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, WatchOwner
from tests.bot.watches.watch_builders import MINUTE, NOON, a_card, a_snapshot, a_watch
from tests.watch_rig import ANA, BEN, KINDS, watch_rig

rig = watch_rig


async def state(rig, key):
    return (await rig.parts.queue.get(key)).state


async def test_a_watch_brings_its_jobs_along(rig):
    """With a watch come the poll, the card, and the sweep that finds what is left undone."""
    begun = await rig.begin()
    keys = (f"watch:{begun.watch.sid}", f"watch_card:{begun.watch.id}", "watch_sweep")

    assert ["ready"] * 3 == [await state(rig, key) for key in keys]


async def test_what_is_rolled_back_leaves_nothing(rig):
    """Where the transaction fails there is neither transition nor notice."""
    watch, now = (await rig.begin()).watch, rig.clock.now()

    with pytest.raises(RuntimeError, match="lost"):  # noqa: PT012 -- the error comes within
        async with rig.database.write() as tx:
            await rig.parts.watching.repository.save(watch, stop(watch, BEN, now), tx, now=now)
            raise RuntimeError("lost")

    row = await rig.parts.watching.rows.get(watch.id)
    assert (None, None) == (row.ended, await rig.parts.queue.get(f"watch:{watch.id}:1:stopped"))


async def test_a_watch_is_stopped_while_its_card_is_saved(rig):
    """Neither waits for a row that the other holds; on PostgreSQL that would be a deadlock."""
    begun = await rig.begin()
    (job,) = await rig.parts.queue.claim(["watch_card"], 1, 60.0)
    outcome = await execute(job, KINDS["watch_card"], rig.parts)
    stops = []

    async def write(tx):
        stops.append(asyncio.create_task(rig.service.stop(begun.watch.id, ANA)))
        await waits_for_a_row(rig.database)
        await outcome.write(tx)

    saved = await rig.parts.queue.record([(job, replace(outcome, write=write))])
    (ended,) = await stops[0]
    stored = await rig.watch(begun)

    assert {job.key} == saved
    assert Ending.STOPPED is ended.ending
    assert stored == replace(ended, card=stored.card, card_count=1)


async def waits_for_a_row(database):
    """Return once a transaction waits for what another one has locked; at once on SQLite."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(30):
        while database.is_postgres:
            async with database.read() as tx:
                if await tx.scalar(waiting):
                    return


async def test_the_last_watch_ends_the_polls_and_the_next_begins_them_again(rig):
    """When nobody watches a SIM any more its job ends, and with the last the sweep."""
    begun = await rig.begin()
    await rig.service.stop(begun.watch.id, ANA)
    await rig.move(180, step=60)
    poll = f"watch:{begun.watch.sid}"

    assert ["done", "done"] == [await state(rig, key) for key in (poll, "watch_sweep")]

    await rig.begin()

    assert "ready" == await state(rig, poll)


async def test_a_poll_that_was_lost_is_begun_again_by_the_sweep(rig):
    """Whatever became of its job, a watched SIM is read within a minute."""
    poll = f"watch:{(await rig.begin()).watch.sid}"
    await rig.work()
    await rig.parts.queue.cancel(poll)
    await rig.move(120, step=30)

    assert "ready" == await state(rig, poll)


async def test_a_card_that_was_not_drawn_at_the_end_is_drawn_by_the_sweep(rig):
    """A watch that ended while its card was being drawn is shown as ended within two minutes."""
    begun = await rig.begin()
    await rig.move(60)
    await rig.service.stop(begun.watch.id, ANA)
    await rig.parts.queue.cancel(f"watch_card:{begun.watch.id}")
    await rig.move(120, step=30)

    assert "stopped by" in rig.card().text


NOTICE = Notice(
    NoticeKind.REACHED, 3, a_snapshot("offline"), a_snapshot("online"), NOON, 2, "a reason"
)


def test_a_notice_comes_back_as_it_was():
    """What is posted after a restart is what was decided before it."""
    args = json.loads(json.dumps(notice_to_args(NOTICE, "w1")))

    assert ("w1", NOTICE) == (args["watch"], notice_from_args(args))


@pytest.mark.parametrize("lost", ["untold", "why"])
def test_what_an_older_build_did_not_write_is_nothing(lost):
    """Arguments without the newer fields are read."""
    args = notice_to_args(NOTICE, "w1")
    del args[lost]

    assert notice_from_args(args)


WHOLE = a_watch(
    owner=WatchOwner("U1", "C1", "1.5", "T1", "E1"),
    latest=a_snapshot("online"),
    changed_at=NOON,
    unreachable_since=NOON + MINUTE,
    unreachable_reason="away",
    notified_at=NOON + 2 * MINUTE,
    unreported=3,
    notice_count=4,
    ended_at=NOON + 3 * MINUTE,
    ending=Ending.STOPPED,
    ended_by="U2",
    card_count=2,
    card=a_card("as drawn"),
)


@pytest.mark.parametrize("watch", [a_watch(), WHOLE, a_watch(card=a_card("", ts=None))])
def test_a_watch_comes_back_from_its_row(watch):
    """Nothing of a watch is lost in the store."""
    assert watch == from_row(SimpleNamespace(**to_row(watch)))


def test_what_a_newer_build_wrote_is_read_as_far_as_it_goes():
    """An unknown condition waits for changes, and a snapshot that cannot be read is unknown."""
    strange = {"goal": "moonrise", "ending": "abducted", "latest": "{", "noticed": "[]"}
    watch = from_row(SimpleNamespace(**to_row(a_watch()) | strange))

    assert (Condition.CHANGES, None) == (watch.condition, watch.ending)
    assert (State.UNKNOWN, State.UNKNOWN) == (watch.latest.state, watch.reported.state)
