"""What was posted once: a row a post, written before it is sent and completed after.

A row that stays `sending` is a post whose fate is not known. Times are epoch seconds of the
database's clock.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from bot.store.database import Database
from bot.store.schema import posts
from bot.store.schema import seen_events as table
from bot.store.transaction import Transaction

SENDING, CLEAR, POSTED = "sending", "clear", "posted"


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post. `clear` was surely not sent; `age` is the seconds since the last try began."""

    key: str
    state: str
    tries: int
    made: float
    age: float
    channel: str
    ts: str | None


class PostRows:
    """Keeps them; a key is one post for ever, or until it is forgotten."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._select = select(
            posts.c.key,
            posts.c.state,
            posts.c.tries,
            posts.c.made,
            (db.now - posts.c.begun).label("age"),
            posts.c.channel,
            posts.c.ts,
        )

    async def get(self, key: str) -> PostRow | None:
        """Return the row of a key."""
        async with self._db.read() as tx:
            found = await tx.execute(self._select.where(posts.c.key == bindparam("k")), {"k": key})
        row = found.first()
        return PostRow(**row._mapping) if row else None  # noqa: SLF001 -- SQLAlchemy's public name

    async def begin(self, key: str, channel: str, tries: int) -> bool:
        """Note that a try begins; False where somebody else began one since `tries` was read."""
        async with self._db.write() as tx:
            if tries == 0:
                return await self._first(key, channel, tx)
            again = (
                update(posts)
                .where(posts.c.key == bindparam("k"), posts.c.tries == bindparam("t"))
                .where(posts.c.state != POSTED)
                .values(state=SENDING, tries=posts.c.tries + 1, begun=self._db.now)
                .values(channel=bindparam("to"))
            )
            return (await tx.execute(again, {"k": key, "t": tries, "to": channel})).rowcount == 1

    async def _first(self, key: str, channel: str, tx: Transaction) -> bool:
        made = {"made": self._db.now, "begun": self._db.now}
        row = self._db.insert(posts).values(
            key=key, state=SENDING, tries=1, channel=channel, **made
        )
        return (await tx.execute(row.on_conflict_do_nothing())).rowcount == 1

    async def clear(self, key: str, tries: int) -> None:
        """Note that this try was surely in vain, unless another one has begun since."""
        mine = update(posts).where(posts.c.key == bindparam("k"), posts.c.tries == bindparam("t"))
        undone = mine.where(posts.c.state == SENDING).values(state=CLEAR)
        async with self._db.write() as tx:
            await tx.execute(undone, {"k": key, "t": tries})

    async def record(self, key: str, channel: str, ts: str | None) -> None:
        """Note where it stands; None where it is out and nobody can tell where."""
        done = update(posts).where(posts.c.key == bindparam("k"))
        async with self._db.write() as tx:
            await tx.execute(done.values(state=POSTED, channel=channel, ts=ts), {"k": key})

    async def forget(self, older_than: float) -> int:
        """Drop what was begun more seconds ago than that; give how many."""
        old = delete(posts).where(posts.c.begun < self._db.now - older_than)
        async with self._db.write() as tx:
            return (await tx.execute(old)).rowcount


KEPT_SECONDS = 2 * 3600.0
"""How long a claim is remembered; Slack's last retry comes after some 5 minutes."""
_SWEEP_EVERY = 100


class SeenEvents:
    """Keeps claims. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._claims = 0

    async def claim(self, key: str, within: float = KEPT_SECONDS) -> bool:
        """Return whether nobody has claimed `key` for `within` seconds, and claim it then.

        Of several that ask at the same time, in whatever process, one is told so.
        """
        fresh = self._db.insert(table).values(key=key, at=self._db.now)
        statement = fresh.on_conflict_do_update(
            index_elements=[table.c.key],
            set_={"at": self._db.now},
            where=table.c.at <= self._db.now - within,
        )
        async with self._db.write() as tx:
            await self._sweep(tx)
            return (await tx.execute(statement)).rowcount == 1

    async def _sweep(self, tx: Transaction) -> None:
        """Forget old claims now and then."""
        self._claims += 1
        if self._claims % _SWEEP_EVERY == 1:
            await tx.execute(delete(table).where(table.c.at < self._db.now - KEPT_SECONDS))
