"""The queue: parents, their children, and what becomes of them together."""

import asyncio

import pytest
from sqlalchemy import text

from bot.store.jobs import JobQueue, NewJob, Outcome
from tests.bot.jobs.engines import children
from tests.bot.store.test_jobs import DONE, claimed, states


async def test_an_ended_key_can_be_begun_anew(queue):
    """It starts from nothing, and has no children of old; one that has not ended is left alone."""
    (job,) = await claimed(queue, "a")
    born = Outcome("waiting", children=(NewJob("leaf", "a/1"),), memo={"old": 1})
    await queue.record([(job, born)])
    early = await queue.add(NewJob("kind", "a", {"x": 2}), anew=True)
    await queue.cancel("a")
    late = await queue.add(NewJob("kind", "a", {"x": 3}), anew=True)
    again = await queue.get("a")

    assert (0, 1) == (early, late)
    assert ("ready", {"x": 3}, {}, 0) == (again.state, again.args, again.memo, again.attempt)
    assert [] == await children(queue, "a")


async def test_the_parent_is_woken_by_its_last_child(queue):
    """However the children end; not before, and with their results."""
    (parent,) = await claimed(queue, "p")
    born = tuple(NewJob("kind", f"p/{n}") for n in range(3))
    await queue.record([(parent, Outcome("waiting", children=born, memo={"step": 1}))])
    jobs = await queue.claim(["kind"], 9, 60.0)
    ends = [Outcome("done", result=[1]), Outcome("failed", error="why"), Outcome("ready")]
    await queue.record(list(zip(jobs, ends, strict=True)))
    waiting = await states(queue, "p")
    (last,) = await queue.claim(["kind"], 9, 60.0)
    await queue.record([(last, DONE)])
    (woken,) = await queue.claim(["kind"], 9, 60.0)

    assert (["waiting"], "p", {"step": 1}) == (waiting, woken.key, woken.memo)
    assert [("done", [1], None), ("failed", None, "why"), ("done", {"n": 1}, None)] == [
        (child.state, child.result, child.error) for child in await children(queue, "p")
    ]


async def test_two_last_children_do_not_miss_each_other(database):
    """Whichever is saved last wakes the parent, however the two transactions lie."""
    first, second = JobQueue(database), JobQueue(database)
    for n in range(20):
        (parent,) = await claimed(first, f"p{n}")
        born = tuple(NewJob("leaf", f"p{n}/{m}") for m in range(2))
        await first.record([(parent, Outcome("waiting", children=born))])
        pairs = [(one, await one.claim(["leaf"], 1, 60.0)) for one in (first, second)]
        await asyncio.gather(*(one.record([(jobs[0], DONE)]) for one, jobs in pairs))

    assert ["ready"] * 20 == await states(first, *(f"p{n}" for n in range(20)))


@pytest.mark.parametrize("born", [(), (NewJob("kind", "old"),)])
async def test_who_waits_for_nobody_goes_on(queue, born):
    """Without children, or with such as are there already, the parent is due at once."""
    (old, parent) = await claimed(queue, "old", "p")
    await queue.record([(old, DONE), (parent, Outcome("waiting", children=born))])

    assert ["done", "ready"] == await states(queue, "old", "p")


async def test_outcome_children_and_write_are_one(queue, database):
    """Where the write fails nothing of it is there, and the claim still holds."""
    (job,) = await claimed(queue, "p")

    async def write(tx):
        await tx.execute(text("INSERT INTO buckets VALUES ('written', 0)"))
        1 / 0  # noqa: B018 -- raises

    born = Outcome("waiting", children=(NewJob("kind", "p/1"),), write=write)
    with pytest.raises(ZeroDivisionError):
        await queue.record([(job, born)])

    async with database.read() as tx:
        assert 0 == await tx.scalar(text("SELECT COUNT(*) FROM buckets"))
    assert await queue.get("p/1") is None
    assert {"p"} == await queue.record([(job, DONE)])


async def test_a_cancel_takes_the_children_along(queue):
    """All that has not ended ends; what has is left, and the parent of the cancelled goes on."""
    (top,) = await claimed(queue, "top")
    born = (NewJob("kind", "top/a"), NewJob("kind", "top/b"))
    await queue.record([(top, Outcome("waiting", children=born))])
    a, b = await queue.claim(["kind"], 9, 60.0)
    born = tuple(NewJob("kind", f"top/b/{n}") for n in range(3))
    await queue.record([(a, DONE), (b, Outcome("waiting", children=born))])
    one, *_ = await queue.claim(["kind"], 1, 60.0)
    await queue.record([(one, DONE)])
    await queue.cancel("top/b")
    after = await states(queue, "top/a", "top/b", *(f"top/b/{n}" for n in range(3)), "top")
    await queue.cancel("top")
    await queue.cancel("nobody")

    assert ["done", "cancelled", "done", "cancelled", "cancelled", "ready"] == after
    assert ["cancelled"] == await states(queue, "top")


async def test_children_are_kept_as_long_as_they_are_waited_for(queue):
    """However long a parent takes, it finds the results of all."""
    (parent,) = await claimed(queue, "p")
    born = (NewJob("kind", "p/1"), NewJob("kind", "p/2"))
    await queue.record([(parent, Outcome("waiting", children=born))])
    (first,) = await queue.claim(["kind"], 1, 60.0)
    await queue.record([(first, DONE)])
    await queue.sweep(-1.0)
    kept = await children(queue, "p")
    await queue.cancel("p")
    await queue.sweep(-1.0)

    assert ["done", "ready"] == [child.state for child in kept]
    assert [] == await children(queue, "p")
