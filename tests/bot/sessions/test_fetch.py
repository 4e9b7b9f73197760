""""""

import asyncio
import gc
import weakref

import pytest

from bot.kore.cache import Fetched
from bot.kore.errors import KoreRateLimited
from bot.sessions.fetch import Read, task_scope
from tests.builders import NOON, a_session, a_sim

SIM = Fetched(a_sim(), NOON)
ROW = a_session()


@pytest.mark.parametrize(
    ("sessions", "rows", "problem"),
    [
        (Fetched((ROW,), NOON), (ROW,), None),
        (Fetched((ROW,), NOON, skipped_rows=3), (ROW,), None),
        (Fetched((), NOON), (), None),
        (Fetched((), NOON, skipped_rows=3), None, "None of the 3 rows"),
        (KoreRateLimited(), None, KoreRateLimited.sentence),
    ],
)
def test_rows_that_could_not_be_read_have_a_reason(sessions, rows, problem):
    """No row is an answer; rows that failed, or were all odd, are unread, and it is said why."""
    read = Read("pump-7", SIM, sessions, None)

    assert rows == read.rows
    assert problem == (read.problem and read.problem[: len(problem)])


def test_what_failed_has_no_age():
    """The age of a report is that of what was read."""
    assert (SIM,) == Read("pump-7", SIM, KoreRateLimited(), None).parts


async def test_what_is_begun_runs_at_once():
    """An errand runs while the block goes on, and its result is awaited where it is needed."""
    async with task_scope() as under_way:
        first = under_way.begin(asyncio.sleep(0, "first"))
        second = under_way.begin(asyncio.sleep(0, "second"))

        assert ["second", "first"] == [await second, await first]


async def test_what_nobody_waits_for_ends_with_the_block():
    """An errand that still runs when the block ends is cancelled."""
    async with task_scope() as under_way:
        endless = under_way.begin(asyncio.Event().wait())

    assert endless.cancelled()


async def test_what_is_done_is_let_go():
    """A block of many task_scope does not hold the results of those that are done."""

    class Large:
        """Something worth letting go of."""

    async def fetch():
        return Large()

    async with task_scope() as under_way:
        result = weakref.ref(await under_way.begin(fetch()))
        await asyncio.sleep(0)
        gc.collect()

        assert result() is None


async def test_the_block_s_own_failure_wins():
    """What the block raises is raised as it is, and the failures of task_scope are taken in."""

    async def fail():
        raise ZeroDivisionError

    async def block():
        async with task_scope() as under_way:
            await asyncio.wait({under_way.begin(fail())})
            raise KeyError

    with pytest.raises(KeyError):
        await block()


async def test_cancelling_the_block_cancels_its_errands():
    """Whoever stops waiting leaves nothing running."""
    begun = []

    async def block():
        async with task_scope() as under_way:
            begun.append(under_way.begin(asyncio.Event().wait()))
            await begun[0]

    task = asyncio.create_task(block())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert begun[0].cancelled()
