"""What is known of other SIMs when one fell silent: looked up lately, or seen by the last scan.

Whoever asks is told counts of them, never which they are.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.evidence import State
from bot.diagnosis.rules.common_outage import SILENT, member_of
from bot.errors import BotError
from bot.sessions.report import Neighbours, SessionReport, case_of

PATIENCE = 0.3
"""Seconds that an answer may wait for all of it: a third for the scan, one for each trait."""
RECENT = timedelta(minutes=10)
MOST_RECENT = 1000
MOST_QUICK = 5
NEAR = (Trait.CELL, Trait.NETWORK)
NOT_ALONE = (
    "It did not fall silent alone: check the site's power and antenna first; do not reset it."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Peer:
    """A SIM as it was at `as_of`, to be compared with others."""

    member: Member
    is_online: bool
    as_of: datetime


QuickLook = Callable[[str], Awaitable[SessionReport]]


class LastScan(Protocol):
    """Where the SIMs of the last scan stand."""

    async def peers(self) -> Mapping[str, Peer]:
        """Return them by SID. Raises StoreError."""


class Peers:
    """The SIMs looked up in the last ten minutes, and those of the last scan.

    `quick_look` looks a SIM up behind all who wait for an answer.
    """

    def __init__(
        self, clock: Clock, scan: LastScan | None = None, quick_look: QuickLook | None = None
    ) -> None:
        self._clock = clock
        self._scan = scan
        self._quick_look = quick_look
        self._recent: dict[str, Peer] = {}
        self._looks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[Mapping[str, Peer]] | None = None

    def note(self, report: SessionReport) -> Member:
        """Remember a SIM that was just looked up; return it as it is compared."""
        member = member_of(case_of(report))
        self._recent.pop(member.sid, None)
        if len(self._recent) >= MOST_RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[member.sid] = Peer(member, report.state is State.ONLINE, report.as_of)
        return member

    async def around(self, reports: Iterable[SessionReport]) -> dict[str, Peer]:
        """Remember SIMs that were looked up; return what others are known where one is silent."""
        silent = [member for member in map(self.note, reports) if member.lost_at is not None]
        return await self.known() if silent else {}

    async def known(self) -> dict[str, Peer]:
        """Return all SIMs that something is known of, after a moment at most."""
        since = self._clock.now() - RECENT
        recent = {sid: peer for sid, peer in self._recent.items() if peer.as_of >= since}
        self._recent = dict(recent)
        return {**await self._scanned(), **recent}

    async def _scanned(self) -> Mapping[str, Peer]:
        """Return what the last scan saw; reading it goes on for the next one who asks."""
        if self._scan is None:
            return {}
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(self._scan), name="last-scan")
        reading = self._reading
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE / 3):
                return await asyncio.shield(reading)
        return {}

    async def _read(self, scan: LastScan) -> Mapping[str, Peer]:
        try:
            return await scan.peers()
        except BotError as error:
            log.info("last-scan-not-read", extra={"why": error.kind})
        except Exception:  # what is an extra must not cost the answer
            log.exception("last-scan-broke")
        finally:
            self._reading = None
        return {}

    async def neighbours(
        self, report: SessionReport, known: Mapping[str, Peer], within: timedelta
    ) -> Neighbours | None:
        """Return how the others on its cell are, or else on its network; None: nobody knows.

        Those lost `within` so much of it were lost together with it.
        """
        mine = member_of(case_of(report))
        if mine.lost_at is None:
            return None
        others = [peer for sid, peer in known.items() if sid != mine.sid]
        for trait in NEAR:
            value = mine.traits.get(trait)
            near = [peer for peer in others if value and peer.member.traits.get(trait) == value]
            fresh = await self._looked_at_again(near)
            if found := _counted(trait, value, fresh, mine.lost_at, within.total_seconds()):
                return found
        return None

    async def _looked_at_again(self, near: Sequence[Peer]) -> list[Peer]:
        """Look at a few again whose last look is old; what comes too late helps the next one."""
        since = self._clock.now() - RECENT
        old = [peer.member.sid for peer in near if peer.as_of < since]
        for sid in old[: MOST_QUICK - len(self._looks)]:
            look = asyncio.create_task(self._look(sid), name="quick-look")
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)
        if old and self._looks:
            await asyncio.wait(self._looks, timeout=PATIENCE / 3)
        return [self._recent.get(peer.member.sid, peer) for peer in near]

    async def _look(self, sid: str) -> None:
        if self._quick_look:
            with suppress(BotError):
                self.note(await self._quick_look(sid))

    async def aclose(self) -> None:
        """Stop what is under way."""
        under_way = [*self._looks, *([self._reading] if self._reading else ())]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


def _counted(
    trait: Trait, value: str | None, peers: Iterable[Peer], lost_at: float, within: float
) -> Neighbours | None:
    """Count those that are silent, and those that were well after this one was lost."""
    near = [peer for peer in peers if peer.member.traits.get(trait) == value]
    silent = [peer for peer in near if peer.member.lost_at is not None]
    online = [p for p in near if p.is_online and (p.member.alive_at or 0.0) > lost_at]
    counted = [*silent, *online]
    if not counted:
        return None
    times = [p.member.lost_at for p in silent if p.member.lost_at is not None]
    since = min(times, default=None)
    return Neighbours(
        trait=trait.value,
        online=len(online),
        silent=len(silent),
        silent_since=None if since is None else datetime.fromtimestamp(since, UTC),
        as_of=min(peer.as_of for peer in counted),
        together=sum(abs(each - lost_at) <= within for each in times),
    )


def beside(report: SessionReport, near: Neighbours | None) -> SessionReport:
    """Return it with its neighbours; one that fell silent with others of its cell is not reset."""
    findings = report.findings
    if near and near.fell_with_it:
        findings = tuple(
            replace(each, next_step=NOT_ALONE) if each.next_step and each.rule in SILENT else each
            for each in findings
        )
    return replace(report, neighbours=near, findings=findings)
