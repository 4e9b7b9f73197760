"""What is to be done once and is not to be lost: posts, events of Slack, and what is in hand.

A post is written down before it is sent; one that stays `sending` is one whose fate is not known.
Slack sends an event up to four times. Times are epoch seconds of the database's clock.

What is in hand is noted on this machine's disk before anybody waits, and found there after a kill:
in a file for each process, locked for as long as that lives. It outlives its process and not a
power cut, as nothing waits for the disk: a note costs some microseconds.
"""

import asyncio
import fcntl
import json
import logging
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import ENOSPC
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from cachetools import TTLCache
from sqlalchemy import Double, Executable, bindparam, delete, select, update

from bot.clock import Clock
from bot.store.database import Database, Rows, Transaction
from bot.store.errors import StoreError
from bot.store.schema import NOW, posts, seen_events
from bot.struct import Struct, field

SENDING, CLEAR, POSTED = "sending", "clear", "posted"
KEPT_SECONDS = 2 * 3600.0
"""How long a claim is remembered; Slack's last retry comes after some 5 minutes."""
_SWEEP_EVERY = 100
CLAIM_SECONDS = 1.0
MAX_IDS, MAX_OWED = 50_000, 100
log = logging.getLogger(__name__)


class PostRow(Struct):
    """One post. `clear` was surely not sent; `age` is the seconds since the last try began.

    `channel` and `thread` are where the last try was sent.
    """

    key: str
    state: str
    tries: int
    made: float
    age: float
    channel: str
    ts: str | None
    thread: str | None


class PostRows(Rows):
    """The posts of all replicas; a key is one post for ever, or until it is forgotten."""

    async def get(self, key: str) -> PostRow | None:
        """Return the row of a key."""
        row = (await self._db.fetch(_GET, {"k": key})).mappings().first()
        return PostRow(**row) if row else None

    async def begin(self, key: str, channel: str, thread: str | None, tries: int) -> bool:
        """Record that a try begins; False where somebody else began one since `tries` was read."""
        to = {"k": key, "to": channel, "into": thread}
        if tries == 0:
            return await self._db.change(self._first, to) == 1
        return await self._db.change(_AGAIN, {"t": tries, **to}) == 1

    @cached_property
    def _first(self) -> Executable:
        """The statement that records the first try."""
        row = self._db.insert(posts).values(state=SENDING, tries=1, made=NOW, begun=NOW)
        row = row.values(key=bindparam("k"), channel=bindparam("to"), thread=bindparam("into"))
        return row.on_conflict_do_nothing()

    async def clear(self, key: str, tries: int) -> None:
        """Record that this try surely failed, unless another one has begun since."""
        await self._db.change(_CLEAR, {"k": key, "t": tries})

    async def record(self, key: str, channel: str, ts: str | None) -> None:
        """Record where it stands; None where it is out and nobody knows where."""
        await self._db.change(_RECORD, {"k": key, "to": channel, "at": ts})

    async def forget(self, older_than: float) -> int:
        """Drop what was begun more seconds ago than that; return how many."""
        old = delete(posts).where(posts.c.begun < NOW - older_than)
        return await self._db.change(old)


_THIS = posts.c.key == bindparam("k")
_THIS_TRY = posts.c.tries == bindparam("t")
_AGE = (NOW - posts.c.begun).label("age")
_GET = select(*(_AGE if c is posts.c.begun else c for c in posts.c)).where(_THIS)
_AGAIN = (
    update(posts)
    .where(_THIS, _THIS_TRY, posts.c.state != POSTED)
    .values(state=SENDING, tries=posts.c.tries + 1, begun=NOW)
    .values(channel=bindparam("to"), thread=bindparam("into"))
)
_CLEAR = update(posts).where(_THIS, _THIS_TRY, posts.c.state == SENDING).values(state=CLEAR)
_RECORD = (
    update(posts).where(_THIS).values(state=POSTED, channel=bindparam("to"), ts=bindparam("at"))
)


class SeenEvents:
    """The events that were taken up. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._claims = 0
        self._claim = (
            database.insert(seen_events)
            .values(key=bindparam("k"), at=NOW)
            .on_conflict_do_update(
                index_elements=[seen_events.c.key],
                set_={"at": NOW},
                where=seen_events.c.at <= NOW - bindparam("within", type_=Double),
            )
        )

    async def claim(self, key: str, within: float = KEPT_SECONDS, *owed: str) -> bool:
        """Return whether nobody has claimed `key` for `within` seconds, and claim it then.

        Of several that ask at the same time, in whatever process, one gets True. What is `owed`
        is claimed with it.
        """
        async with self._db.write() as tx:
            await self._sweep(tx)
            for each in owed:
                await tx.change(self._claim, {"k": each, "within": within})
            return await tx.change(self._claim, {"k": key, "within": within}, last=True) == 1

    async def forget(self, key: str) -> None:
        """Give a claim back: what it was for did not come about."""
        await self._db.change(delete(seen_events).where(seen_events.c.key == key))

    async def _sweep(self, tx: Transaction) -> None:
        """Forget old claims now and then."""
        self._claims += 1
        if self._claims % _SWEEP_EVERY == 1:
            await tx.execute(delete(seen_events).where(seen_events.c.at < NOW - KEPT_SECONDS))


class RecentIds:
    """Remembers ids for two hours, unless another time is given, at most 50,000 of them."""

    def __init__(self, clock: Clock, seconds: float = KEPT_SECONDS) -> None:
        self._ids: TTLCache[str, bool] = TTLCache(MAX_IDS, seconds, timer=clock.monotonic)

    def before(self, delivery: str) -> bool:
        """Return whether this id came before, and remember it."""
        if delivery in self._ids:
            return True
        self._ids[delivery] = True
        return False

    def forget(self, delivery: str) -> None:
        """Forget it, as if it had never come."""
        self._ids.pop(delivery, None)


class Deduplication(Struct):
    """Nothing is answered twice: not by this process, nor by another one or after a restart."""

    recent: RecentIds
    seen: SeenEvents
    owed: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_OWED))

    async def is_first(self, key: str, *, within: float = KEPT_SECONDS) -> bool:
        """Claim what `key` names; return whether nobody had it `within` so many seconds.

        A store that is down or slow is no reason not to answer: then this process alone decides,
        and owes the claim until the store takes it with another.
        """
        if self.recent.before(key):
            return False
        owed = tuple(self.owed)
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                is_first = await self.seen.claim(key, within, *owed)
        except (StoreError, TimeoutError) as error:
            log.warning("not-claimed", extra={"why": type(error).__name__})
            self.owed.append(key)
            return True
        for each in {*owed} & {*self.owed}:
            self.owed.remove(each)
        return is_first

    async def forget(self, key: str) -> None:
        """Give a claim back, as far as the store takes it: what it was for did not come about."""
        self.recent.forget(key)
        with suppress(ValueError):
            self.owed.remove(key)
        with suppress(StoreError):
            await self.seen.forget(key)


OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700
MOST_BYTES = 1 << 18  # of notes and crossed out ones; then, or at twice its notes, it is new
MOST_READ = 1 << 24  # bytes; no file of ours is as long
Notes = dict[str, dict[str, Any]]


class LeftNotes(Struct):
    """What another process left: its `notes` by their keys, and the keys that it crossed out.

    A block that takes it over deletes it, unless that fails.
    """

    notes: Notes
    crossed_out: frozenset[str]
    path: Path
    descriptor: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("journal-not-deleted", extra={"why": error.strerror})
        finally:
            os.close(self.descriptor)


class Journal:
    """Notes by their keys, of all who have the store of that name; a disk in trouble is logged.

    A note is crossed out where it stands: a full disk has no room for more.
    """

    def __init__(self, folder: Path, store: str) -> None:
        self._folder = folder
        self._name = f"in-hand-{sha256(store.encode()).hexdigest()[:8]}"
        self._path = folder / f"{self._name}-{uuid4().hex}"
        self._descriptor, self._bytes = -1, 0
        self._lines: dict[str, bytes] = {}
        self._places: dict[str, int] = {}
        self._most = MOST_BYTES
        self._crossed_out = set[str]()

    def __contains__(self, key: str) -> bool:
        return key in self._lines

    def add(self, key: str, note: dict[str, Any]) -> None:
        """Note it."""
        self._lines[key] = json.dumps({"key": key, "note": note}).encode() + b"\n"
        with _logged():
            if self._descriptor < 0 or self._bytes > self._most or self._is_deleted():
                self._begin_anew()
            else:
                self._append(self._descriptor, key)

    def cross_out(self, key: str) -> None:
        """Write that it is over, if it is noted."""
        if key in self._places:
            self._crossed_out.add(key)
        self._overwrite(key, _crossed_out(key))

    def remove(self, key: str) -> None:
        """Take it out, if it is noted, without a word: it may be going on elsewhere."""
        self._overwrite(key, b"")

    def _overwrite(self, key: str, said: bytes) -> None:
        line, place = self._lines.pop(key, b""), self._places.pop(key, None)
        if place is not None:
            with _logged():
                os.pwrite(self._descriptor, said.ljust(len(line) - 1), place)

    def left(self) -> Iterator[LeftNotes]:
        """Go through what processes left that are no more, each locked until its block ends."""
        for path in self._folder.glob(f"{self._name}-*"):
            if left := _left(path):
                yield left

    def close(self) -> None:
        """Close the file; where something is noted still, the next process finds it."""
        if self._descriptor >= 0:
            if not self._lines:
                self._path.unlink(missing_ok=True)
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_deleted(self) -> bool:
        return not os.fstat(self._descriptor).st_nlink

    def _append(self, descriptor: int, key: str) -> None:
        """Write a note behind the others, over one that was cut short."""
        self._places[key] = self._write(descriptor, self._lines[key])

    def _write(self, descriptor: int, line: bytes) -> int:
        place = self._bytes
        if os.pwrite(descriptor, line, place) < len(line):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._bytes += len(line)
        return place

    def _begin_anew(self) -> None:
        """Write what is noted to a new file; it is seen by others only once it is locked.

        What was crossed out since the last one is not forgotten elsewhere yet, perhaps.
        """
        self._folder.mkdir(FOLDER_OWNER_ONLY, parents=True, exist_ok=True)
        new = self._folder / f".{self._path.name}"
        descriptor = os.open(new, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, OWNER_ONLY)
        before = self._descriptor, self._bytes, self._places
        try:
            self._bytes, self._places = 0, {}
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            self._write(descriptor, b"".join(_crossed_out(k) + b"\n" for k in self._crossed_out))
            for key in self._lines:
                self._append(descriptor, key)
            new.replace(self._path)
        except OSError:
            self._bytes, self._places = before[1:]
            os.close(descriptor)
            raise
        self._crossed_out.clear()
        self._most = max(MOST_BYTES, 2 * self._bytes)
        self._descriptor = descriptor
        if before[0] >= 0:
            os.close(before[0])


def _crossed_out(key: str) -> bytes:
    return json.dumps({"key": key}).encode()


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("journal-not-written", extra={"why": error.strerror})


def _left(path: Path) -> LeftNotes | None:
    """Return what stands in a file, locked; None where its process lives, or somebody has it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # it may be a pipe
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return LeftNotes(*_read(os.read(descriptor, MOST_READ)), path, descriptor)
    except OSError:
        pass
    os.close(descriptor)
    return None


def _read(content: bytes) -> tuple[Notes, frozenset[str]]:
    notes: Notes = {}
    crossed_out: set[str] = set()
    for line in content.splitlines():
        with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError):
            read = json.loads(line)  # it may be cut short, or not by us
            key = read["key"]
            if not key.isprintable():
                continue
            if "note" in read:
                notes[key] = {**read["note"]}
            else:
                crossed_out.add(key)
    return notes, frozenset(crossed_out - notes.keys())
