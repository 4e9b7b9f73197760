"""Once a minute: what is watched is read, what has ended is shown so, what is old is dropped.

All of it is done where it happens; this is for what a crash, an older build or a race left undone.
It begins with the first watch, and ends with the last.
"""

from bot.jobs.job import Again, Done, Job, Outcome, kind
from bot.jobs.services import JobServices

EVERY = 60.0


@kind(lane="watch", attempts=1_000_000)
async def watch_sweep(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Sweep, and come again while there is anything to sweep."""
    watching = services.watching
    sids, undrawn = await watching.rows.sims(), await watching.rows.undrawn()
    await watching.ledger.look(*sids)
    for watch_id in undrawn:
        await watching.ledger.draw(watch_id)
    await watching.rows.forget(watching.keep)
    await watching.made.forget(watching.keep)
    return Again(EVERY) if sids or undrawn else Done()
