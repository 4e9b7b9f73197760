"""Where people begin and stop watches, and see which they have."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.diagnosis.state import State
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.store.database import Database
from bot.store.transaction import Transaction
from bot.store.watches import WatchRow, WatchRows
from bot.watches.parse import DEFAULT_LENGTH
from bot.watches.repository import WatchRepository, from_row, to_row
from bot.watches.transitions import stopped
from bot.watches.watch import Asker, Condition, NothingToWaitFor, NotWatched, TooManyWatches, Watch

NAMED = 5
ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Limits:
    """How many watches may be open, how long one may last, how soon its SIM is read (seconds)."""

    per_person: int = 50
    per_channel: int = 100
    longest: timedelta = timedelta(days=7)
    first_look: float = 30.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A watch that was begun, or one that was there and is `extended`."""

    watch: Watch
    extended: bool


class Watches:
    """The service. Every method may raise StoreError."""

    def __init__(
        self, db: Database, rows: WatchRows, ledger: WatchRepository, clock: Clock, limits: Limits
    ) -> None:
        self._db = db
        self._rows = rows
        self._ledger = ledger
        self._clock = clock
        self.limits = limits

    async def begin(
        self,
        asker: Asker,
        report: SessionReport,
        goal: Condition | None = None,
        length: timedelta | None = None,
    ) -> Begun:
        """Watch the SIM of a report that was just read, or extend the watch that there is.

        Without a goal: until it is online, or, where it is that already, until it changes; without
        a length two hours, or the most that is allowed. Raises NothingToWaitFor, TooManyWatches.
        """
        now, seen = self._clock.now(), replace(snapshot_of(report), stale=False)
        _check_goal(goal, seen)
        wanted = _new(asker, seen, goal or _goal_for(seen), now, self._length(length))
        async with self._db.write() as tx:
            existing = await self._rows.in_slot_of(to_row(wanted), tx)
            if existing:
                return await self._extend(from_row(existing), wanted, goal, tx)
            await self._check_room(asker, tx)
            await self._ledger.open(wanted, self.limits.first_look, tx)
        return Begun(wanted, extended=False)

    async def stop(self, watch_id: str, by: str) -> Watch:
        """End a watch at somebody's wish; one that had ended is given as it is.

        Raises NotWatched where there is no such watch any more.
        """
        async with self._db.write() as tx:
            row = await self._rows.get(watch_id, tx)
            if row is None:
                raise NotWatched("That watch ended long ago; there is nothing left to stop.")
            before = from_row(row)
            if before.ended:
                return before
            now = self._clock.now()
            step = stopped(before, by, now)
            await self._ledger.advance(before, step, tx, now=now)
        return step[0]

    async def of(self, person: str) -> tuple[Watch, ...]:
        """Return the open watches of a person, oldest first."""
        return _all(await self._rows.of_person(person))

    async def in_thread(self, channel: str, thread: str | None) -> tuple[Watch, ...]:
        """Return the open watches that were asked for in a thread (None: in a channel itself)."""
        found = _all(await self._rows.in_channel(channel))
        return tuple(watch for watch in found if watch.asker.thread == thread)

    async def in_channel(self, channel: str) -> tuple[Watch, ...]:
        """Return the open watches that were asked for in a channel or its threads."""
        return _all(await self._rows.in_channel(channel))

    def _length(self, length: timedelta | None) -> timedelta:
        return min(length or DEFAULT_LENGTH, self.limits.longest)

    async def _extend(
        self, there: Watch, wanted: Watch, goal: Condition | None, tx: Transaction
    ) -> Begun:
        """Let the watch that is there last at least as long; without a goal its own stays."""
        ends, now = max(there.ends, wanted.ends), self._clock.now()
        longer = replace(there, ends=ends, goal=goal or there.goal)
        await self._ledger.wish(longer, now, tx)
        return Begun(longer, extended=True)

    async def _check_room(self, asker: Asker, tx: Transaction) -> None:
        mine = await self._rows.of_person(asker.person, tx)
        if len(mine) >= self.limits.per_person:
            raise TooManyWatches(_full("You watch", "one person", mine))
        here = await self._rows.in_channel(asker.channel, tx)
        if len(here) >= self.limits.per_channel:
            raise TooManyWatches(_full("In this channel I watch", "one channel", here))


def _check_goal(goal: Condition | None, seen: Snapshot) -> None:
    if goal is None or not goal.is_met(seen.state):
        return
    name = _quoted(seen.name)
    state = seen.state.value.replace("_", " ")
    instead = "changes" if goal is Condition.ONLINE else "online"
    raise NothingToWaitFor(
        f"{name} is {state} already. Write `until {instead}` to hear when that is over."
    )


def _goal_for(seen: Snapshot) -> Condition:
    return Condition.CHANGES if seen.state is State.ONLINE else Condition.ONLINE


def _new(asker: Asker, seen: Snapshot, goal: Condition, now: datetime, length: timedelta) -> Watch:
    return Watch(
        id=secrets.token_hex(ID_BYTES),
        sid=seen.sid,
        name=seen.name,
        asker=asker,
        goal=goal,
        started=now,
        ends=now + length,
        noticed=seen,
        latest=seen,
        checked=seen.as_of,
    )


def _all(rows: Iterable[WatchRow]) -> tuple[Watch, ...]:
    return tuple(map(from_row, rows))


def _full(who: str, of: str, rows: list[WatchRow]) -> str:
    names = [_quoted(row.name) for row in rows]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    told = ", ".join(names[:NAMED])
    count = f"{len(rows)} SIMs already, as many as {of} may"
    return (
        f"{who} {count}: {told}{more}. Stop one with `/simsessions unwatch`, or with the button "
        "of its card, then ask again."
    )


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "ˋ") + "`"
