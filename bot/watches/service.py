"""Begins, extends, stops and lists watches for the people who ask."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.diagnosis.evidence import State
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.sims.identifier import quoted
from bot.store.database import Database, Record, Transaction
from bot.store.watches import WatchRows
from bot.struct import Struct, replace
from bot.watches.repository import WatchRepository, from_row, to_row
from bot.watches.transitions import NO_ANSWER, read_at, stop
from bot.watches.watch import (
    DEFAULT_DURATION,
    Condition,
    NothingToWaitFor,
    NotWatched,
    TooManyWatches,
    Watch,
    WatchOwner,
)

NAMED = 5
ID_BYTES = 8


class WatchLimits(Struct):
    """How many watches may be open, how long one may last, how soon its SIM is read (seconds)."""

    per_person: int = 50
    per_channel: int = 100
    longest: timedelta = timedelta(days=7)
    first_poll: float = 30.0


class BegunWatch(Struct):
    """A watch that was begun, or one that was open already and is `extended`."""

    watch: Watch
    extended: bool


class WatchService:
    """The service. Every method may raise StoreError. A SIM that names no account is of `account`.

    What is listed is of the accounts that whoever reads it may see.
    """

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        db: Database,
        rows: WatchRows,
        repository: WatchRepository,
        clock: Clock,
        limits: WatchLimits,
        *,
        account: str = "",
    ) -> None:
        self._account = account
        self._db = db
        self._rows = rows
        self._repository = repository
        self._clock = clock
        self.limits = limits

    async def begin(
        self,
        owner: WatchOwner,
        report: SessionReport,
        condition: Condition | None = None,
        duration: timedelta | None = None,
    ) -> BegunWatch:
        """Watch the SIM of a report that was just read, or extend the open watch on it.

        Without a condition: until it is online, or, where it is that already, until it changes;
        without a duration two hours, or the most that is allowed. Raises NothingToWaitFor and
        TooManyWatches.
        """
        wanted = self._new(owner, report, condition, duration)
        _check_condition(condition, wanted.latest)
        async with self._db.write() as tx:
            return await self._open(wanted, condition, tx)

    async def begin_set(
        self,
        owner: WatchOwner,
        reports: Sequence[SessionReport],
        condition: Condition | None = None,
        duration: timedelta | None = None,
    ) -> tuple[list[BegunWatch], TooManyWatches | None]:
        """Watch SIMs on one card, in this order, as far as there is room.

        One that is watched already keeps its own card. The error says that there was no room for
        the rest. None of the SIMs may meet the condition already.
        """
        set_id = secrets.token_hex(ID_BYTES) if len(reports) > 1 else None
        begun: list[BegunWatch] = []
        async with self._db.write() as tx:
            for report in reports:
                wanted = self._new(owner, report, condition, duration)
                try:
                    begun.append(await self._open(replace(wanted, set_id=set_id), condition, tx))
                except TooManyWatches as error:
                    return begun, error
        return begun, None

    def _new(
        self,
        owner: WatchOwner,
        report: SessionReport,
        condition: Condition | None,
        duration: timedelta | None,
    ) -> Watch:
        """Return a watch; an answer from before is a start like any other, and says so."""
        now, latest = self._clock.now(), replace(snapshot_of(report), stale=False)
        length = min(duration or DEFAULT_DURATION, self.limits.longest)
        return Watch(
            id=secrets.token_hex(ID_BYTES),
            sid=latest.sid,
            name=latest.name,
            owner=owner,
            condition=condition or _default_condition(latest),
            started_at=now,
            ends_at=now + length,
            reported=latest,
            latest=latest,
            read_at=read_at(latest, now),
            unreachable_since=now if report.stale else None,
            unreachable_reason=NO_ANSWER if report.stale else None,
            account=latest.account or self._account,
        )

    async def _open(
        self, wanted: Watch, condition: Condition | None, tx: Transaction
    ) -> BegunWatch:
        """Open it, or extend the one that is there; what another replica did meanwhile is seen."""
        while True:
            existing = await self._rows.in_slot_of(to_row(wanted), tx)
            if existing:
                extended = _extended(from_row(existing), wanted, condition)
                if await self._repository.change(extended, self._clock.now(), tx):
                    return BegunWatch(extended, extended=True)
                continue
            await self._check_limits(wanted, tx)
            if await self._repository.open(wanted, self.limits.first_poll, tx):
                return BegunWatch(wanted, extended=False)

    async def stop(self, id_: str, by: str) -> tuple[Watch, ...]:
        """Stop a watch, or all on the card of a set; what had ended is returned as it is.

        Raises NotWatched where there is no such watch any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            found = await self._on(id_, tx)
            if not found:
                raise NotWatched("That watch ended long ago; there is nothing left to stop.")
            return tuple([await self._stop(watch, by, now, tx) for watch in found])

    async def _stop(self, watch: Watch, by: str, now: datetime, tx: Transaction) -> Watch:
        """Stop it as it stands by now: a poll may have gone on with it since it was read."""
        while watch.ended_at is None:
            step = stop(watch, by, now)
            if await self._repository.save(watch, step, tx, now=now):
                return step[0]
            (watch,) = await self._on(watch.id, tx)
        return watch

    async def on_card(self, card_id: str) -> tuple[Watch, ...]:
        """Return the watches that one card shows, open or ended."""
        return await self._on(card_id)

    async def _on(self, card_id: str, tx: Transaction | None = None) -> tuple[Watch, ...]:
        return _all(await self._rows.of_card(card_id, tx))

    async def of(self, person: str, accounts: frozenset[str]) -> tuple[Watch, ...]:
        """Return the open watches of a person, oldest first."""
        return _seen(await self._rows.of_person(person), accounts)

    async def in_thread(
        self, channel: str, thread: str | None, accounts: frozenset[str]
    ) -> tuple[Watch, ...]:
        """Return the open watches that were asked for in a thread (None: in a channel itself)."""
        found = await self.in_channel(channel, accounts)
        return tuple(watch for watch in found if watch.owner.thread == thread)

    async def in_channel(self, channel: str, accounts: frozenset[str]) -> tuple[Watch, ...]:
        """Return the open watches that were asked for in a channel or its threads."""
        return _seen(await self._rows.in_channel(channel), accounts)

    async def _check_limits(self, wanted: Watch, tx: Transaction) -> None:
        owner = wanted.owner
        mine = await self._rows.of_person(owner.person, tx)
        if len(mine) >= self.limits.per_person:
            raise TooManyWatches(_full("You watch", "one person", mine, wanted.account))
        here = await self._rows.in_channel(owner.channel, tx)
        if len(here) >= self.limits.per_channel:
            raise TooManyWatches(
                _full("In this channel I watch", "one channel", here, wanted.account)
            )


def _check_condition(condition: Condition | None, latest: Snapshot) -> None:
    if condition is None or not condition.is_met(latest.state):
        return
    name = quoted(latest.full_name)
    instead = "changes" if condition is Condition.ONLINE else "online"
    raise NothingToWaitFor(
        f"{name} is {condition} already. Write `until {instead}` to hear when that is over."
    )


def _extended(existing: Watch, wanted: Watch, condition: Condition | None) -> Watch:
    """Let an open watch last at least as long; without a condition it keeps its own."""
    ends_at = max(existing.ends_at, wanted.ends_at)
    return replace(existing, ends_at=ends_at, condition=condition or existing.condition)


def _default_condition(latest: Snapshot) -> Condition:
    return Condition.CHANGES if latest.state is State.ONLINE else Condition.ONLINE


def _all(rows: Iterable[Record]) -> tuple[Watch, ...]:
    return tuple(map(from_row, rows))


def _seen(rows: Iterable[Record], accounts: frozenset[str]) -> tuple[Watch, ...]:
    return tuple(watch for watch in _all(rows) if watch.account in accounts)


def _full(who: str, whose: str, rows: list[Record], account: str) -> str:
    """Say it with the names of those in an account that the asker sees."""
    names = [quoted(from_row(row).full_name) for row in rows if row.account == account]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"{who} {len(rows)} SIMs already, as many as {whose} may: {', '.join(names[:NAMED])}{more}."
        " Stop one with `/simsessions unwatch`, or with the button of its card, then ask again."
    )
