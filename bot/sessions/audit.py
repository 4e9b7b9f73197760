"""What is noted of each look-up of a person: a line in the log at once, a row in the store soon.

Noted are who asked, where, through what, which SIM was found, how it stood, and the reference of
the request. Never what was typed, and no ICCID, IMEI, cell or location: the rows outlive the
look-up by months and are read by others than those who asked.
"""

import asyncio
import logging
import secrets
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

from bot.clock import Clock
from bot.errors import BotError
from bot.sessions.handover import LookedUp
from bot.sessions.redaction import redacted_snapshot
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.store.errors import StoreError
from bot.store.lookups import OK, Lookup, Lookups
from bot.struct import Struct

log = logging.getLogger(__name__)

GATHER_SECONDS = 1.0
AGAIN_SECONDS = 15.0
LAST_WORDS_SECONDS = 5.0
FORGET_SECONDS = 3600.0
AT_ONCE = 500
MOST_WAITING = 20_000


class Asking(Struct):
    """Who asks, where and by what; `request` is the reference."""

    request: str
    team: str
    person: str
    channel: str
    thread: str | None
    entry: str


class Gaps(Protocol):
    """Told how many rows the store never got."""

    def audit_lost(self, rows: int) -> None:
        """Count them."""


class Audit:
    """Notes look-ups; `run` keeps them in batches, so that no answer waits for the store.

    While the store is down up to 20,000 rows wait for it; what comes then stands in the log only
    and is counted. Rows older than `retention` seconds are forgotten, at most once an hour. A SIM
    that names no account is of `account`.
    """

    def __init__(
        self, lookups: Lookups, clock: Clock, gaps: Gaps, *, retention: float, account: str = ""
    ) -> None:
        self._account = account
        self._lookups = lookups
        self._clock = clock
        self._gaps = gaps
        self._retention = retention
        self._waiting: deque[Lookup] = deque()
        self._forget_at = 0.0
        self._some = asyncio.Event()
        self._writing = asyncio.Lock()

    def note(self, asking: Asking, answer: SessionReport | Snapshot | BotError) -> None:
        """Note one look-up and what came of it; a snapshot is how a scan saw the SIM."""
        self._note(to_row(asking, answer, self._clock.now().timestamp(), self._account))

    def note_action(self, asking: Asking) -> None:
        """Note something done that is no look-up; `entry` says what."""
        self._note(to_row(asking, None, self._clock.now().timestamp(), self._account))

    def _note(self, row: Lookup) -> None:
        about = {"entry": row.entry, "sim": row.sim, "outcome": row.outcome}
        about |= {"account": row.account} if row.account else {}
        log.info("looked-up", extra=about | {"thread_ts": row.thread})
        if len(self._waiting) >= MOST_WAITING:
            self._gaps.audit_lost(1)
            return
        self._waiting.append(row)
        self._some.set()

    async def run(self) -> None:
        """Keep what is noted, and forget what is old, until cancelled."""
        while True:
            await self._some.wait()
            await self._clock.sleep(GATHER_SECONDS)
            try:
                await self.kept()
                await self._forget()
            except StoreError as error:
                extra = {"rows": len(self._waiting), "why": error.kind}
                log.warning("audit-waits-for-the-store", extra=extra)
                await self._clock.sleep(AGAIN_SECONDS)

    async def kept(self) -> None:
        """Keep what waits now. Raises StoreError."""
        async with self._writing:
            while self._waiting:
                batch = list(islice(self._waiting, AT_ONCE))
                await self._lookups.add(batch)
                for _ in batch:
                    self._waiting.popleft()
            self._some.clear()

    async def in_thread(
        self, channel: str, thread: str, accounts: frozenset[str]
    ) -> tuple[LookedUp, ...]:
        """Return what was looked up in a thread and found, oldest first, of these accounts.

        Raises StoreError.
        """
        await self.kept()
        rows = await self._lookups.in_thread(channel, thread)
        return tuple(_read(row) for row in rows if row.snapshot and row.account in accounts)

    async def aclose(self) -> None:
        """Keep what still waits, for a few seconds; what is lost is counted and logged."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await self.kept()
        except (StoreError, TimeoutError) as error:
            self._gaps.audit_lost(len(self._waiting))
            log.warning("audit-lost", extra={"rows": len(self._waiting), "why": repr(error)})

    async def _forget(self) -> None:
        now = self._clock.now().timestamp()
        if now >= self._forget_at:
            await self._lookups.forget(now - self._retention)
            self._forget_at = now + FORGET_SECONDS


def _read(row: Lookup) -> LookedUp:
    snapshot = Snapshot.from_json(row.snapshot or "")
    return LookedUp(datetime.fromtimestamp(row.at, UTC), row.person, snapshot, row.request)


def to_row(
    asking: Asking,
    answer: SessionReport | Snapshot | BotError | None,
    at: float,
    account: str,
) -> Lookup:
    """Return the row of what somebody did; without an answer it was no look-up.

    A SIM that names no account is of `account`.
    """
    snapshot, outcome = None, OK
    if isinstance(answer, BotError):
        outcome = answer.kind
    elif answer is not None:
        seen = answer if isinstance(answer, Snapshot) else snapshot_of(answer)
        snapshot = redacted_snapshot(seen)
    return Lookup(
        id=secrets.token_hex(8),
        at=at,
        request=asking.request,
        team=asking.team,
        person=asking.person,
        channel=asking.channel,
        thread=asking.thread,
        entry=asking.entry,
        outcome=outcome,
        sim=snapshot.sid if snapshot else None,
        name=snapshot.name if snapshot else None,
        snapshot=snapshot.to_json() if snapshot else None,
        account=(snapshot and snapshot.account) or account,
    )
