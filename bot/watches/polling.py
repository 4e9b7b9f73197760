"""Reads a watched SIM once for all its watches, and decides how each goes on."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.clock import Clock, jittered
from bot.diagnosis.evidence import State
from bot.errors import BotError, NotAllowed, first_sentence
from bot.kore.errors import KoreRateLimited
from bot.sessions.lookup import SessionLookup
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.slack.access import Actor, Authorizer, NoAccount
from bot.store.database import Transaction
from bot.store.jobs import Write
from bot.store.watches import WatchRows
from bot.struct import Struct
from bot.watches.repository import WatchRepository, from_row
from bot.watches.transitions import Transition, advance, confirms_in, revoke
from bot.watches.watch import Unreachable, Watch

REVOKE_AFTER = 300.0
"""Seconds of refusal that end a watch: Slack may merely fail to say who is in a group."""
MIN_DELAY = 5.0
SLOW = 5.0
"""Seconds for one read from which on KORE, or the account, counts as busy."""
HALF_LIFE = 300.0
MAX_SLOWDOWN = 20.0
JITTER = 0.1
log = logging.getLogger(__name__)


class AccountHidden(NotAllowed):
    """The account of a watched SIM may not be shown any more where the watch reports."""

    sentence = "Its account may not be shown here any more."


class AccessPermission:
    """The same lists and policies as for a question, checked again and again while it lasts."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    async def redaction(self, watch: Watch) -> str | None:
        """Return what is redacted from what all may read there, or None.

        Raises NotAllowed, and AccountHidden where only the account may not be shown there.
        """
        owner = watch.owner
        actor = Actor(
            owner.team,
            owner.enterprise,
            owner.person,
            owner.channel,
            in_view=owner.channel == owner.person,  # nobody else reads there
            # of direct messages the bot can post into its own only
            is_direct=watch.card is not None and watch.card.channel == owner.channel,
        )
        try:
            visibility = await self._authorizer.authorize(actor, for_all=True)
        except NoAccount as error:
            raise AccountHidden from error
        if watch.account not in visibility.accounts:
            raise AccountHidden
        return visibility.redaction


class PollInterval:
    """The poll interval of all watches of a process, longer while KORE is busy. Seconds.

    `shortest` is the interval while KORE allows it, `per_second` the most reads a second, `longest`
    the interval that is never exceeded.
    """

    def __init__(
        self, clock: Clock, *, shortest: float = 30.0, longest: float = 900.0, per_second: float = 4
    ) -> None:
        self._clock = clock
        self._shortest = shortest
        self._longest = max(longest, shortest)
        self._per_second = per_second
        self._peak = 1.0
        self._peak_at = float("-inf")

    def record(self, seconds: float, *, refused: bool = False) -> None:
        """Record a read: how long it took, and whether KORE refused it as one too many."""
        now = self._clock.monotonic()
        # reads that were in flight together count once
        if (refused or seconds > SLOW) and now - self._peak_at >= self._shortest:
            self._peak, self._peak_at = min(MAX_SLOWDOWN, 2 * self.slowdown()), now

    def slowdown(self) -> float:
        """Return the factor by which all intervals are longer now; 1 after a calm while."""
        calm = max(0.0, self._clock.monotonic() - self._peak_at)
        return float(1 + (self._peak - 1) * 0.5 ** (calm / HALF_LIFE))

    def seconds(self, sims: int) -> float:
        """Return the seconds until a SIM is read again while `sims` are watched; with jitter."""
        plain = max(self._shortest, sims / self._per_second) * self.slowdown()
        return jittered(min(plain, self._longest), JITTER)


class PollResult(Struct):
    """What to save of a poll, and the seconds until the next; None: nobody watches any more."""

    next_in: float | None
    write: Write | None = None


class WatchPoller:
    """Polls SIMs; `lookup` is in the background, behind everybody who waits for an answer."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        lookup: SessionLookup,
        rows: WatchRows,
        repository: WatchRepository,
        permission: AccessPermission,
        *,
        interval: PollInterval,
        clock: Clock,
    ) -> None:
        self._lookup = lookup
        self._rows = rows
        self._repository = repository
        self._permission = permission
        self._interval = interval
        self._clock = clock
        self._refused_since: dict[str, float] = {}

    async def poll(self, sid: str) -> PollResult:
        """Read the SIM and advance each of its watches. Raises StoreError."""
        watches = tuple(map(from_row, await self._rows.of_sim(sid)))
        if not watches:
            return PollResult(None)
        reading = await self._read(sid)
        steps = await asyncio.gather(*(self._advance(watch, reading) for watch in watches))
        counts = await self._rows.counts()
        now = self._clock.now()

        async def write(tx: Transaction) -> None:
            in_order = sorted(
                zip(watches, steps, strict=True), key=lambda each: (each[0].card_id, each[0].id)
            )
            for before, step in in_order:
                await self._repository.save(before, step, tx, now=now, cards=counts.watches)

        still_open = [after for after, _ in steps if after.ended_at is None]
        return PollResult(self._next_in(still_open, counts.sims, now), write)

    async def _read(self, sid: str) -> Snapshot | Unreachable:
        started, refused = self._clock.monotonic(), False
        try:
            report = await self._lookup.look_up(sid, fresh=True)
        except BotError as error:
            refused = isinstance(error, KoreRateLimited)
            log.info("watch-unreachable", extra={"sid": sid, "why": error.kind})
            return Unreachable(error.claim)
        finally:
            self._interval.record(self._clock.monotonic() - started, refused=refused)
        if report.problem and report.state is State.UNKNOWN:
            return Unreachable(first_sentence(report.problem))
        return snapshot_of(report)

    async def _advance(self, watch: Watch, reading: Snapshot | Unreachable) -> Transition:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        try:
            await self._permission.redaction(watch)
        except NotAllowed as error:
            since = self._refused_since.setdefault(watch.id, monotonic)
            if monotonic - since < REVOKE_AFTER and now < watch.ends_at:
                return watch, None
            return revoke(watch, error.sentence, now)
        self._refused_since.pop(watch.id, None)
        return advance(watch, reading, now)

    def _next_in(self, watches: Sequence[Watch], sims: int, now: datetime) -> float:
        """Return the seconds until the next poll: the interval, or less for what is due before."""
        confirmations = [wait for watch in watches if (wait := confirms_in(watch, now)) is not None]
        ends = [watch.ends_at - now for watch in watches]
        soonest = min((*confirmations, *ends), default=timedelta.max).total_seconds()
        interval = self._interval.seconds(sims)
        return interval if interval < soonest else max(MIN_DELAY, soonest)
