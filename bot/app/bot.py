"""The running bot: its intake from Slack, whether it is fit to be asked, and its orderly end."""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress
from typing import Protocol

from bot.clock import Backoff, Clock
from bot.jobs.engine import Engine
from bot.services import Services
from bot.slack.bolt_app import TokenWatch

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "bot", "worker", "--until-stdin-ends")
BACKOFF = Backoff(first=1.0, longest=60.0)
LIVED_SECONDS = 60.0
CLOSE_SECONDS = 3.0


class Workers:
    """So many processes; each holds a pipe to us, so that it ends even where we are killed."""

    def __init__(self, count: int, clock: Clock, token: TokenWatch, *, drain: float) -> None:
        self._count = count
        self._clock = clock
        self._token = token
        # a port of their own, and time to give back what they do before we lose our patience
        self._env = os.environ | {"PORT": "0", "SIMSESSIONS_DRAIN": f"{drain / 2:g}"}
        self._supervising: list[asyncio.Task[None]] = []
        self._processes: set[asyncio.subprocess.Process] = set()

    def start(self) -> None:
        """Start them, beside the caller."""
        supervised = (self._supervise() for _ in range(self._count))
        self._supervising = [asyncio.create_task(each, name="worker") for each in supervised]

    async def stop(self, patience: float) -> None:
        """Tell them to stop; kill those that have not after `patience` seconds."""
        for task in self._supervising:
            task.cancel()
        await asyncio.gather(*self._supervising, return_exceptions=True)
        await asyncio.gather(*(_ended(process, patience) for process in self._processes))

    async def _supervise(self) -> None:
        """Start one, again and again, later each time unless it has lived for a while."""
        ended_early = 0
        while True:
            began = self._clock.monotonic()
            process = await asyncio.create_subprocess_exec(*COMMAND, stdin=PIPE, env=self._env)
            self._processes.add(process)
            code = await process.wait()
            self._processes.discard(process)
            lived = self._clock.monotonic() - began
            ended_early = 0 if lived > LIVED_SECONDS else ended_early + 1
            pause = BACKOFF.after(ended_early + 1)
            log.warning("worker-ended", extra={"code": code, "lived": lived, "again_in": pause})
            self._token.suspect()  # a worker may learn before us that Slack refuses it
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


class Intake(Protocol):
    """The way by which Slack reaches us: Socket Mode or signed HTTP."""

    async def open(self) -> None:
        """Start to take in."""

    async def is_open(self) -> bool:
        """Return whether Slack can reach us."""

    async def watch(self) -> None:
        """Keep it open; come back with SlackLost only."""

    async def close(self, patience: float) -> None:
        """Take nothing more in."""


class Bot:
    """The running bot: where it listens, what it is made of, and whether it is fit to be asked."""

    def __init__(
        self, services: Services, intake: Intake, engine: Engine, workers: Workers
    ) -> None:
        self.services = services
        self._engine = engine
        self._workers = workers
        self.port = 0
        self._intake = intake
        self._watches: list[asyncio.Task[None]] = []
        self._stopping = False

    async def why_not_ready(self) -> tuple[str, ...]:
        """Return what keeps it from answering; nothing while all is well."""
        if self._stopping:
            return ("stopping",)
        reached = await self._intake.is_open()
        return (*(() if reached else ("no connection with Slack",)), *self._engine.why_stuck())

    def notes(self) -> tuple[str, ...]:
        """Return what is wrong though it answers: look-ups still work without the store."""
        trouble = self.services.store.trouble
        return (f"store: {trouble.sentence}",) if trouble else ()

    async def start(self) -> None:
        """Open the intake and watch it. Raises StartError or SlackLost."""
        await self._intake.open()
        watched = {"intake-watch": self._intake.watch(), "token-watch": self.services.token.run()}
        self._watches = [asyncio.create_task(each, name=name) for name, each in watched.items()]
        self._engine.start()
        self._workers.start()

    async def until(self, stopped: asyncio.Event) -> None:
        """Wait until `stopped` is set.

        Raises SlackLost where Slack cannot be had back, StartError where it refuses the token.
        """
        await stopped_or_ended(stopped, *self._watches)

    async def stop(self, patience: float) -> None:
        """Take nothing more in, and finish what is under way, in `patience` seconds."""
        started, self._stopping = self.services.clock.monotonic(), True
        for watch in self._watches:
            await cancelled(watch)
        await self._intake.close(min(CLOSE_SECONDS, patience))
        left = patience - (self.services.clock.monotonic() - started)
        cut, *_ = await asyncio.gather(
            self.services.tasks.drain(left), self._engine.stop(left), self._workers.stop(left)
        )
        log.info("stopped", extra={"answers_cut": cut})


async def stopped_or_ended(stopped: asyncio.Event, *watches: "asyncio.Task[None]") -> None:
    """Wait until `stopped` is set, or a watch ends. Raises what that one does."""
    waiting = asyncio.create_task(stopped.wait())
    done, _ = await asyncio.wait({waiting, *watches}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for each in done:
        each.result()


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it has ended."""
    task.cancel()
    await asyncio.wait({task})
