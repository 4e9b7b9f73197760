"""How often a thing may be done, over all replicas.

A bucket is one number: the moment from which on it is full again. Who wants n turns moves it n
intervals on and waits until its own come up (GCRA). Replicas take turns from the row in batches.
"""

import asyncio

from sqlalchemy import Double, bindparam, case, select

from bot.clock import Clock
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.schema import NOW, buckets

BATCH_SECONDS = 0.2
LONGEST_SECONDS = 600.0
_SOON = 0.1
_TURNS = bindparam("turns", type_=Double)


class SharedRate:
    """Keeps a pace together with all who use the same name; alone while the store is away."""

    def __init__(self, db: Database, clock: Clock, name: str, per_second: float) -> None:
        self._db = db
        self._clock = clock
        self._name = name
        self._interval = 1 / per_second
        # what lies further ahead was set by a clock that has been put back since
        ahead = buckets.c.full_at.between(NOW, NOW + LONGEST_SECONDS)
        full_at = case((ahead, buckets.c.full_at), else_=NOW) + _TURNS
        new = db.insert(buckets).values(name=bindparam("bucket"), full_at=NOW + _TURNS)
        self._take = new.on_conflict_do_update(
            index_elements=[buckets.c.name], set_={"full_at": full_at}
        ).returning(buckets.c.full_at - _TURNS - NOW)
        self._lock = asyncio.Lock()
        self._next = self._end = float("-inf")

    async def take(self, turns: int = 1) -> None:
        """Wait until that many more are allowed."""
        length = turns * self._interval
        async with self._lock:
            unused = self._next + length <= self._end
            # turns that nobody took in their time are lost, else they would come as a burst
            if not unused or self._next < self._clock.monotonic() - BATCH_SECONDS:
                await self._more(max(length, BATCH_SECONDS))
            start, self._next = self._next, self._next + length
        if (seconds := start - self._clock.monotonic()) > 0:
            await self._clock.sleep(seconds)

    async def _more(self, length: float) -> None:
        try:
            async with self._db.write() as tx:
                wait = await tx.scalar(self._take, {"bucket": self._name, "turns": length})
        except StoreError:
            wait = self._end - self._clock.monotonic()
        self._next = self._clock.monotonic() + max(0.0, wait)
        self._end = self._next + length


class TokenBucket:
    """So many turns at once, then one every `interval` seconds; nobody waits here.

    `name` says for what; each `what` has turns of its own.
    """

    def __init__(self, db: Database, name: str, *, at_once: int, interval: float) -> None:
        self._db = db
        self._name = name
        self._interval = interval
        self._most = at_once * interval
        # what lies further ahead was set by a clock that has been put back since
        ahead = buckets.c.full_at.between(NOW, NOW + self._most)
        start = case((ahead, buckets.c.full_at), else_=NOW)
        new = db.insert(buckets).values(name=bindparam("bucket"), full_at=NOW + _TURNS)
        self._take = new.on_conflict_do_update(
            index_elements=[buckets.c.name],
            set_={"full_at": start + _TURNS},
            where=start + _TURNS <= NOW + self._most,
        )
        self._wait = select(start + _TURNS - NOW).where(buckets.c.name == bindparam("bucket"))

    async def take(self, what: str, turns: int = 1) -> float:
        """Take them and return 0, or else the seconds until there are so many. Raises StoreError.

        What costs more than there can ever be takes all there can be.
        """
        cost = min(turns * self._interval, self._most)
        values = {"bucket": f"{self._name} {what}", "turns": cost}
        async with self._db.write() as tx:
            if await tx.change(self._take, values):
                return 0.0
            ahead: float = await tx.scalar(self._wait, values)
        return max(_SOON, ahead - self._most)
