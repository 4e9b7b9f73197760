"""Saves how watches go on, and in the same transaction the jobs that tell people of it.

watch:{sid}             one for all watches of a SIM: reads it again and again
watch_card:{id}         draws a watch's card; while it waits, what else happens is drawn with it
watch:{id}:{n}:{kind}   tells the n-th notice of a watch
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.diagnosis.state import State
from bot.sessions.snapshot import Snapshot
from bot.store.jobs import JobQueue, NewJob
from bot.store.transaction import Transaction
from bot.store.watches import WatchRow, WatchRows
from bot.watches.transitions import Judged, redraw_in
from bot.watches.watch import Asker, Card, Condition, Ending, Notice, NoticeKind, Watch


def to_args(notice: Notice, watch_id: str) -> dict[str, Any]:
    """Return the arguments."""
    return {
        "watch": watch_id,
        "kind": notice.kind.value,
        "number": notice.number,
        "before": notice.before.to_json(),
        "after": notice.after.to_json(),
        "at": notice.at.timestamp(),
        "untold": notice.untold,
        "why": notice.why,
    }


def from_args(args: Mapping[str, Any]) -> Notice:
    """Return the notice. Raises ValueError or KeyError for what no version ever wrote."""
    return Notice(
        kind=NoticeKind(args["kind"]),
        number=args["number"],
        before=Snapshot.from_json(args["before"]),
        after=Snapshot.from_json(args["after"]),
        at=datetime.fromtimestamp(args["at"], UTC),
        untold=args.get("untold", 0),
        why=args.get("why"),
    )


def to_row(watch: Watch) -> WatchRow:
    """Return the row of a watch."""
    asker, card = watch.asker, watch.card
    return WatchRow(
        id=watch.id,
        sid=watch.sid,
        name=watch.name,
        team=asker.team,
        enterprise=asker.enterprise,
        person=asker.person,
        channel=asker.channel,
        thread=asker.thread,
        goal=watch.goal,
        started=watch.started.timestamp(),
        ends=watch.ends.timestamp(),
        noticed=watch.noticed.to_json(),
        latest=watch.latest.to_json(),
        checked=watch.checked.timestamp(),
        turned=_seconds(watch.turned),
        blind=_seconds(watch.blind),
        blind_why=watch.blind_why,
        told=_seconds(watch.told),
        untold=watch.untold,
        notices=watch.notices,
        ended=_seconds(watch.ended),
        ending=watch.ending,
        ended_by=watch.ended_by,
        cards=watch.cards,
        card_channel=card.channel if card else None,
        card_ts=card.ts if card else None,
        edited=card.edited.timestamp() if card else None,
        drawn=card.drawn if card else None,
    )


def from_row(row: WatchRow) -> Watch:
    """Return the watch of a row, also of one that another version wrote."""
    return Watch(
        id=row.id,
        sid=row.sid,
        name=row.name,
        asker=Asker(row.person, row.channel, row.thread, row.team, row.enterprise),
        goal=Condition(row.goal) if row.goal in set(Condition) else Condition.CHANGES,
        started=_moment(row.started),
        ends=_moment(row.ends),
        noticed=_snapshot(row.noticed, row),
        latest=_snapshot(row.latest, row),
        checked=_moment(row.checked),
        turned=_maybe(row.turned),
        blind=_maybe(row.blind),
        blind_why=row.blind_why,
        told=_maybe(row.told),
        untold=row.untold,
        notices=row.notices,
        ended=_maybe(row.ended),
        ending=Ending(row.ending) if row.ending in set(Ending) else None,
        ended_by=row.ended_by,
        cards=row.cards,
        card=_card(row),
    )


def _card(row: WatchRow) -> Card | None:
    if row.card_channel is None:
        return None
    return Card(row.card_channel, row.card_ts, _moment(row.edited or 0), row.drawn or "")


def _snapshot(text: str, row: WatchRow) -> Snapshot:
    try:
        return Snapshot.from_json(text)
    except ValueError:
        return Snapshot(row.sid, row.name, _moment(row.checked), State.UNKNOWN)


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)


LOOK, CARD, NOTICE, SWEEP = "watch", "watch_card", "watch_notice", "watch_sweep"
NOW = timedelta(0)


def look_key(sid: str) -> str:
    """Name the job that reads a SIM."""
    return f"watch:{sid}"


def card_key(watch_id: str) -> str:
    """Name the job that draws a card."""
    return f"watch_card:{watch_id}"


class WatchRepository:
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
        await self._queue.lock(card_key(watch.id), tx)
        await self._rows.wish(to_row(watch), tx)
        await self.draw(watch.id, redraw_in(watch, now, 0) or NOW, tx)

    async def advance(
        self, before: Watch, step: Judged, tx: Transaction, *, now: datetime, cards: int = 0
    ) -> bool:
        """Save a step and have it told and drawn; False where somebody else was first.

        `cards` is how many cards there are in all. Of several watches, the one with the lower id
        goes first: each locks its card's job, and whoever saves cards locks those in this order.
        """
        after, notice = step
        await self._queue.lock(card_key(after.id), tx)
        if not await self._rows.advance(to_row(before), to_row(after), tx):
            return False
        if notice:
            job = NewJob(NOTICE, notice.key(after.id), to_args(notice, after.id))
            await self._queue.add(job, tx=tx)
        delay = redraw_in(after, now, cards)
        if delay is not None:
            await self.draw(after.id, delay, tx)
        return True
