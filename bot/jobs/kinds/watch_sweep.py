"""Once a minute: what is watched is read, what has ended is shown so, what is old is dropped.

All of it is done where it happens; this is for what a crash, an older build or a race left undone.
"""

from bot.jobs.job import Again, Job, Outcome, kind
from bot.jobs.services import JobServices

EVERY = 60.0
KEY = "watch_sweep"


@kind(lane="watch")
async def watch_sweep(job: Job, services: JobServices) -> Outcome | None:  # noqa: ARG001 -- it is always the same job
    """Sweep, and come again."""
    watching = services.watching
    await watching.ledger.look(*await watching.rows.sims())
    for watch_id in await watching.rows.undrawn():
        await watching.ledger.draw(watch_id)
    await watching.rows.forget(watching.keep)
    await watching.made.forget(watching.keep)
    return Again(EVERY)
