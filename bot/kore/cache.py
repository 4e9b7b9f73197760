"""The cache of KORE's answers: compressed by key, fetches shared, stale answers on error.

Compressed because a parsed session weighs twenty times as much; bounded by bytes, not by count.
A few that were just read again stay parsed: in an incident several people ask for one SIM.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

import zstandard
from cachetools import LRUCache, TTLCache

from bot.clock import Clock
from bot.errors import first_sentence
from bot.kore.errors import (
    KoreBadAnswer,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.struct import Struct

T = TypeVar("T")


class KoreObserver(Protocol):
    """What the client tells of itself: each call is one event; labels are few and bounded."""

    def asked(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Count one HTTP request: `outcome` is the status or the error's name."""

    def cached(self, what: str, outcome: str) -> None:
        """Count an asking of the cache for `what`: hit, miss, joined, negative or stale."""

    def skipped_row(self, endpoint: str) -> None:
        """Count a row that could not be read and was left out."""

    def circuit(self, *, is_open: bool) -> None:
        """Record that the circuit opened or closed."""


class NullObserver:
    """Counts nothing."""

    def asked(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Ignore it."""

    def cached(self, what: str, outcome: str) -> None:
        """Ignore it."""

    def skipped_row(self, endpoint: str) -> None:
        """Ignore it."""

    def circuit(self, *, is_open: bool) -> None:
        """Ignore it."""


class Fetched(Struct, Generic[T]):
    """A value with its age: `as_of` is when KORE was asked for it.

    `stale` means that KORE was asked again and gave nothing newer; `why_stale` is a sentence that
    says why. `unsearched` are the accounts, of several, that may have another one of that name.
    """

    value: T
    as_of: datetime
    stale: bool = False
    skipped_rows: int = 0
    why_stale: str = ""
    unsearched: tuple[str, ...] = ()


class SingleFlight(Generic[T]):
    """One task per key; who stops waiting does not stop it, and its failure reaches all."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}

    def has(self, key: Hashable) -> bool:
        """Return whether a task for that key is under way."""
        return key in self._tasks

    def join(self, key: Hashable, do: Callable[[], Coroutine[Any, Any, T]]) -> "asyncio.Future[T]":
        """Return a future of the task under way, or of a new one. Cancelling it cancels no task."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(do())
            task.add_done_callback(lambda done: self._ended(key, done))
        return asyncio.shield(task)

    async def close(self) -> None:
        """Cancel all tasks and wait for their end."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._tasks[key]
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio complains when every waiter has gone


TEMPORARY = (KoreUnavailable, KoreRateLimited, KoreBadAnswer)
SLOW = "KORE is slow to answer."
ENTRY_OVERHEAD = 400
MAX_NEGATIVES = 10_000
RECENT_VALUES = 16
RECENT_BYTES = 1 << 16
_compressor = zstandard.ZstdCompressor(level=1)
_decompressor = zstandard.ZstdDecompressor()


class CachePolicy(Struct):
    """How one kind of answer is cached: seconds it is fresh, seconds it may serve as stale, bytes.

    With `max_bytes` 0 nothing is cached, and no fetch is shared. `patience` is how long a caller
    waits for a fetch where a stale answer is there.
    """

    name: str
    fresh_for: float
    keep_for: float
    max_bytes: int
    negative_for: float = 20.0
    patience: float = 2.5


class FetchResult(Struct, Generic[T]):
    """The result of a fetch: the value, and the bodies it was read from."""

    value: T
    bodies: tuple[bytes, ...]
    skipped: int = 0


class CacheEntry(Struct):
    """A cached answer: the bodies compressed, its age, and until when it is fresh."""

    frames: tuple[bytes, ...]
    as_of: datetime
    fresh_until: float
    skipped: int

    @property
    def weight(self) -> int:
        """Bytes it takes, roughly."""
        return sum(map(len, self.frames)) + ENTRY_OVERHEAD


class Cache(Generic[T]):
    """One kind of answer by key. `read` turns cached bodies into the value again."""

    def __init__(
        self,
        policy: CachePolicy,
        read: Callable[[tuple[bytes, ...]], T],
        *,
        clock: Clock,
        observer: KoreObserver,
    ) -> None:
        self._policy = policy
        self._read = read
        self._clock = clock
        self._observer = observer
        self._fetches: SingleFlight[Fetched[T]] = SingleFlight()
        self._entries: TTLCache[str, CacheEntry] = TTLCache(
            policy.max_bytes,
            policy.keep_for,
            timer=clock.monotonic,
            getsizeof=attrgetter("weight"),
        )
        self._missing: TTLCache[str, int | None] = TTLCache(
            MAX_NEGATIVES, policy.negative_for, timer=clock.monotonic
        )
        self._recent: LRUCache[str, tuple[CacheEntry, T]] = LRUCache(RECENT_VALUES)

    async def get(
        self,
        key: str,
        fetch: Callable[[], Coroutine[Any, Any, FetchResult[T]]],
        *,
        fresh: bool = False,
    ) -> Fetched[T]:
        """Return the cached value, join the fetch under way, or fetch; `fresh` skips the cache.

        When KORE fails or takes longer than the policy's patience, a cached value is stale.
        """
        if not self._policy.max_bytes:
            return await self._uncached(fetch)
        entry = self._entries.get(key)
        if not fresh:
            if entry is not None and self._clock.monotonic() < entry.fresh_until:
                return self._read_entry(key, entry, "hit")
            if key in self._missing:
                self._observer.cached(self._policy.name, "negative")
                raise KoreNotFound(status=self._missing[key])
        joined = self._fetches.has(key)
        self._observer.cached(self._policy.name, "joined" if joined else "miss")
        if entry is not None:
            return await self._or_stale(key, fetch, entry)
        # not held by a name: a failure holds the frames that it passes, and would hold itself
        return await self._fetches.join(key, lambda: self._fetch(key, fetch))

    def alias(self, key: str, other: str) -> None:
        """Cache under `other` too what is cached under `key`."""
        entry = self._entries.get(key)
        if entry is not None and other != key:
            self._entries[other] = entry

    @property
    def weight(self) -> int:
        """Bytes cached now, roughly."""
        return int(self._entries.currsize)

    async def close(self) -> None:
        """Stop the fetches under way."""
        await self._fetches.close()

    async def _uncached(
        self, fetch: Callable[[], Coroutine[Any, Any, FetchResult[T]]]
    ) -> Fetched[T]:
        as_of = self._clock.now()
        answer = await fetch()
        return Fetched(answer.value, as_of, skipped_rows=answer.skipped)

    async def _or_stale(
        self, key: str, fetch: Callable[[], Coroutine[Any, Any, FetchResult[T]]], entry: CacheEntry
    ) -> Fetched[T]:
        try:
            async with asyncio.timeout(self._policy.patience):
                return await self._fetches.join(key, lambda: self._fetch(key, fetch))
        except TimeoutError:
            return self._read_entry(key, entry, "stale", why=SLOW)
        except TEMPORARY as error:
            return self._read_entry(key, entry, "stale", why=first_sentence(error.sentence))

    def _read_entry(self, key: str, entry: CacheEntry, outcome: str, why: str = "") -> Fetched[T]:
        self._observer.cached(self._policy.name, outcome)
        recent = self._recent.get(key)
        if recent and recent[0] is entry:
            value = recent[1]
        else:
            bodies = tuple(map(_decompressor.decompress, entry.frames))
            value = self._read(bodies)
            if sum(map(len, bodies)) <= RECENT_BYTES:
                self._recent[key] = entry, value
        return Fetched(value, entry.as_of, bool(why), entry.skipped, why)

    async def _fetch(
        self, key: str, fetch: Callable[[], Coroutine[Any, Any, FetchResult[T]]]
    ) -> Fetched[T]:
        as_of = self._clock.now()
        try:
            answer = await fetch()
        except KoreNotFound as error:
            self._entries.pop(key, None)
            self._missing[key] = error.status
            raise
        self._missing.pop(key, None)
        self._store(key, answer, as_of)
        return Fetched(answer.value, as_of, skipped_rows=answer.skipped)

    def _store(self, key: str, answer: FetchResult[T], as_of: datetime) -> None:
        fresh_until = self._clock.monotonic() + self._policy.fresh_for
        frames = tuple(map(_compressed, answer.bodies))
        entry = CacheEntry(frames, as_of, fresh_until, answer.skipped)
        if entry.weight <= self._policy.max_bytes:
            self._entries[key] = entry


def _compressed(body: bytes) -> bytes:
    """Compress, copied to size: the compressor's own buffer is twice as large."""
    return bytes(memoryview(_compressor.compress(body)))
