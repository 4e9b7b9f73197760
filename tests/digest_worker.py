"""A worker as `simsessions worker` runs it, but with short leases, for tests that kill it.

Started as a program; its settings come from the environment. Prints a line when it is at work.
"""

import asyncio
from contextlib import AsyncExitStack

from bot.app.jobs import open_engine
from bot.app.resources import open_resources
from bot.clock import SystemClock
from bot.jobs.engine import Engine, Timing
from bot.ops.metrics import Metrics
from bot.settings import load_settings
from bot.slack.client import open_session

TIMING = Timing(lease=1.5, poll=0.1)
SETTLED = 2.0


async def main() -> None:
    """Work until killed."""
    settings, metrics = load_settings(), Metrics()
    async with open_session() as session, AsyncExitStack() as stack:
        ground = await open_resources(settings, SystemClock(), session, metrics, stack)
        usual = open_engine(ground, stack, scan_at_once=settings.worker_at_once)
        services = usual._services
        services.posts._settled = SETTLED
        engine = Engine(services, usual._lanes, timing=TIMING)
        engine.start()
        print("working", flush=True)  # noqa: T201 -- the test waits for it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
