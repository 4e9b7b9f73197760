"""The worker processes that the bot starts, starts again when they die, and takes along."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

from bot.clock import Clock

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "bot", "worker", "--until-stdin-ends")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
LIVED_SECONDS = 60.0


class Workers:
    """So many processes; each holds a pipe to us, so that it ends even where we are killed."""

    def __init__(self, count: int, clock: Clock, *, drain: float) -> None:
        self._count = count
        self._clock = clock
        # a port of their own, and time to give back what they do before we lose our patience
        self._env = os.environ | {"PORT": "0", "SIMSESSIONS_DRAIN": f"{drain / 2:g}"}
        self._tending: list[asyncio.Task[None]] = []
        self._processes: set[asyncio.subprocess.Process] = set()

    def start(self) -> None:
        """Start them, beside the caller."""
        tended = (self._tend() for _ in range(self._count))
        self._tending = [asyncio.create_task(each, name="worker") for each in tended]

    async def stop(self, patience: float) -> None:
        """Tell them to stop; kill those that have not after `patience` seconds."""
        for task in self._tending:
            task.cancel()
        await asyncio.gather(*self._tending, return_exceptions=True)
        await asyncio.gather(*(_ended(process, patience) for process in self._processes))

    async def _tend(self) -> None:
        """Start one, again and again, later each time unless it has lived for a while."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock.monotonic()
            process = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, env=self._env)
            self._processes.add(process)
            code = await process.wait()
            self._processes.discard(process)
            lived = self._clock.monotonic() - began
            pause = FIRST_PAUSE if lived > LIVED_SECONDS else min(LONGEST_PAUSE, 2 * pause)
            log.warning("worker-ended", extra={"code": code, "lived": lived, "again_in": pause})
            await self._clock.sleep(pause)


async def _ended(process: asyncio.subprocess.Process, patience: float) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(patience):
                await process.wait()
        except TimeoutError:
            process.kill()
    await process.wait()
