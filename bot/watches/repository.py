"""Stores watches and, in the same transaction, the jobs that poll, draw and notify for them.

watch:{sid}             one for all watches of a SIM: reads it again and again
watch_card:{id}         draws the card of a watch or of a set; while it waits, later changes are
                        drawn with it
watch:{id}:{n}:{kind}   posts the n-th notice of a watch
watch_set:{id}          posts the one notice of a set: all its watches have ended
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.diagnosis.evidence import State
from bot.sessions.snapshot import Snapshot
from bot.store.database import Record, Transaction
from bot.store.jobs import JobQueue, NewJob
from bot.store.watches import WatchRows
from bot.watches.transitions import Transition, card_due_in
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Watch, WatchCard, WatchOwner


def notice_to_args(notice: Notice, watch_id: str) -> dict[str, Any]:
    """Return the arguments of the notice's job."""
    return {
        "watch": watch_id,
        "kind": notice.kind.value,
        "number": notice.number,
        "before": notice.before.to_json(),
        "after": notice.after.to_json(),
        "at": notice.at.timestamp(),
        "untold": notice.unreported,
        "why": notice.reason,
    }


def notice_from_args(args: Mapping[str, Any]) -> Notice:
    """Return the notice. Raises ValueError or KeyError for what no version ever wrote."""
    return Notice(
        kind=NoticeKind(args["kind"]),
        number=args["number"],
        before=Snapshot.from_json(args["before"]),
        after=Snapshot.from_json(args["after"]),
        at=datetime.fromtimestamp(args["at"], UTC),
        unreported=args.get("untold", 0),
        reason=args.get("why"),
    )


def to_row(watch: Watch) -> dict[str, Any]:
    """Return what is stored of a watch, by column."""
    owner, card = watch.owner, watch.card
    return {
        "id": watch.id,
        "sid": watch.sid,
        "name": watch.name,
        "team": owner.team,
        "enterprise": owner.enterprise,
        "person": owner.person,
        "channel": owner.channel,
        "thread": owner.thread,
        "goal": watch.condition,
        "started": watch.started_at.timestamp(),
        "ends": watch.ends_at.timestamp(),
        "noticed": watch.reported.to_json(),
        "latest": watch.latest.to_json(),
        "checked": watch.read_at.timestamp(),
        "turned": _seconds(watch.changed_at),
        "blind": _seconds(watch.unreachable_since),
        "blind_why": watch.unreachable_reason,
        "told": _seconds(watch.notified_at),
        "untold": watch.unreported,
        "notices": watch.notice_count,
        "ended": _seconds(watch.ended_at),
        "ending": watch.ending,
        "ended_by": watch.ended_by,
        "cards": watch.card_count,
        "card_channel": card.channel if card else None,
        "card_ts": card.ts if card else None,
        "edited": card.edited_at.timestamp() if card else None,
        "drawn": card.fingerprint if card else None,
        "set_id": watch.set_id,
        "account": watch.account,
    }


def from_row(row: Record) -> Watch:
    """Return the watch of a row, also of one that another version wrote."""
    return Watch(
        id=row.id,
        sid=row.sid,
        name=row.name,
        owner=WatchOwner(row.person, row.channel, row.thread, row.team, row.enterprise),
        condition=Condition(row.goal) if row.goal in set(Condition) else Condition.CHANGES,
        started_at=_moment(row.started),
        ends_at=_moment(row.ends),
        reported=_snapshot(row.noticed, row),
        latest=_snapshot(row.latest, row),
        read_at=_moment(row.checked),
        changed_at=_maybe(row.turned),
        unreachable_since=_maybe(row.blind),
        unreachable_reason=row.blind_why,
        notified_at=_maybe(row.told),
        unreported=row.untold,
        notice_count=row.notices,
        ended_at=_maybe(row.ended),
        ending=Ending(row.ending) if row.ending in set(Ending) else None,
        ended_by=row.ended_by,
        card_count=row.cards,
        card=_card(row),
        set_id=row.set_id,
        account=row.account,
    )


def _card(row: Record) -> WatchCard | None:
    if row.card_channel is None:
        return None
    return WatchCard(row.card_channel, row.card_ts, _moment(row.edited or 0), row.drawn or "")


def _snapshot(text: str, row: Record) -> Snapshot:
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


POLL_JOB, CARD_JOB, NOTICE_JOB, SWEEP_JOB = "watch", "watch_card", "watch_notice", "watch_sweep"
SET_JOB = "watch_set"
NOW = timedelta(0)


def poll_key(sid: str) -> str:
    """Return the key of the job that reads a SIM."""
    return f"watch:{sid}"


def card_key(card_id: str) -> str:
    """Return the key of the job that draws a card."""
    return f"watch_card:{card_id}"


def is_told_alone(watch: Watch, notice: Notice) -> bool:
    """Return whether a notice is posted by itself.

    Of a set only what nobody waited for is: that its SIMs come back is shown on the card.
    """
    if watch.set_id is None:
        return True
    return notice.kind is NoticeKind.REACHED and watch.condition is not Condition.ONLINE


class WatchRepository:
    """Writes watches; each method is part of its caller's transaction."""

    def __init__(self, rows: WatchRows, queue: JobQueue) -> None:
        self._rows = rows
        self._queue = queue

    async def open(self, watch: Watch, first_poll: float, tx: Transaction) -> bool:
        """Save a new watch; False where its owner watches this SIM in this place already."""
        if not await self._rows.add(to_row(watch), tx):
            return False
        await self.schedule_poll(watch.sid, tx=tx, delay=first_poll)
        await self._queue.add(NewJob(SWEEP_JOB, SWEEP_JOB, {}, first_poll), tx=tx, anew=True)
        await self.schedule_card(watch.card_id, tx=tx)
        return True

    async def schedule_poll(
        self, *sids: str, tx: Transaction | None = None, delay: float = 0
    ) -> None:
        """Have SIMs polled; a poll that is scheduled already stays as it is."""
        jobs = [NewJob(POLL_JOB, poll_key(sid), {"sid": sid}, delay) for sid in sids]
        await self._queue.add(*jobs, tx=tx, anew=True)

    async def schedule_card(
        self, card_id: str, delay: timedelta = NOW, tx: Transaction | None = None
    ) -> None:
        """Have the card drawn: without a delay at once, else no sooner than is scheduled."""
        job = NewJob(CARD_JOB, card_key(card_id), {"watch": card_id}, delay.total_seconds())
        await self._queue.add(job, tx=tx, anew=True)
        if not delay:
            await self._queue.run_now(job.key, tx)

    async def change(self, watch: Watch, now: datetime, tx: Transaction) -> bool:
        """Save another condition or end of a watch, and have it shown; False where it has ended."""
        await self._queue.lock(card_key(watch.card_id), tx)
        if not await self._rows.save_request(to_row(watch), tx):
            return False
        await self.schedule_card(watch.card_id, card_due_in(watch, now, 0) or NOW, tx)
        return True

    async def save(
        self, before: Watch, step: Transition, tx: Transaction, *, now: datetime, cards: int = 0
    ) -> bool:
        """Save a transition and schedule its notice and card; False where another was first.

        `cards` is how many cards there are in all. Of several watches, the one whose card has the
        lower id goes first: each locks its card's job, and whoever saves cards locks those in this
        order.
        """
        after, notice = step
        await self._queue.lock(card_key(after.card_id), tx)
        if not await self._rows.advance(to_row(before), to_row(after), tx):
            return False
        if notice and is_told_alone(after, notice):
            args = notice_to_args(notice, after.id)
            await self._queue.add(NewJob(NOTICE_JOB, notice.key(after.id), args), tx=tx)
        elif notice and after.set_id and after.ended_at:
            await self._end_set(after.set_id, tx)
        delay = card_due_in(after, now, cards)
        if delay is not None:
            await self.schedule_card(after.card_id, delay, tx)
        return True

    async def _end_set(self, set_id: str, tx: Transaction) -> None:
        """Schedule the notice that a set is over, once the last of its watches has ended."""
        if all(row.ended is not None for row in await self._rows.of_card(set_id, tx)):
            job = NewJob(SET_JOB, f"{SET_JOB}:{set_id}", {"set": set_id})
            await self._queue.add(job, tx=tx)
