"""Watches and the jobs that tell of them are saved together, on both databases."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.diagnosis.state import State
from bot.jobs.outcomes import attempted as execute
from bot.watches.repository import from_args, from_row, to_args, to_row
from bot.watches.transitions import stopped
from bot.watches.watch import Asker, Condition, Ending, Notice, NoticeKind
from tests.bot.watches.watching import MINUTE, NOON, a_card, a_snapshot, a_watch
from tests.watching import ANA, BEN, KINDS, watching


@pytest.fixture
async def rig(database):
    async with watching(database) as made:
        yield made


async def test_a_watch_brings_its_jobs_along(rig):
    """
    With a watch come the look, the card, and the sweep that finds what is left undone.
    """
    begun = await rig.begin()
    keys = (f"watch:{begun.watch.sid}", f"watch_card:{begun.watch.id}", "watch_sweep")

    assert ["ready"] * 3 == [(await rig.parts.queue.get(key)).state for key in keys]


async def test_what_is_taken_back_leaves_nothing(rig):
    """
    Where the transaction fails there is neither step nor notice.
    """
    begun = await rig.begin()
    step = stopped(begun.watch, BEN, rig.clock.now())

    with pytest.raises(RuntimeError, match="lost"):
        await _fail_after(rig, begun.watch, step)

    assert None is (await rig.watch(begun)).ended
    assert None is await rig.parts.queue.get(f"watch:{begun.watch.id}:1:stopped")


async def test_a_watch_is_stopped_while_its_card_is_saved(rig):
    """
    Neither waits for a row that the other holds; on PostgreSQL that would be a deadlock.
    """
    begun = await rig.begin()
    (job,) = await rig.parts.queue.claim(["watch_card"], 1, 60.0)
    outcome = await execute(job, KINDS["watch_card"], rig.parts)
    stops = []

    async def write(tx):
        stops.append(asyncio.create_task(rig.desk.stop(begun.watch.id, ANA)))
        await waits_for_a_row(rig.database)
        await outcome.write(tx)

    saved = await rig.parts.queue.record([(job, replace(outcome, write=write))])
    ended = await stops[0]

    assert {job.key} == saved
    assert Ending.STOPPED is ended.ending
    assert await rig.watch(begun) == replace(ended, card=(await rig.watch(begun)).card, cards=1)


async def waits_for_a_row(database):
    """Return once a transaction waits for what another one has locked; at once on SQLite."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(30):
        while database.is_postgres:
            async with database.read() as tx:
                if await tx.scalar(waiting):
                    return


async def test_the_last_watch_ends_the_looks(rig):
    """
    When nobody watches a SIM any more its job ends, and with the last the sweep.
    """
    begun = await rig.begin()
    await rig.desk.stop(begun.watch.id, ANA)
    await rig.move(180, step=60)
    keys = (f"watch:{begun.watch.sid}", "watch_sweep")

    assert ["done", "done"] == [(await rig.parts.queue.get(key)).state for key in keys]


async def test_a_sim_that_is_watched_again_is_read_again(rig):
    """
    A job that has ended is begun anew.
    """
    begun = await rig.begin()
    await rig.desk.stop(begun.watch.id, ANA)
    await rig.move(120, step=60)
    await rig.begin()

    assert "ready" == (await rig.parts.queue.get(f"watch:{begun.watch.sid}")).state


async def test_a_look_that_was_lost_is_begun_again_by_the_sweep(rig):
    """
    Whatever became of its job, a watched SIM is read within a minute.
    """
    begun = await rig.begin()
    await rig.work()
    await rig.parts.queue.cancel(f"watch:{begun.watch.sid}")
    await rig.move(120, step=30)

    assert "ready" == (await rig.parts.queue.get(f"watch:{begun.watch.sid}")).state


async def test_a_card_that_was_not_drawn_at_the_end_is_drawn_by_the_sweep(rig):
    """
    A watch that ended while its card was being drawn is shown as ended within two minutes.
    """
    begun = await rig.begin()
    await rig.move(60)
    await rig.desk.stop(begun.watch.id, ANA)
    await rig.parts.queue.cancel(f"watch_card:{begun.watch.id}")
    await rig.move(120, step=30)

    assert "stopped by" in rig.card().text


async def _fail_after(rig, watch, step):
    async with rig.database.write() as tx:
        await rig.parts.watching.ledger.advance(watch, step, tx, now=rig.clock.now())
        raise RuntimeError("lost")


NOTICE = Notice(
    NoticeKind.REACHED, 3, a_snapshot("offline"), a_snapshot("online"), NOON, untold=2, why="why"
)


def test_a_notice_comes_back_as_it_was():
    """
    What is told after a restart is what was decided before it.
    """
    args = json.loads(json.dumps(to_args(NOTICE, "w1")))

    assert ("w1", NOTICE) == (args["watch"], from_args(args))


@pytest.mark.parametrize("lost", ["untold", "why"])
def test_what_an_older_build_did_not_write_is_nothing(lost):
    """
    Arguments without the newer fields are read.
    """
    args = to_args(NOTICE, "w1")
    del args[lost]

    assert from_args(args)


WHOLE = a_watch(
    asker=Asker("U1", "C1", "1.5", "T1", "E1"),
    latest=a_snapshot("online"),
    turned=NOON,
    blind=NOON + MINUTE,
    blind_why="away",
    told=NOON + 2 * MINUTE,
    untold=3,
    notices=4,
    ended=NOON + 3 * MINUTE,
    ending=Ending.STOPPED,
    ended_by="U2",
    cards=2,
    card=a_card("face"),
)


@pytest.mark.parametrize("watch", [a_watch(), WHOLE, a_watch(card=a_card("", ts=None))])
def test_a_watch_comes_back_from_its_row(watch):
    """
    Nothing of a watch is lost in the store.
    """
    assert watch == from_row(to_row(watch))


def test_what_a_newer_build_wrote_is_read_as_far_as_it_goes():
    """
    An unknown goal waits for changes, and a snapshot that cannot be read is unknown.
    """
    row = replace(to_row(a_watch()), goal="moonrise", ending="abducted", latest="{", noticed="[]")
    watch = from_row(row)

    assert (Condition.CHANGES, None) == (watch.goal, watch.ending)
    assert (State.UNKNOWN, State.UNKNOWN) == (watch.latest.state, watch.noticed.state)
