"""The queue: who has a job, for how long, and whose result counts."""

import asyncio

import pytest
from sqlalchemy import text

from bot.store.jobs import JobQueue, NewJob, Outcome

DONE = Outcome("done", result={"n": 1})


@pytest.fixture
def other(database):
    """The queue as another process sees it."""
    return JobQueue(database)


async def claimed(queue, *keys, lease=60.0):
    """Add jobs and claim them."""
    await queue.add(*(NewJob("kind", key) for key in keys))
    return await queue.claim(["kind"], len(keys), lease)


async def states(queue, *keys):
    return [(await queue.get(key)).state for key in keys]


async def test_a_key_is_there_once(queue):
    """What is there already is left alone, also after it has ended, and counted as old."""
    added = await queue.add(NewJob("kind", "a", {"x": 1}), NewJob("kind", "b"))
    again = await queue.add(NewJob("other", "a", {"x": 2}), NewJob("kind", "c"))
    jobs = await queue.claim(["kind"], 9, 60.0)
    await queue.record([(job, DONE) for job in jobs])
    after = await queue.add(NewJob("kind", "a"))

    assert (2, 1, 0) == (added, again, after)
    assert [("a", {"x": 1}), ("b", {}), ("c", {})] == [(job.key, job.args) for job in jobs]
    assert ["done"] * 3 == await states(queue, "a", "b", "c")


async def test_a_result_of_before_is_not_one_of_what_is_begun_anew(queue):
    """Cancelled while it runs and begun anew, a job is another one, in the same process too."""
    (before,) = await claimed(queue, "a")
    await queue.cancel("a")
    await queue.add(NewJob("kind", "a"), anew=True)
    (after,) = await queue.claim(["kind"], 1, 60.0)

    assert set() == await queue.record([(before, DONE)])
    assert {"a"} == await queue.record([(after, DONE)])


async def test_what_is_added_in_a_transaction_goes_with_it(queue, database):
    """Where the rest is not saved, the job is not there either."""

    async def fail_after_adding():
        async with database.write() as tx:
            await queue.add(NewJob("kind", "a"), tx=tx)
            1 / 0  # noqa: B018 -- raises

    with pytest.raises(ZeroDivisionError):
        await fail_after_adding()

    assert await queue.get("a") is None


async def test_only_what_is_due_is_claimed(queue):
    """Neither what has time, nor other kinds, nor more than there is room; longest due first."""
    await queue.add(NewJob("kind", "later", delay=60.0), NewJob("other", "other"))
    await queue.add(NewJob("kind", "second"))
    await queue.add(NewJob("kind", "first", delay=-5.0), NewJob("kind", "third", delay=0.001))
    await asyncio.sleep(0.01)
    jobs = await queue.claim(["kind"], 2, 60.0)

    assert ["first", "second"] == [job.key for job in jobs]
    assert [("running", 1, 1)] * 2 == [(job.state, job.attempt, job.claim) for job in jobs]


async def test_what_waits_can_be_made_due(queue):
    """A job that has time is claimed at once when it is hastened; what has ended stays so."""
    await queue.add(NewJob("kind", "later", delay=60.0), NewJob("kind", "over", delay=60.0))
    await queue.cancel("over")
    for key in ("later", "over", "none"):
        await queue.run_now(key)

    assert ["later"] == [job.key for job in await queue.claim(["kind"], 9, 60.0)]


async def test_what_runs_is_due_at_once_where_it_is_hastened_meanwhile(queue):
    """It may not have seen what it was hastened for; the next time it waits as it says."""
    (job,) = await claimed(queue, "a")
    await queue.run_now("a")
    await queue.record([(job, Outcome("ready", 60.0))])
    (again,) = await queue.claim(["kind"], 9, 60.0)
    await queue.record([(again, Outcome("ready", 60.0))])

    assert [] == await queue.claim(["kind"], 9, 60.0)


async def test_what_ends_is_begun_anew_where_it_is_hastened_meanwhile(queue):
    """It may have ended for want of just that: it starts again, once, as if it had never been."""
    (job,) = await claimed(queue, "a")
    await queue.add(NewJob("kind", "a"), anew=True)
    await queue.run_now("a")
    await queue.record([(job, Outcome("done", memo={"x": 1}, result="well"))])
    (again,) = await queue.claim(["kind"], 9, 60.0)
    await queue.record([(again, DONE)])

    assert ({}, 1, "well") == (again.memo, again.attempt, again.result)
    assert ["done"] == await states(queue, "a")


async def test_two_processes_never_claim_the_same(queue, other):
    """Of many that claim at once each job has one owner."""
    await queue.add(*(NewJob("kind", f"{n}") for n in range(40)))
    claims = [one.claim(["kind"], 7, 60.0) for one in (queue, other) * 4]
    jobs = [job.key for jobs in await asyncio.gather(*claims) for job in jobs]

    assert len(jobs) == len(set(jobs)) == 40


async def test_a_lease_that_has_ended_is_free(queue, other):
    """The next one has it, and the result of the one before is refused."""
    (job,) = await claimed(queue, "a", lease=0.0)
    kept = await other.renew([], 60.0)
    (again,) = await other.claim(["kind"], 1, 60.0)
    refused = await queue.record([(job, DONE)])
    held = await other.record([(again, DONE)])

    assert (set(), set(), {"a"}) == (kept, refused, held)
    assert (2, 2) == (again.claim, again.attempt)


async def test_a_lease_that_is_renewed_holds(queue, other):
    """Nobody else gets it, its own process does not free it, and who has lost one finds out."""
    jobs = await claimed(queue, "a", "b", lease=0.0)
    await queue.renew(["a", "b"], 0.0)
    assert ["running"] * 2 == await states(queue, "a", "b")
    kept = await queue.renew(["a"], 60.0)
    await other.renew([], 60.0)
    taken = await other.claim(["kind"], 9, 60.0)
    later = await queue.renew(["a", "b"], 60.0)

    assert ({"a"}, ["b"], {"a"}) == (kept, [job.key for job in taken], later)
    assert {"a"} == await queue.record([(job, DONE) for job in jobs])


@pytest.mark.parametrize(
    "between",
    [
        lambda queue, job: queue.cancel(job.key),
        lambda queue, _job: queue.release(),
        lambda queue, job: queue.record([(job, DONE)]),
        lambda queue, job: queue.record([(job, Outcome("ready"))]),
    ],
    ids=["cancelled", "released", "done", "again"],
)
async def test_a_result_counts_once_and_only_while_it_is_wanted(queue, between):
    """After a cancel, a release or another result nothing is taken, nor its write carried out."""
    (job,) = await claimed(queue, "a")
    await between(queue, job)
    before, written = await queue.get("a"), []

    async def write(tx):
        written.append(tx)

    held = await queue.record([(job, Outcome("failed", error="late", write=write))])

    assert (set(), []) == (held, written)
    assert before == await queue.get("a")


async def test_released_jobs_are_as_if_never_claimed(queue, other):
    """They are due at once for everybody, with no try lost."""
    await claimed(queue, "a", "b")
    await other.release()
    assert [] == await other.claim(["kind"], 9, 60.0)
    await queue.release()
    taken = await other.claim(["kind"], 9, 60.0)

    assert [("a", 1, 2), ("b", 1, 2)] == [(job.key, job.attempt, job.claim) for job in taken]


async def test_a_memo_stays_until_it_is_written_anew(queue):
    """None leaves it; an empty one is one."""
    (job,) = await claimed(queue, "a")
    memos = []
    for memo in ({"x": 1}, None, {}):
        await queue.record([(job, Outcome("ready", memo=memo))])
        (job,) = await queue.claim(["kind"], 1, 60.0)
        memos.append(job.memo)

    assert [{"x": 1}, {"x": 1}, {}] == memos


async def test_a_look_tells_what_is_next(queue, database):
    """
    The first of each kind asked for, by the database's clock, nothing of others; and what is due
    is counted by kind, neither what has time nor what runs.
    """
    await queue.add(NewJob("a", "1", delay=50.0), NewJob("a", "2", delay=20.0))
    await queue.add(NewJob("b", "3"), NewJob("other", "4"), NewJob("other", "5"))
    await queue.claim(["b"], 1, 60.0)
    snapshot = await queue.look(("a", "b", "c"))
    nothing = await queue.look(())

    assert ["a"] == list(snapshot.kinds)
    assert snapshot.kinds["a"] - snapshot.now == pytest.approx(20.0, abs=5.0)
    assert (None, {}) == (snapshot.schedule, nothing.kinds)
    assert {"other": 2} == await queue.depth()


async def test_ended_jobs_are_forgotten_in_time(queue, database):
    """Those that ended longer ago than the retention, and no others."""
    old, _, young = await claimed(queue, "old", "running", "young")
    await queue.record([(old, DONE), (young, DONE)])
    async with database.write() as tx:
        await tx.execute(text("UPDATE jobs SET ended = ended - 100 WHERE key = 'old'"))
    await queue.sweep(90.0)

    assert await queue.get("old") is None
    assert ["done", "running"] == await states(queue, "young", "running")


async def test_whoever_waits_for_news_is_told(queue):
    """Of what is added and given back in this process."""
    news = []
    for deed in (
        lambda: queue.add(NewJob("kind", "a")),
        lambda: queue.claim(["kind"], 1, 60.0),
        queue.release,
        lambda: queue.get("a"),
    ):
        queue.news.clear()
        await deed()
        news.append(queue.news.is_set())

    assert [True, False, True, False] == news


def test_an_outcome_has_its_word():
    """It is what metrics count."""
    outcomes = {
        "done": Outcome("done"),
        "failed": Outcome("failed", error="x"),
        "again": Outcome("ready"),
        "tried_again": Outcome("ready", error="x"),
        "fanned_out": Outcome("waiting"),
    }

    assert list(outcomes) == [each.word for each in outcomes.values()]


async def test_realigned_twice(queue, other, database):
    """Two processes that see the clock set back move a job by that once, and no other job."""
    await queue.add(NewJob("kind", "then", delay=60.0), NewJob("kind", "now", delay=60.0))
    async with database.write() as tx:
        sql = "UPDATE jobs SET due = due + 3600, made = made + 3600 WHERE key = 'then'"
        await tx.execute(text(sql))
    touched = await queue.last_touched(15.0)
    await queue.realign(3600.0)
    await other.realign(3600.0)
    then, now = await queue.get("then"), await queue.get("now")

    assert then.due == pytest.approx(now.due, abs=5.0)
    assert touched == pytest.approx(now.due + 3540, abs=5.0)
