"""What is known of other SIMs when one fell silent: looked up lately, or seen by the last scan.

Whoever asks is told counts of them, never which they are.
"""

import asyncio
import logging
import re
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from bot.clock import Clock
from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.evidence import LONG_AGO, State
from bot.diagnosis.rules.common_outage import MODEL_DIGITS, SILENT, member_of
from bot.errors import BotError
from bot.sessions.report import Neighbours, SessionReport, case_of
from bot.sessions.snapshot import Snapshot
from bot.sims.identifier import key
from bot.slack.access import ONE_ACCOUNT
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import ScanRow, ScanRows
from bot.struct import Struct, replace

PATIENCE = 0.3
"""Seconds that an answer may wait for all of it: a quarter for the scan, one for the SIMs that are
called alike, one for each trait."""
RECENT, SWEPT_EVERY = timedelta(minutes=10), timedelta(seconds=1)
MOST_RECENT = 1000
MOST_QUICK = 5
NEAR = (Trait.CELL, Trait.NETWORK)
NOT_ALONE = (
    "It did not fall silent alone: check the site's power and antenna first; do not reset it."
)
log = logging.getLogger(__name__)


class Peer(Struct):
    """A SIM as it was at `as_of`, to be compared with others."""

    member: Member
    is_online: bool
    as_of: datetime


QuickLook = Callable[[str], Awaitable[SessionReport]]


class Names(Protocol):
    """Finds SIMs by name: bot.sims.directory.SimDirectory."""

    async def ready(self, patience: float) -> bool:
        """Wait for the list of SIMs, at most `patience` seconds; return whether it is read."""

    async def sids(
        self,
        fits: Callable[[str], object] | None = None,
        *,
        start: str = "",
        most: int | None = None,
    ) -> tuple[str, ...]:
        """Return the SIDs of SIMs of which a name fits, as `key` has it, at most so many.

        None fits but with that `start`.
        """


MOST_PEERS = 5000
KEPT_FOR = timedelta(minutes=10)
TOO_OLD = timedelta(days=2)


class ScanPeers:
    """Reads the newest scan of all digests that shows none but some `accounts`.

    What was read is kept for ten minutes.
    """

    def __init__(
        self,
        runs: DigestRuns,
        rows: ScanRows,
        clock: Clock,
        accounts: frozenset[str] = ONE_ACCOUNT,
    ) -> None:
        self._accounts = accounts
        self._runs = runs
        self._rows = rows
        self._clock = clock
        self._kept: dict[str, Peer] = {}
        self._run: Run | None = None
        self._read_at = float("-inf")

    @property
    def kept(self) -> Mapping[str, Peer] | None:
        """Its SIMs by SID, as far as nobody has to be asked for them; else None."""
        is_old = self._clock.monotonic() - self._read_at > KEPT_FOR.total_seconds()
        return None if is_old else self._kept

    async def peers(self) -> Mapping[str, Peer]:
        """Return its SIMs by SID, at most MOST_PEERS. Raises StoreError."""
        if self.kept is None:
            now, run = self._clock.monotonic(), await self._runs.newest_scan(self._accounts)
            if run is None or self._clock.now() - _started(run) > TOO_OLD:
                self._kept = {}
            elif run != self._run:
                self._kept = await self._read(run)
            self._run, self._read_at = run, now
        return self._kept

    async def _read(self, run: Run) -> dict[str, Peer]:
        found: dict[str, Peer] = {}
        async for page in self._rows.every(run.id):
            room = MOST_PEERS - len(found)
            for row in page[:room]:
                if member := scanned_member(row):
                    online = row.state == State.ONLINE
                    found[row.sid] = Peer(member, online, _started(run))
            if room <= len(page):
                break
        return found


def scanned_member(row: ScanRow) -> Member | None:
    """Return a scanned SIM as it is compared with others; None where it could not be read."""
    if row.fault:
        return None
    seen = Snapshot.from_json(row.row)
    told = {
        Trait.CELL: seen.cell_id,
        Trait.NETWORK: _network_words(seen),
        Trait.PLAN: seen.plan,
        Trait.MODEL: seen.imei14 and seen.imei14[:MODEL_DIGITS],
        Trait.COUNTRY: seen.country,
        Trait.RADIO: seen.radio,
    }
    heard = seen.seen_at.timestamp() if seen.seen_at else None
    return Member(row.sid, row.lost_at, heard, {t: value for t, value in told.items() if value})


def _network_words(seen: Snapshot) -> str | None:
    """Name a network as a look-up does: `Telcel (334-020)`."""
    if seen.network is None:
        return None
    return f"{seen.operator} ({seen.network})" if seen.operator else seen.network


def _started(run: Run) -> datetime:
    return datetime.fromtimestamp(run.started, UTC)


class Peers:
    """The SIMs looked up in the last ten minutes, and those of the last scan.

    `quick_look` looks a SIM up behind all who wait for an answer; `names` finds those that are
    called alike, `well-1` and `well-2`, where nothing is known of a SIM's cell. An answer waits for
    all that for `patience` seconds at most.
    """

    def __init__(
        self,
        clock: Clock,
        scan: ScanPeers | None = None,
        quick_look: QuickLook | None = None,
        names: Names | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._clock = clock
        self._scan = scan
        self._quick_look = quick_look
        self._names = names
        self._part = patience / 4
        self._recent: dict[str, Peer] = {}
        self._sweep_at = LONG_AGO
        self._looks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[Mapping[str, Peer]] | None = None

    def of(self, _account: str | None) -> Self:
        """Return those that a SIM of one of its accounts is compared with: they are of all."""
        return self

    def note(self, report: SessionReport) -> Member:
        """Remember a SIM that was just looked up, not of old; return it as it is compared."""
        member = member_of(case_of(report))
        self._recent.pop(member.sid, None)
        if report.as_of < self._clock.now() - RECENT:
            return member
        if len(self._recent) >= MOST_RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[member.sid] = Peer(member, report.state is State.ONLINE, report.as_of)
        return member

    @property
    def is_looking(self) -> bool:
        """Whether others are being looked at, so that more may be known in a moment."""
        return bool(self._looks)

    async def around(
        self, reports: Iterable[SessionReport], patience: float | None = None
    ) -> dict[str, Peer]:
        """Remember SIMs that were looked up; return what others are known where one is silent.

        Of one alone those that are called alike are looked at, unless more is known of its cell
        and of them.
        """
        noted = [(report, self.note(report)) for report in reports]
        if all(member.lost_at is None for _, member in noted):
            return {}
        known = await self.known()
        (report, mine), *more = noted
        if not more:
            seen = known if any(_near(mine, Trait.CELL, known)) else {}
            await self._look_at_namesakes(report, seen, patience or self._part)
            known |= self._fresh()
        return known

    async def known(self) -> dict[str, Peer]:
        """Return all SIMs that something is known of, after a moment at most."""
        return {**await self._scanned(), **self._fresh()}

    def _fresh(self) -> dict[str, Peer]:
        """Return those that were looked up lately, and forget the others."""
        since = self._clock.now() - RECENT
        if since >= self._sweep_at:
            self._sweep_at = since + SWEPT_EVERY
            self._recent = {sid: peer for sid, peer in self._recent.items() if peer.as_of >= since}
        return dict(self._recent)

    async def _look_at_namesakes(
        self, report: SessionReport, seen: Container[str], patience: float
    ) -> None:
        """Look at a few SIMs whose names differ in a number only, but for those that were seen."""
        alike = namesakes(report.sim.name)
        if not (alike and self._names and self._quick_look):
            await self._look_at((), patience)  # those that are looked at already
            return
        start, pattern = alike
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._names.ready(patience)
                most = MOST_QUICK + 1
                sids = await self._names.sids(pattern.fullmatch, start=start, most=most)
                others = [s for s in sids if s != report.sim.sid and s not in seen]
                await self._look_at(others, patience)

    async def _scanned(self) -> Mapping[str, Peer]:
        """Return what the last scan saw; reading it goes on for the next one who asks."""
        if self._scan is None:
            return {}
        if (kept := self._scan.kept) is not None:
            return kept
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(self._scan), name="last-scan")
        reading = self._reading
        with suppress(TimeoutError):
            async with asyncio.timeout(self._part):
                return await asyncio.shield(reading)
        return {}

    async def _read(self, scan: ScanPeers) -> Mapping[str, Peer]:
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
        noted = known.get(report.sim.sid)
        is_mine = noted and noted.as_of == report.as_of  # else a scan's: the report is not kept
        mine = noted.member if noted and is_mine else member_of(case_of(report))
        if mine.lost_at is None:
            return None
        for trait in NEAR:
            near = await self._looked_at_again([*_near(mine, trait, known)], trait)
            if found := _counted(trait, near, mine.lost_at, within.total_seconds()):
                return found
        return None

    async def _looked_at_again(self, near: list[Peer], trait: Trait) -> list[Peer]:
        """Look at a few again whose last look is old; what comes too late helps the next one.

        Those that do not share the trait any more are left out.
        """
        since = self._clock.now() - RECENT
        old = [peer.member.sid for peer in near if peer.as_of < since]
        if not (old or self._looks):
            return near
        await self._look_at(old, self._part)
        again = [(peer, self._recent.get(peer.member.sid, peer)) for peer in near]
        return [
            now for was, now in again if now.member.traits.get(trait) == was.member.traits[trait]
        ]

    async def _look_at(self, sids: Sequence[str], patience: float) -> None:
        for sid in sids[: max(0, MOST_QUICK - len(self._looks))]:
            look = asyncio.create_task(self._look(sid), name="quick-look")
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)
        if self._looks:
            await asyncio.wait(self._looks, timeout=patience)

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


_NUMBERED = re.compile(r"(.*?)[0-9]+([^0-9]*)")


def namesakes(name: str) -> tuple[str, re.Pattern[str]] | None:
    """Return how names begin that differ in the last number only, and all of it; None: none do.

    Both as `key` has them.
    """
    read = _NUMBERED.fullmatch(key(name))
    if read is None or not (read[1] or read[2]):
        return None
    return read[1], re.compile(f"{re.escape(read[1])}[0-9]+{re.escape(read[2])}")


def _near(mine: Member, trait: Trait, known: Mapping[str, Peer]) -> Iterator[Peer]:
    """Return the others that share a trait with it."""
    value = mine.traits.get(trait)
    return (
        peer
        for peer in (known.values() if value else ())
        if (other := peer.member).traits.get(trait) == value and other.sid != mine.sid
    )


def _counted(
    trait: Trait, near: Sequence[Peer], lost_at: float, within: float
) -> Neighbours | None:
    """Count those that are silent, and those that were well after this one was lost."""
    silent = [peer for peer in near if peer.member.lost_at is not None]
    online = [p for p in near if p.is_online and (p.member.alive_at or 0.0) > lost_at]
    if not (silent or online):
        return None
    times = sorted([p.member.lost_at for p in silent if p.member.lost_at is not None])
    low, high = bisect_left(times, lost_at - within), bisect_right(times, lost_at + within)
    return Neighbours(
        trait=trait.value,
        online=len(online),
        silent=len(times),
        silent_since=datetime.fromtimestamp(times[0], UTC) if times else None,
        as_of=min([peer.as_of for peer in (*silent, *online)]),
        together=high - low,
    )


def beside(report: SessionReport, near: Neighbours | None) -> SessionReport:
    """Return it with its neighbours; one that fell silent with others of its cell is not reset."""
    findings = report.findings
    if near and near.fell_with_it:
        findings = tuple(
            replace(each, next_step=NOT_ALONE) if each.next_step and each.rule in SILENT else each
            for each in findings
        )
    if near is None and findings is report.findings:
        return report
    return replace(report, neighbours=near, findings=findings)
