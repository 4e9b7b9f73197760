"""Reads a watched SIM once for all its watches, and says how each goes on."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.backoff import spread
from bot.clock import Clock
from bot.diagnosis.state import State
from bot.errors import BotError, NotAllowed
from bot.kore.errors import KoreRateLimited
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.slack.access import Access, Authorizer
from bot.store.jobs import Write
from bot.store.transaction import Transaction
from bot.store.watches import WatchRows
from bot.watches.repository import WatchRepository, from_row
from bot.watches.transitions import Judged, due_in, judged, shut_out
from bot.watches.watch import Asker, Unreachable, Watch


class Permission(Protocol):
    """Asked again and again while a watch lasts."""

    async def left_out(self, asker: Asker) -> str | None:
        """Say what is left out of what all may read there; None: nothing. Raises NotAllowed."""


class Watcher:
    """Somebody who watches, as the lists and policies want to know them."""

    in_shared: bool | None = None

    def __init__(self, asker: Asker) -> None:
        self.team = asker.team
        self.enterprise = asker.enterprise
        self.user = asker.person
        self.channel = asker.channel
        self.in_view = asker.channel == asker.person  # begun where nobody else reads


class Admitted:
    """The permission of the gate: the same lists and policies as for a question."""

    def __init__(self, access: Access, admission: Authorizer) -> None:
        self._access = access
        self._admission = admission

    async def left_out(self, asker: Asker) -> str | None:
        """Say what is left out. Raises NotAllowed."""
        watcher = Watcher(asker)
        self._access.check(watcher)
        return (await self._admission.sight(watcher, for_all=True)).left_out


SLOW = 5.0
"""Seconds for one look that tell of a KORE, or an account, that is busy."""
HALVED_AFTER = 300.0
MOST_TIMES = 20.0
JITTER = 0.1


class PollInterval:
    """One for all watches of a process. Seconds.

    `shortest` is the interval while KORE allows it, `per_second` the most looks a second that
    watches make, `longest` the interval that they never exceed.
    """

    def __init__(
        self, clock: Clock, *, shortest: float = 30.0, longest: float = 900.0, per_second: float = 4
    ) -> None:
        self._clock = clock
        self._shortest = shortest
        self._longest = max(longest, shortest)
        self._per_second = per_second
        self._times = 1.0
        self._since = float("-inf")

    def went(self, seconds: float, *, refused: bool = False) -> None:
        """Take in how a look went: how long it took, and whether KORE refused it as too much."""
        now = self._clock.monotonic()
        # those under way together tell one thing
        if (refused or seconds > SLOW) and now - self._since >= self._shortest:
            self._times, self._since = min(MOST_TIMES, 2 * self.slowness()), now

    def slowness(self) -> float:
        """Return by how much all intervals are longer now; 1 in peace."""
        peace = max(0.0, self._clock.monotonic() - self._since)
        return float(1 + (self._times - 1) * 0.5 ** (peace / HALVED_AFTER))

    def interval(self, sims: int) -> float:
        """Return the seconds until a SIM is read again, where `sims` are watched; with jitter."""
        plain = max(self._shortest, sims / self._per_second) * self.slowness()
        return spread(min(plain, self._longest), JITTER)


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
        ledger: WatchRepository,
        permission: Permission,
        *,
        rhythm: PollInterval,
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
            judged = sorted(zip(watches, steps, strict=True), key=lambda each: each[0].id)
            for before, step in judged:
                await self._ledger.advance(before, step, tx, now=now, cards=counts.watches)

        going_on = [after for after, _ in steps if after.ended is None]
        return Round(self._after(going_on, counts.sims, now), write)

    async def _seen(self, sid: str) -> Snapshot | Unreachable:
        started, refused = self._clock.monotonic(), False
        try:
            report = await self._lookup.look_up(sid, fresh=True)
        except BotError as error:
            refused = isinstance(error, KoreRateLimited)
            log.info("watch-blind", extra={"sid": sid, "why": error.kind})
            return Unreachable(error.sentence)
        finally:
            self._rhythm.went(self._clock.monotonic() - started, refused=refused)
        if report.problem and report.state is State.UNKNOWN:
            return Unreachable(report.problem)
        return snapshot_of(report)

    async def _step(self, watch: Watch, seen: Snapshot | Unreachable) -> Judged:
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
        """Return when to look again: at the rhythm, and in time for what is due before that."""
        turns = [wait for watch in watches if (wait := due_in(watch, now)) is not None]
        ends = [watch.ends - now for watch in watches]
        soonest = min((*turns, *ends), default=timedelta.max)
        rhythm = self._rhythm.interval(sims)
        return rhythm if timedelta(seconds=rhythm) < soonest else max(SOONEST, _seconds(soonest))


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
