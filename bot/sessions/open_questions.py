"""Questions that are being answered, written down so that whoever asked hears where we are killed.

Each is in this machine's journal before Slack hears that we have it. Where the answer takes longer,
it has a job in the store too that would tell them; while we live that is put off again and again,
and once the answer is out it is forgotten. Most answers are out before any job is written.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import isfinite
from typing import Any

from bot.clock import Clock
from bot.slack.messages import Request
from bot.store.errors import StoreError
from bot.store.idempotency import Journal
from bot.store.jobs import JobQueue, NewJob
from bot.struct import Struct, asdict, from_dict

log = logging.getLogger(__name__)

KIND = "interrupted"
GATHER_SECONDS = 0.25
HELD_SECONDS = 30.0
"""How long after our last sign of life whoever asked is told."""
AGAIN_SECONDS = 10.0
LAST_WORDS_SECONDS = 2.0


class OpenQuestion(Struct):
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
        return NewJob(KIND, f"{KIND}:{self.id}", self.note)

    @property
    def note(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


class OpenQuestions:
    """Those of this process."""

    def __init__(self, queue: JobQueue, clock: Clock, journal: Journal) -> None:
        self._queue = queue
        self._clock = clock
        self._journal = journal
        self._taken: Counter[str] = Counter()
        self._open: dict[str, OpenQuestion] = {}
        self._left: dict[str, OpenQuestion] = {}
        self._written: set[str] = set()
        self._held_at = 0.0
        self._changed = asyncio.Event()

    def take(self, asked: Request) -> None:
        """Note a question before it is known whether we are to answer it."""
        self._taken[_key(asked)] += 1
        self._note(self._of(asked))

    def let_go(self, asked: Request) -> None:
        """Let go of it, as often as it was taken: it is begun by now, or not ours to answer."""
        key = _key(asked)
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]
        self._remove(key)

    @contextmanager
    def taking(self, asked: Request) -> Iterator[None]:
        """Take it, and let go of it after the block."""
        self.take(asked)
        try:
            yield
        finally:
            self.let_go(asked)

    def begin(self, asked: Request) -> None:
        """Take care of a question from now on."""
        found = self._of(asked)
        self._note(found)
        self._open[_key(asked)] = found
        self._changed.set()

    def end(self, asked: Request) -> None:
        """Its answer is out, or the asker was told why there is none."""
        self._open.pop(_key(asked), None)
        if _key(asked) not in self._left:
            self._journal.cross_out(_key(asked))
        self._changed.set()

    def leave(self, asked: Request) -> None:
        """Have them told later: Slack took no answer."""
        if found := self._open.pop(_key(asked), None):
            self._left[_key(asked)] = found
            self._changed.set()

    async def run(self) -> None:
        """Take over what is left here, then write down what stays open, until cancelled."""
        while not await self._saved(self.take_over):
            pass
        while True:
            await self._news()
            await self._clock.sleep(GATHER_SECONDS)
            await self._saved(self.save)

    async def take_over(self) -> None:
        """Have those told whose questions died with a process on this machine. Raises StoreError.

        An event that Slack sends again may be answered first.
        """
        for left in self._journal.left():
            with left:
                new = [read.job for read in map(_read, left.notes.values()) if read]
                await self._queue.hold_off(new, (), left.crossed_out, AGAIN_SECONDS)

    async def save(self) -> None:
        """Write down how it stands. Raises StoreError."""
        self._changed.clear()
        now, is_open, left = self._clock.monotonic(), dict(self._open), dict(self._left)
        kept = is_open | left
        new = [each.job for key, each in kept.items() if key not in self._written]
        over, held = self._written - kept.keys(), self._written & is_open.keys()
        if new or over or (held and now - self._held_at >= AGAIN_SECONDS):
            await self._queue.hold_off(new, held, over, HELD_SECONDS)
            self._written, self._held_at = set(is_open), now
        for key in left:
            self._written.discard(key)
            self._left.pop(key)
            self._remove(key)

    async def aclose(self) -> None:
        """Forget those that were answered; of the rest, another process tells whoever asked."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.save()
        except (StoreError, TimeoutError) as error:
            log.warning("open-questions-not-saved", extra={"why": type(error).__name__})
        else:
            for key in self._written:
                self._journal.remove(key)
        self._journal.close()

    async def _saved(self, save: Callable[[], Awaitable[None]]) -> bool:
        try:
            await save()
        except StoreError as error:
            log.warning("open-questions-not-saved", extra={"why": error.kind})
            await self._clock.sleep(GATHER_SECONDS)
            return False
        return True

    def _of(self, asked: Request) -> OpenQuestion:
        since = self._clock.now().timestamp()
        where = (asked.id, asked.user, asked.channel, asked.thread)
        return OpenQuestion(*where, asked.aloud, since)

    def _note(self, found: OpenQuestion) -> None:
        if _key(found) not in self._journal:
            self._journal.add(_key(found), found.note)

    def _remove(self, key: str) -> None:
        if not (key in self._open or key in self._left or self._taken[key]):
            self._journal.remove(key)

    async def _news(self) -> None:
        """Wait until something has changed, or what is held has to be held again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN_SECONDS if self._written else None):
                await self._changed.wait()


def _read(note: dict[str, Any]) -> OpenQuestion | None:
    """Read a note, of another version of this program perhaps; None where that cannot be."""
    try:
        read = from_dict(OpenQuestion, note)
    except ValueError as error:
        log.warning("note-not-read", extra={"error": str(error)})
        return None
    texts = read.id, read.user, read.channel, read.thread or ""
    return read if isfinite(read.since) and "".join(texts).isprintable() else None


def _key(asked: Request | OpenQuestion) -> str:
    return f"{KIND}:{asked.id}"
