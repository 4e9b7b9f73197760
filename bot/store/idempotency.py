"""What is to be done once: posts, written down before they are sent, and events of Slack.

A post that stays `sending` is one whose fate is not known. Times are epoch seconds of the
database's clock. Slack sends an event up to four times.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress

from cachetools import TTLCache
from sqlalchemy import bindparam, delete, select, update

from bot.clock import Clock
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.schema import NOW, posts, seen_events
from bot.store.transaction import Transaction
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


class PostRows:
    """The posts of all replicas; a key is one post for ever, or until it is forgotten."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, key: str) -> PostRow | None:
        """Return the row of a key."""
        async with self._db.read() as tx:
            row = (await tx.execute(_GET, {"k": key})).mappings().first()
        return PostRow(**row) if row else None

    async def begin(self, key: str, channel: str, thread: str | None, tries: int) -> bool:
        """Record that a try begins; False where somebody else began one since `tries` was read."""
        to = {"to": channel, "into": thread}
        async with self._db.write() as tx:
            if tries == 0:
                return await self._first(key, channel, thread, tx)
            return await tx.change(_AGAIN, {"k": key, "t": tries, **to}) == 1

    async def _first(self, key: str, channel: str, thread: str | None, tx: Transaction) -> bool:
        to = {"channel": channel, "thread": thread, "made": NOW, "begun": NOW}
        row = self._db.insert(posts).values(key=key, state=SENDING, tries=1, **to)
        return await tx.change(row.on_conflict_do_nothing()) == 1

    async def clear(self, key: str, tries: int) -> None:
        """Record that this try was surely in vain, unless another one has begun since."""
        async with self._db.write() as tx:
            await tx.execute(_CLEAR, {"k": key, "t": tries})

    async def record(self, key: str, channel: str, ts: str | None) -> None:
        """Record where it stands; None where it is out and nobody knows where."""
        async with self._db.write() as tx:
            await tx.execute(_RECORD, {"k": key, "to": channel, "at": ts})

    async def forget(self, older_than: float) -> int:
        """Drop what was begun more seconds ago than that; return how many."""
        old = delete(posts).where(posts.c.begun < NOW - older_than)
        async with self._db.write() as tx:
            return await tx.change(old)


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

    async def claim(self, key: str, within: float = KEPT_SECONDS, *owed: str) -> bool:
        """Return whether nobody has claimed `key` for `within` seconds, and claim it then.

        Of several that ask at the same time, in whatever process, one gets True. What is `owed`
        is claimed with it.
        """
        fresh = self._db.insert(seen_events).values(key=bindparam("k"), at=NOW)
        statement = fresh.on_conflict_do_update(
            index_elements=[seen_events.c.key],
            set_={"at": NOW},
            where=seen_events.c.at <= NOW - within,
        )
        async with self._db.write() as tx:
            await self._sweep(tx)
            for each in owed:
                await tx.change(statement, {"k": each})
            return await tx.change(statement, {"k": key}) == 1

    async def forget(self, key: str) -> None:
        """Give a claim back: what it was for did not come about."""
        async with self._db.write() as tx:
            await tx.execute(delete(seen_events).where(seen_events.c.key == key))

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
