"""What is written down of questions: those still open, and what came of each, for the audit.

An open one is noted so that whoever asked hears where we are killed: in this machine's
journal before Slack hears that we have it. Where the answer takes longer, it has a job in the store
too that would tell them; while we live that is put off again and again, and once the answer is out
it is forgotten. Most answers are out before any job is written.

Of each look-up the audit has a line in the log at once, and a row in the store soon: who asked,
where, through what, which SIM was found, how it stood, and the reference of the request. Never what
was typed, and no ICCID, IMEI, cell or location: the rows outlive the look-up by months and are read
by others than those who asked.
"""

import asyncio
import logging
import secrets
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from math import isfinite
from typing import Any, Protocol

from bot.clock import Clock
from bot.errors import BotError
from bot.sessions.handover import LookedUp
from bot.sessions.redaction import redacted_snapshot, shortened
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.slack.messages import Request
from bot.store.errors import StoreError
from bot.store.idempotency import Journal
from bot.store.jobs import JobQueue, NewJob
from bot.store.lookups import OK, Lookup, Lookups
from bot.struct import Struct, asdict, from_dict, replace

log = logging.getLogger(__name__)

KIND = "interrupted"
SAVE_SECONDS = 0.25
HELD_SECONDS = 30.0
"""How long after our last sign of life whoever asked is told."""
HOLD_AGAIN_SECONDS = 10.0
CLOSING_SECONDS = 2.0
_MOST_SAID = 100


class OpenQuestion(Struct):
    """A question that has no answer yet; `since` is when it was asked, in epoch seconds.

    `says` is the beginning of what was typed, on one line, its long numbers shortened; "" where
    something was clicked.
    """

    id: str
    user: str
    channel: str
    thread: str | None
    aloud: bool
    since: float
    says: str = ""

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
        """Drop it, as often as it was taken: it is begun by now, or not ours to answer."""
        key = _key(asked)
        self._taken[key] -= 1
        if not self._taken[key]:
            del self._taken[key]
        self._remove(key)

    @contextmanager
    def taking(self, asked: Request) -> Iterator[None]:
        """Take it, and drop it after the block."""
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
        """Record that its answer is out, or that the asker knows why there is none."""
        self._open.pop(_key(asked), None)
        if _key(asked) not in self._left:
            self._journal.cross_out(_key(asked))
        self._changed.set()

    def leave(self, asked: Request) -> None:
        """Leave it to a later process to notify the asker: Slack took no answer."""
        if found := self._open.pop(_key(asked), None):
            self._left[_key(asked)] = found
            self._changed.set()

    async def run(self) -> None:
        """Take over what is left here, then write down what stays open, until cancelled."""
        while not await self._saved(self.take_over):
            pass
        while True:
            await self._news()
            await self._clock.sleep(SAVE_SECONDS)
            await self._saved(self.save)

    async def take_over(self) -> None:
        """Notify those whose questions died with a process on this machine. Raises StoreError.

        An event that Slack sends again may be answered first.
        """
        for left in self._journal.left():
            with left:
                new = [read.job for read in map(_question, left.notes.values()) if read]
                await self._queue.postpone(new, (), left.crossed_out, HOLD_AGAIN_SECONDS)

    async def save(self) -> None:
        """Write down how it stands. Raises StoreError."""
        self._changed.clear()
        now, is_open, left = self._clock.monotonic(), dict(self._open), dict(self._left)
        kept = is_open | left
        new = [each.job for key, each in kept.items() if key not in self._written]
        over, held = self._written - kept.keys(), self._written & is_open.keys()
        if new or over or (held and now - self._held_at >= HOLD_AGAIN_SECONDS):
            await self._queue.postpone(new, held, over, HELD_SECONDS)
            self._written, self._held_at = set(is_open), now
        for key in left:
            self._written.discard(key)
            self._left.pop(key)
            self._remove(key)

    async def aclose(self) -> None:
        """Forget those that were answered; of the rest, another process tells whoever asked."""
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
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
            await self._clock.sleep(SAVE_SECONDS)
            return False
        return True

    def _of(self, asked: Request) -> OpenQuestion:
        since = self._clock.now().timestamp()
        where = (asked.id, asked.user, asked.channel, asked.thread)
        return OpenQuestion(*where, asked.aloud, since, _says(asked.typed))

    def _note(self, found: OpenQuestion) -> None:
        if _key(found) not in self._journal:
            self._journal.add(_key(found), found.note)

    def _remove(self, key: str) -> None:
        if not (key in self._open or key in self._left or self._taken[key]):
            self._journal.remove(key)

    async def _news(self) -> None:
        """Wait until something has changed, or what is held has to be held again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HOLD_AGAIN_SECONDS if self._written else None):
                await self._changed.wait()


def _question(note: dict[str, Any]) -> OpenQuestion | None:
    """Read a note, of another version of this program perhaps; None where that cannot be."""
    try:
        read = from_dict(OpenQuestion, note)
    except ValueError as error:
        log.warning("note-not-read", extra={"error": str(error)})
        return None
    texts = read.id, read.user, read.channel, read.thread or ""
    is_sound = isfinite(read.since) and "".join(texts).isprintable()
    return replace(read, says=_says(read.says)) if is_sound else None


def _says(typed: str) -> str:
    printable = filter(str.isprintable, " ".join(typed.split()))
    return shortened("".join(printable))[:_MOST_SAID]


def _key(asked: Request | OpenQuestion) -> str:
    return f"{KIND}:{asked.id}"


GATHER_SECONDS = 1.0
AGAIN_SECONDS = 15.0
LAST_WORDS_SECONDS = 5.0
FORGET_SECONDS = 3600.0
AT_ONCE = 500
MOST_WAITING = 20_000


class AskedBy(Struct):
    """Who asks, where and by what; `request` is the reference."""

    request: str
    team: str
    person: str
    channel: str
    thread: str | None
    entry: str


class AuditObserver(Protocol):
    """Counts the rows that the store never got."""

    def audit_lost(self, rows: int) -> None:
        """Count them."""


class Audit:
    """Notes look-ups; `run` keeps them in batches, so that no answer waits for the store.

    While the store is down up to 20,000 rows wait for it; what comes then stands in the log only
    and is counted. Rows older than `retention` seconds are forgotten, at most once an hour. A SIM
    that names no account is of `account`.
    """

    def __init__(
        self,
        lookups: Lookups,
        clock: Clock,
        gaps: AuditObserver,
        *,
        retention: float,
        account: str = "",
    ) -> None:
        self._account = account
        self._lookups = lookups
        self._clock = clock
        self._gaps = gaps
        self._retention = retention
        self._waiting: deque[Lookup] = deque()
        self._forget_at = 0.0
        self._some = asyncio.Event()
        self._writing = asyncio.Lock()

    def note(self, asking: AskedBy, answer: SessionReport | Snapshot | BotError) -> None:
        """Record one look-up and its outcome; a snapshot is how a scan saw the SIM."""
        self._note(to_row(asking, answer, self._clock.now().timestamp(), self._account))

    def note_action(self, asking: AskedBy) -> None:
        """Record something done that is no look-up; `entry` says what."""
        self._note(to_row(asking, None, self._clock.now().timestamp(), self._account))

    def _note(self, row: Lookup) -> None:
        about = {"entry": row.entry, "sim": row.sim, "outcome": row.outcome}
        about |= {"account": row.account} if row.account else {}
        log.info("looked-up", extra=about | {"thread_ts": row.thread})
        if len(self._waiting) >= MOST_WAITING:
            self._gaps.audit_lost(1)
            return
        self._waiting.append(row)
        self._some.set()

    async def run(self) -> None:
        """Store what is recorded, and forget what is old, until cancelled."""
        while True:
            await self._some.wait()
            await self._clock.sleep(GATHER_SECONDS)
            try:
                await self.flush()
                await self._forget()
            except StoreError as error:
                extra = {"rows": len(self._waiting), "why": error.kind}
                log.warning("audit-waits-for-the-store", extra=extra)
                await self._clock.sleep(AGAIN_SECONDS)

    async def flush(self) -> None:
        """Keep what waits now. Raises StoreError."""
        async with self._writing:
            while self._waiting:
                batch = list(islice(self._waiting, AT_ONCE))
                await self._lookups.add(batch)
                for _ in batch:
                    self._waiting.popleft()
            self._some.clear()

    async def in_thread(
        self, channel: str, thread: str, accounts: frozenset[str]
    ) -> tuple[LookedUp, ...]:
        """Return what was looked up in a thread and found, oldest first, of these accounts.

        Raises StoreError.
        """
        await self.flush()
        rows = await self._lookups.in_thread(channel, thread)
        return tuple(_read(row) for row in rows if row.snapshot and row.account in accounts)

    async def aclose(self) -> None:
        """Keep what still waits, for a few seconds; what is lost is counted and logged."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.flush()
        except (StoreError, TimeoutError) as error:
            self._gaps.audit_lost(len(self._waiting))
            log.warning("audit-lost", extra={"rows": len(self._waiting), "why": repr(error)})

    async def _forget(self) -> None:
        now = self._clock.now().timestamp()
        if now >= self._forget_at:
            await self._lookups.forget(now - self._retention)
            self._forget_at = now + FORGET_SECONDS


def _read(row: Lookup) -> LookedUp:
    snapshot = Snapshot.from_json(row.snapshot or "")
    return LookedUp(datetime.fromtimestamp(row.at, UTC), row.person, snapshot, row.request)


def to_row(
    asking: AskedBy,
    answer: SessionReport | Snapshot | BotError | None,
    at: float,
    account: str,
) -> Lookup:
    """Return the row of what somebody did; without an answer it was no look-up.

    A SIM that names no account is of `account`.
    """
    snapshot, outcome = None, OK
    if isinstance(answer, BotError):
        outcome = answer.kind
    elif answer is not None:
        seen = answer if isinstance(answer, Snapshot) else snapshot_of(answer)
        snapshot = redacted_snapshot(seen)
    return Lookup(
        id=secrets.token_hex(8),
        at=at,
        request=asking.request,
        team=asking.team,
        person=asking.person,
        channel=asking.channel,
        thread=asking.thread,
        entry=asking.entry,
        outcome=outcome,
        sim=snapshot.sid if snapshot else None,
        name=snapshot.name if snapshot else None,
        snapshot=snapshot.to_json() if snapshot else None,
        account=(snapshot and snapshot.account) or account,
    )
