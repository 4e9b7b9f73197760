"""Waiting for what nothing tells of: other processes, sockets, the engine."""

import asyncio
from inspect import isawaitable

LONGEST_PAUSE = 0.05


async def until(holds, seconds=300.0, pause=0.001):
    """Wait until something holds, and return it; it may be awaited for.

    With a `pause` of 0 it is looked at whenever the loop turns.
    """
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if found := await found if isawaitable(found) else found:
                return found
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
