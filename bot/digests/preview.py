"""A digest made here and now, for whoever sits at a terminal: compared with the last, not kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.digests.compile import Notes
from bot.digests.digest import Digest
from bot.digests.fleet import Fleet
from bot.digests.roster import Roster, list_sims, unpacked
from bot.digests.rows import failed_row
from bot.digests.subscription import Subscription
from bot.store.digest_runs import Run, Stage

AT_ONCE = 2000
"""Rows that one transaction drops afterwards."""
Begin = Callable[[int], Callable[[], None]]


async def previewed(one: Subscription, fleet: Fleet, clock: Clock, began: Begin) -> Digest:
    """Ask for its SIMs and compile. Raises KoreError where they cannot be listed, and StoreError.

    `began` is told how many chunks there are, and gives what is to be called after each.
    """
    roster = await list_sims(one.selection, fleet.kore)
    async with _run(one, fleet, clock) as run:
        await _scanned(run, roster, fleet, clock, began(len(roster.sizes)))
        return await fleet.compiler.digest(run, one, Notes(missing=tuple(roster.missing)))


@asynccontextmanager
async def _run(one: Subscription, fleet: Fleet, clock: Clock) -> AsyncIterator[Run]:
    """Give a run under a name of its own; nothing of it is left after the block."""
    due = clock.now().timestamp()
    run = await fleet.runs.begin(f"preview:{one.id}", due, f"preview:{one.id}@{due}")
    await fleet.runs.change(run.id, Stage.SKIPPED, has_rows=True)
    try:
        yield run
    finally:
        forgotten = AT_ONCE
        while forgotten == AT_ONCE:
            forgotten = await fleet.rows.forget(run.id, AT_ONCE)
        await fleet.runs.change(run.id, Stage.SKIPPED, has_rows=False)


async def _scanned(
    run: Run, roster: Roster, fleet: Fleet, clock: Clock, done: Callable[[], None]
) -> None:
    for body in roster.chunks():
        scanned = await fleet.scanner.scan(unpacked(body), {})
        now = clock.now()
        failed = [failed_row(each.sim, now, each.error.sentence, None) for each in scanned.failures]
        async with fleet.database.write() as tx:
            await fleet.rows.add(run.id, [*scanned.rows, *failed], tx)
        done()
