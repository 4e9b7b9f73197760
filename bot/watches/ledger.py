"""Saves how watches go on, and in the same transaction the jobs that tell people of it.

watch:{sid}             one for all watches of a SIM: reads it again and again
watch_card:{id}         draws a watch's card; while it waits, what else happens is drawn with it
watch:{id}:{n}:{kind}   tells the n-th notice of a watch
"""

from datetime import datetime, timedelta

from bot.store.jobs import JobQueue, NewJob
from bot.store.transaction import Transaction
from bot.store.watches import WatchRows
from bot.watches.carding import redraw_in
from bot.watches.judging import Judged
from bot.watches.notices import to_args
from bot.watches.rows import to_row
from bot.watches.watch import Watch

LOOK, CARD, NOTICE, SWEEP = "watch", "watch_card", "watch_notice", "watch_sweep"
NOW = timedelta(0)


def look_key(sid: str) -> str:
    """Name the job that reads a SIM."""
    return f"watch:{sid}"


def card_key(watch_id: str) -> str:
    """Name the job that draws a card."""
    return f"watch_card:{watch_id}"


class Ledger:
    """Writes watches; each method is part of its caller's transaction."""

    def __init__(self, rows: WatchRows, queue: JobQueue) -> None:
        self._rows = rows
        self._queue = queue

    async def open(self, watch: Watch, first_look: float, tx: Transaction) -> bool:
        """Save a new watch; False where the person watches this SIM in this place already."""
        if not await self._rows.add(to_row(watch), tx):
            return False
        await self.look(watch.sid, tx=tx, delay=first_look)
        await self._queue.add(NewJob(SWEEP, SWEEP, {}, first_look), tx=tx, anew=True)
        await self.draw(watch.id, tx=tx)
        return True

    async def look(self, *sids: str, tx: Transaction | None = None, delay: float = 0) -> None:
        """See to it that SIMs are read; those that are read already go on as they do."""
        jobs = [NewJob(LOOK, look_key(sid), {"sid": sid}, delay) for sid in sids]
        await self._queue.add(*jobs, tx=tx, anew=True)

    async def draw(
        self, watch_id: str, delay: timedelta = NOW, tx: Transaction | None = None
    ) -> None:
        """Have the card drawn; one that is due to be drawn already is left at that."""
        job = NewJob(CARD, card_key(watch_id), {"watch": watch_id}, delay.total_seconds())
        await self._queue.add(job, tx=tx, anew=True)

    async def wish(self, watch: Watch, now: datetime, tx: Transaction) -> None:
        """Save another goal or end of an open watch, and have it shown."""
        await self._rows.wish(to_row(watch), tx)
        await self.draw(watch.id, redraw_in(watch, now, 0) or NOW, tx)

    async def advance(
        self, before: Watch, step: Judged, tx: Transaction, *, now: datetime, cards: int = 0
    ) -> bool:
        """Save a step and have it told and drawn; False where somebody else was first.

        `cards` is how many cards there are in all.
        """
        after, notice = step
        if not await self._rows.advance(to_row(before), to_row(after), tx):
            return False
        if notice:
            job = NewJob(NOTICE, notice.key(after.id), to_args(notice, after.id))
            await self._queue.add(job, tx=tx)
        delay = redraw_in(after, now, cards)
        if delay is not None:
            await self.draw(after.id, delay, tx)
        return True
