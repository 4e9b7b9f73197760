"""What KORE said, kept small: packed bytes by key, shared fetches, stale answers on error.

Packed because a parsed session weighs twenty times as much; bounded by bytes, not by count.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import zstandard
from cachetools import TTLCache

from bot.clock import Clock
from bot.kore.errors import (
    KoreBadAnswer,
    KoreError,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.kore.observer import Observer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """`as_of` is when KORE said it; `stale` means that KORE was asked again and gave nothing newer.

    `why_stale` is a sentence that says why.
    """

    value: T
    as_of: datetime
    stale: bool = False
    skipped_rows: int = 0
    why_stale: str = ""


class SingleFlight(Generic[T]):
    """One task per key; who stops waiting does not stop it, and its failure reaches all."""

    def __init__(self) -> None:
        self._flying: dict[Hashable, asyncio.Task[T]] = {}

    def flying(self, key: Hashable) -> bool:
        """Return whether that key is being done now."""
        return key in self._flying

    def join(self, key: Hashable, do: Callable[[], Coroutine[Any, Any, T]]) -> "asyncio.Future[T]":
        """Return what to await: the doing under way, or a new one. Cancelling it cancels nobody."""
        task = self._flying.get(key)
        if task is None:
            task = self._flying[key] = asyncio.create_task(do())
            task.add_done_callback(lambda done: self._landed(key, done))
        return asyncio.shield(task)

    async def close(self) -> None:
        """Cancel all that flies and wait until it is down."""
        tasks = list(self._flying.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _landed(self, key: Hashable, task: asyncio.Task[T]) -> None:
        del self._flying[key]
        if not task.cancelled():
            task.exception()  # retrieved, or asyncio complains when every waiter has gone


PASSING = (KoreUnavailable, KoreRateLimited, KoreBadAnswer)
SLOW = "KORE takes long to answer."
ENTRY_OVERHEAD = 400
MOST_NEGATIVES = 10_000
_compressor = zstandard.ZstdCompressor(level=1)
_decompressor = zstandard.ZstdDecompressor()


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """How one kind of answer is kept: seconds it is fresh, seconds it may serve as stale, bytes.

    Without bytes nothing is kept, and nobody shares a fetch.
    """

    name: str
    fresh_for: float
    keep_for: float
    max_bytes: int
    negative_for: float = 20.0
    patience: float = 2.5


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a fetch brings: the value, and the bodies it was read from."""

    value: T
    bodies: tuple[bytes, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What stays: the bodies packed, when KORE said so, and until when that is fresh."""

    frames: tuple[bytes, ...]
    as_of: datetime
    fresh_until: float
    skipped: int

    @property
    def weight(self) -> int:
        """Bytes it takes, by and large."""
        return sum(map(len, self.frames)) + ENTRY_OVERHEAD


class Cache(Generic[T]):
    """One kind of answer by key. `read` turns kept bodies into the value again."""

    def __init__(
        self,
        shelf: CachePolicy,
        read: Callable[[tuple[bytes, ...]], T],
        *,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._shelf = shelf
        self._read = read
        self._clock = clock
        self._observer = observer
        self._flights: SingleFlight[Fetched[T]] = SingleFlight()
        self._kept: TTLCache[str, CacheEntry] = TTLCache(
            shelf.max_bytes, shelf.keep_for, timer=clock.monotonic, getsizeof=_weight
        )
        self._missing: TTLCache[str, KoreNotFound] = TTLCache(
            MOST_NEGATIVES, shelf.negative_for, timer=clock.monotonic
        )

    async def get(
        self,
        key: str,
        fetch: Callable[[], Coroutine[Any, Any, Answer[T]]],
        *,
        fresh: bool = False,
    ) -> Fetched[T]:
        """Return the kept value, join the fetch under way, or fetch; `fresh` skips what is kept.

        When KORE fails or takes longer than the shelf's patience, what is kept is given as stale.
        """
        if not self._shelf.max_bytes:
            return await self._past(fetch)
        kept = self._kept.get(key)
        if not fresh:
            if kept is not None and self._clock.monotonic() < kept.fresh_until:
                return self._give(kept, "hit")
            if key in self._missing:
                self._observer.cached(self._shelf.name, "negative")
                raise KoreNotFound(status=self._missing[key].status)
        joined = self._flights.flying(key)
        self._observer.cached(self._shelf.name, "joined" if joined else "miss")
        landing = self._flights.join(key, lambda: self._fetch(key, fetch))
        return await (landing if kept is None else self._or_stale(landing, kept))

    def alias(self, key: str, other: str) -> None:
        """Keep under `other` too what is kept under `key`."""
        kept = self._kept.get(key)
        if kept is not None and other != key:
            self._kept[other] = kept

    @property
    def weight(self) -> int:
        """Bytes kept now, by and large."""
        return int(self._kept.currsize)

    async def close(self) -> None:
        """Stop the fetches under way."""
        await self._flights.close()

    async def _past(self, fetch: Callable[[], Coroutine[Any, Any, Answer[T]]]) -> Fetched[T]:
        as_of = self._clock.now()
        answer = await fetch()
        return Fetched(answer.value, as_of, skipped_rows=answer.skipped)

    async def _or_stale(
        self, landing: "asyncio.Future[Fetched[T]]", kept: CacheEntry
    ) -> Fetched[T]:
        try:
            async with asyncio.timeout(self._shelf.patience):
                return await landing
        except TimeoutError:
            return self._give(kept, "stale", why=SLOW)
        except PASSING as error:
            return self._give(kept, "stale", why=_first_sentence(error))

    def _give(self, kept: CacheEntry, outcome: str, why: str = "") -> Fetched[T]:
        self._observer.cached(self._shelf.name, outcome)
        value = self._read(tuple(map(_decompressor.decompress, kept.frames)))
        return Fetched(value, kept.as_of, bool(why), kept.skipped, why)

    async def _fetch(
        self, key: str, fetch: Callable[[], Coroutine[Any, Any, Answer[T]]]
    ) -> Fetched[T]:
        as_of = self._clock.now()
        try:
            answer = await fetch()
        except KoreNotFound as error:
            self._kept.pop(key, None)
            self._missing[key] = error
            raise
        self._missing.pop(key, None)
        self._keep(key, answer, as_of)
        return Fetched(answer.value, as_of, skipped_rows=answer.skipped)

    def _keep(self, key: str, answer: Answer[T], as_of: datetime) -> None:
        fresh_until = self._clock.monotonic() + self._shelf.fresh_for
        frames = tuple(map(_packed, answer.bodies))
        kept = CacheEntry(frames, as_of, fresh_until, answer.skipped)
        if kept.weight <= self._shelf.max_bytes:
            self._kept[key] = kept


def _first_sentence(error: KoreError) -> str:
    """Leave out what to do about it: the old answer is what was done."""
    return error.sentence.partition(". ")[0].removesuffix(".") + "."


def _weight(kept: CacheEntry) -> int:
    return kept.weight


def _packed(body: bytes) -> bytes:
    """Compress, copied to size: the compressor's own buffer is twice as large."""
    return bytes(memoryview(_compressor.compress(body)))
