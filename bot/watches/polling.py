"""Reads a watched SIM once for all its watches, and says how each goes on."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.diagnosis.state import State
from bot.errors import BotError, NotAllowed
from bot.kore.errors import KoreRateLimited
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.store.jobs import Write
from bot.store.transaction import Transaction
from bot.store.watches import WatchRows
from bot.watches.judging import Judged, due_in, judged, shut_out
from bot.watches.ledger import Ledger
from bot.watches.permission import Permission
from bot.watches.rhythm import Rhythm
from bot.watches.rows import from_row
from bot.watches.watch import Blind, Watch

SURE_AFTER = 300.0
"""Seconds for which somebody must be refused: Slack may merely fail to say who is in a group."""
SOONEST = 5.0
log = logging.getLogger(__name__)


class Lookup(Protocol):
    """Reports on a SIM."""

    async def look_up(self, text: str, *, fresh: bool = False) -> SessionReport:
        """Report. Raises BotError."""


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be saved of a look, and the seconds until the next; None: nobody watches."""

    after: float | None
    write: Write | None = None


class Polling:
    """Looks at SIMs; `lookup` asks behind everybody who waits."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        lookup: Lookup,
        rows: WatchRows,
        ledger: Ledger,
        permission: Permission,
        *,
        rhythm: Rhythm,
        clock: Clock,
    ) -> None:
        self._lookup = lookup
        self._rows = rows
        self._ledger = ledger
        self._permission = permission
        self._rhythm = rhythm
        self._clock = clock
        self._refused: dict[str, float] = {}

    async def look(self, sid: str) -> Round:
        """Read the SIM and judge each of its watches. Raises StoreError."""
        watches = tuple(map(from_row, await self._rows.of_sim(sid)))
        if not watches:
            return Round(None)
        seen = await self._seen(sid)
        steps = await asyncio.gather(*(self._step(watch, seen) for watch in watches))
        counts = await self._rows.counts()
        now = self._clock.now()

        async def write(tx: Transaction) -> None:
            for before, step in zip(watches, steps, strict=True):
                await self._ledger.advance(before, step, tx, now=now, cards=counts.watches)

        going_on = [after for after, _ in steps if after.ended is None]
        return Round(self._after(going_on, counts.sims, now), write)

    async def _seen(self, sid: str) -> Snapshot | Blind:
        started, refused = self._clock.monotonic(), False
        try:
            report = await self._lookup.look_up(sid, fresh=True)
        except BotError as error:
            refused = isinstance(error, KoreRateLimited)
            log.info("watch-blind", extra={"sid": sid, "why": error.kind})
            return Blind(error.sentence)
        finally:
            self._rhythm.went(self._clock.monotonic() - started, refused=refused)
        if report.problem and report.state is State.UNKNOWN:
            return Blind(report.problem)
        return snapshot_of(report)

    async def _step(self, watch: Watch, seen: Snapshot | Blind) -> Judged:
        now = self._clock.now()
        try:
            await self._permission.left_out(watch.asker)
        except NotAllowed as error:
            since = self._refused.setdefault(watch.id, self._clock.monotonic())
            if self._clock.monotonic() - since < SURE_AFTER and now < watch.ends:
                return watch, None
            return shut_out(watch, error.sentence, now)
        self._refused.pop(watch.id, None)
        return judged(watch, seen, now)

    def _after(self, watches: Sequence[Watch], sims: int, now: datetime) -> float:
        """Give when to look again: at the rhythm, and in time for what is due before that."""
        turns = [wait for watch in watches if (wait := due_in(watch, now)) is not None]
        ends = [watch.ends - now for watch in watches]
        soonest = min((*turns, *ends), default=timedelta.max)
        rhythm = self._rhythm.interval(sims)
        return rhythm if timedelta(seconds=rhythm) < soonest else max(SOONEST, _seconds(soonest))


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
