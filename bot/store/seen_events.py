"""Which of Slack's events are being answered: claimed here by one process of all."""

from sqlalchemy import delete

from bot.store.database import Database
from bot.store.schema import seen_events as table
from bot.store.transaction import Transaction

KEPT_SECONDS = 2 * 3600.0
"""How long a claim is remembered; Slack's last retry comes after some 5 minutes."""
_SWEEP_EVERY = 100


class SeenEvents:
    """Keeps claims. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._claims = 0

    async def claim(self, key: str, within: float = KEPT_SECONDS) -> bool:
        """Tell whether nobody has claimed `key` for `within` seconds, and claim it then.

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
