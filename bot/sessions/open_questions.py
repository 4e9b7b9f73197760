"""Questions that are being answered, written down so that whoever asked hears where we are killed.

Each has a job that would tell them; while we live it is put off again and again, and once the
answer is out it is forgotten. Most answers are out before any of that is written.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Protocol

from bot.clock import Clock
from bot.store.errors import StoreError
from bot.store.jobs import JobQueue, NewJob

log = logging.getLogger(__name__)

KIND = "interrupted"
GATHER_SECONDS = 0.25
HELD_SECONDS = 30.0
"""How long after our last sign of life whoever asked is told."""
AGAIN_SECONDS = 10.0
LAST_WORDS_SECONDS = 2.0


class Asked(Protocol):
    """Who asked what where."""

    @property
    def id(self) -> str:
        """What names it."""

    @property
    def user(self) -> str:
        """The asker."""

    @property
    def channel(self) -> str:
        """Where it was asked."""

    @property
    def thread(self) -> str | None:
        """The thread's ts, or None."""

    @property
    def aloud(self) -> bool:
        """Whether it was asked for all to see."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question that has no answer yet; `since` is when it was asked, in epoch seconds."""

    id: str
    user: str
    channel: str
    thread: str | None
    aloud: bool
    since: float

    @property
    def job(self) -> NewJob:
        """The job that tells them."""
        return NewJob(KIND, f"{KIND}:{self.id}", asdict(self))


class OpenQuestions:
    """Those of this process."""

    def __init__(self, queue: JobQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self._open: dict[str, OpenQuestion] = {}
        self._written: set[str] = set()
        self._held_at = 0.0
        self._changed = asyncio.Event()

    def begin(self, asked: Asked) -> None:
        """Take care of a question from now on."""
        since = self._clock.now().timestamp()
        where = (asked.id, asked.user, asked.channel, asked.thread)
        found = OpenQuestion(*where, asked.aloud, since)
        self._open[found.job.key] = found
        self._changed.set()

    def end(self, asked: Asked) -> None:
        """Its answer is out, or the asker was told why there is none."""
        self._open.pop(f"{KIND}:{asked.id}", None)
        self._changed.set()

    async def run(self) -> None:
        """Write down what stays open, until cancelled."""
        while True:
            await self._news()
            await self._clock.sleep(GATHER_SECONDS)
            try:
                await self.save()
            except StoreError as error:
                log.warning("open-questions-not-saved", extra={"why": error.kind})
                await self._clock.sleep(GATHER_SECONDS)

    async def save(self) -> None:
        """Write down how it stands. Raises StoreError."""
        self._changed.clear()
        now, is_open = self._clock.monotonic(), dict(self._open)
        new = [each.job for key, each in is_open.items() if key not in self._written]
        over, held = self._written - is_open.keys(), self._written & is_open.keys()
        if new or over or (held and now - self._held_at >= AGAIN_SECONDS):
            await self._queue.hold_off(new, held, over, HELD_SECONDS)
            self._written, self._held_at = set(is_open), now

    async def aclose(self) -> None:
        """Forget those that were answered; of the rest, another process tells whoever asked."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.save()
        except (StoreError, TimeoutError) as error:
            log.warning("open-questions-not-saved", extra={"why": type(error).__name__})

    async def _news(self) -> None:
        """Wait until something has changed, or what is held has to be held again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS if self._written else None):
                await self._changed.wait()
