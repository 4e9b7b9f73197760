"""What the jobs of watches work with."""

import logging
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.jobs.watch_posts import WatchPosts
from bot.store.posts import PostRows
from bot.store.transaction import Transaction
from bot.store.watches import WatchRows
from bot.watches.ledger import Ledger
from bot.watches.polling import Polling
from bot.watches.watch import Ending

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WatchWork:
    """Each is ready for use. `keep` is how many seconds what has ended is kept."""

    rows: WatchRows
    ledger: Ledger
    polling: Polling
    posts: WatchPosts
    made: PostRows
    clock: Clock
    keep: float = 40 * 86400.0

    async def untold(self, watch_id: str, why: str, tx: Transaction) -> None:
        """End a watch that nobody can be told of."""
        row = await self.rows.get(watch_id, tx)
        if row is None or row.ended is not None:
            return
        log.warning("watch-untold", extra={"watch": watch_id, "why": why})
        ended = replace(row, ended=self.clock.now().timestamp(), ending=Ending.UNTOLD)
        await self.rows.advance(row, ended, tx)
