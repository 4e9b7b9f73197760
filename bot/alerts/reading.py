"""What one scan says of an alert's SIMs: who is ill of what, who was read, who belongs together."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import cos, dist, inf, radians

from bot.alerts.alert import AlertState
from bot.alerts.incident import SILENT
from bot.diagnosis.contrast import (
    Member,
    Outage,
    OutageLimits,
    Trait,
    outages_of,
    possible_outages,
    undecided,
)
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity, explained_rules, rule_order
from bot.diagnosis.rules.common_outage import SILENT as SILENT_RULES
from bot.diagnosis.rules.twin_imei import MOST, NEXT_STEP, TITLE, Live, twins_of
from bot.digests.enrichment import MonthUsage, single_usage
from bot.digests.scan import OPEN_STATES
from bot.sessions.peers import scanned_member
from bot.sessions.redaction import redacted_snapshot
from bot.sessions.snapshot import Snapshot
from bot.slack.access import ONE_ACCOUNT
from bot.store.scans import FAILED, ScanRow, ScanRows
from bot.struct import Struct, field, replace

TWIN = "twin_imei"
_STATES = frozenset({*(state.value for state in OPEN_STATES), FAILED})
_IMEI, _DIGITS = '"imei14":"', 14
_ACCOUNT = re.compile(r',"account":"([^"\\]*)"')


class Devices:
    """Collects which SIMs of a scan may be live in one device; accounts are not compared."""

    def __init__(self) -> None:
        self._sids: dict[str, list[str]] = {}

    def add(self, rows: Iterable[ScanRow]) -> None:
        """Collect some rows; one of a SIM that could not be read says how it was seen last."""
        for row in rows:
            at = row.row.find(_IMEI) if row.state in _STATES else -1
            if at < 0:
                continue
            at += len(_IMEI)
            device = row.row[at : at + _DIGITS]
            if account := _ACCOUNT.search(row.row, at):
                device += account[1]
            sids = self._sids.setdefault(device, [])
            if len(sids) <= MOST:
                sids.append(row.sid)

    def shared(self) -> list[str]:
        """Return the SIMs that have their device's IMEI not alone."""
        return sorted(sid for sids in self._sids.values() if 1 < len(sids) <= MOST for sid in sids)


def twins_among(rows: Iterable[ScanRow]) -> dict[str, Snapshot]:
    """Return with whom SIMs that share a device are live in it, by SID, of those that are."""
    live = defaultdict[tuple[str | None, str], list[Live]](list)
    every = {row.sid: Snapshot.from_json(row.row) for row in rows}
    for seen in every.values():
        since = seen.in_device or seen.since
        if seen.state in OPEN_STATES and seen.imei14 and since and seen.seen_at:
            there = Live(seen.sid, seen.name, seen.imei14, since, seen.seen_at)
            live[seen.account, seen.imei14].append(there)
    return {one.sid: every[other.sid] for each in live.values() for one, other in twins_of(each)}


SITE_KM = 1.0
MOST_CELLS = 3
MOST_SHARED = 2000
KM_A_DEGREE = 111.2
_FAMILIES = dict.fromkeys(SILENT_RULES, SILENT) | {
    "barred_after_flapping": "flapping",
    "flapping": "flapping",
}
_SEVERITIES = {severity.word: severity for severity in Severity}
_GRAVE = ('"warning"', '"critical"')
"""What stands in the JSON of a SIM that has something: most need not be read any further."""
TOGETHER = (
    "They fell silent together: check the site's power and antenna before you reset one of them."
)
DATA_LIMIT = "data_limit"
TOLD_BY_USAGE = frozenset({DATA_LIMIT, "never_seen"})
_UNJUDGED = f'"unjudged":["{DATA_LIMIT}"'


def _flat(place: tuple[float, float]) -> tuple[float, float]:
    """Return kilometres north and east, good for short distances."""
    lat, lon = place
    return lat * KM_A_DEGREE, lon * KM_A_DEGREE * cos(radians(lat))


class Cause(Struct):
    """A finding that stands."""

    rule: str
    severity: Severity
    title: str

    @property
    def family(self) -> str:
        """What it counts as: findings that follow from each other are one."""
        return _FAMILIES.get(self.rule, self.rule)


class SickSim(Struct):
    """A SIM with its causes, the gravest first; `lost_at` is epoch seconds, of a silence only.

    `since` is when the gravest began, where KORE tells that. `place` is its tower's latitude and
    longitude, `device` the first 14 digits of its IMEI. `told_once` is what was told of its usage,
    where a cause comes of it and it was told only once. `twin` is the SIM that is live in its
    device too, where that is none of the alert's.
    """

    sid: str
    name: str
    causes: tuple[Cause, ...]
    lost_at: float | None = None
    traits: Mapping[Trait, str] = field(default_factory=dict)
    next_step: str | None = None
    redacted: str | None = None
    account: str = ""
    place: tuple[float, float] | None = None
    device: str | None = None
    told_once: MonthUsage | None = None
    twin: Snapshot | None = None
    since: datetime | None = None

    def cause_in(self, family: str) -> Cause | None:
        """Return its gravest cause of a family."""
        return next((cause for cause in self.causes if cause.family == family), None)

    def standing(self, family: str) -> Cause | None:
        """Return what keeps it in an incident: of most whatever it has, of these that alone.

        A silence goes on under another cause that explains it.
        """
        others = family not in {SILENT, TWIN} or (family == SILENT and self.lost_at is not None)
        return self.cause_in(family) or (self.causes[0] if others else None)

    def is_at_site_of(self, other: "SickSim") -> bool:
        """Return whether both are on one cell, or on two of one site."""
        cells = self.traits.get(Trait.CELL), other.traits.get(Trait.CELL)
        if cells[0] and cells[0] == cells[1]:
            return True
        if not (self.place and other.place):
            return False
        return dist(_flat(self.place), _flat(other.place)) <= SITE_KM


class ScanReading(Struct):
    """One scan. `read` are all SIMs that could be read, `failed` those that could not.

    `back` is since when SIMs that were asked for are connected again, in epoch seconds, where that
    is known. `outages` are those that went down together, by family. `unreachable` says why
    nothing could be read, `silent_for` since how many seconds KORE has not answered; `is_partial`,
    that of the SIMs neither read nor failed nothing was asked. `accounts` are those that were
    asked, `missing` those that could not be. `may_grow` are SIMs of which the next scan may tell
    that they went down with others; it comes after `interval`. Of those that are watched, `lost`
    are silent, whatever explains it; of the `unjudged` it is not known whether they are at a data
    limit.
    """

    at: datetime
    sick: Mapping[str, SickSim] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    back: Mapping[str, float] = field(default_factory=dict)
    outages: Mapping[str, Sequence[Outage]] = field(default_factory=dict)
    rhythms: Mapping[str, float] = field(default_factory=dict)
    unreachable: str | None = None
    silent_for: float = 0.0
    is_partial: bool = False
    accounts: frozenset[str] = ONE_ACCOUNT
    missing: tuple[str, ...] = ()
    may_grow: frozenset[str] = frozenset()
    interval: timedelta = timedelta(minutes=5)
    unjudged: frozenset[str] = frozenset()
    lost: frozenset[str] = frozenset()

    def causes_since(
        self, state: AlertState, reported: Collection[tuple[str, str]] = ()
    ) -> dict[str, dict[str, float]]:
        """Return since when SIMs have a cause, by those families that may have news.

        `reported` are SIMs that are down in an incident, each with its family.
        """
        begun: dict[str, dict[str, float]] = {}
        news: set[str] = set()
        for sid, sim in self.sick.items():
            family, ill = sim.causes[0].family, state.ill.get(sid)
            same = ill if ill and ill.family == family else None
            begun.setdefault(family, {})[sid] = same.seen if same else self.at.timestamp()
            is_known = (same and same.known) or not state.knows(sim.account)
            if not is_known and (sid, family) not in reported:
                news.add(family)
        return {family: begun[family] for family in news}


class AlertFilter(Struct):
    """What an alert looks for: some rules (none: all) from a severity on, in some SIMs or all."""

    causes: Collection[str]
    least: Severity
    sids: Collection[str] | None = None

    def takes(self, cause: Cause) -> bool:
        """Return whether it is one of the causes."""
        return cause.severity >= self.least and (not self.causes or cause.rule in self.causes)


_TWIN = Cause(TWIN, Severity.CRITICAL, TITLE)


class ScanReader:
    """Collects the rows of a scan, page by page."""

    def __init__(
        self, wanted: AlertFilter, watched: Collection[str], accounts: frozenset[str] = ONE_ACCOUNT
    ) -> None:
        """`watched` are SIMs of which it is told when they came back, or are not judged.

        A SIM that names no account is of the only one of `accounts`.
        """
        self._account = next(iter(accounts)) if len(accounts) == 1 else ""
        self._wanted = wanted
        self._watched = watched
        self._sick: dict[str, SickSim] = {}
        self._read: set[str] = set()
        self._failed: set[str] = set()
        self._unjudged: set[str] = set()
        self._lost: set[str] = set()
        self._back: dict[str, float] = {}

    def add(self, rows: Iterable[ScanRow]) -> None:
        """Collect some rows."""
        wanted = self._wanted.sids
        for row in rows:
            if wanted is not None and row.sid not in wanted:
                continue
            if row.state == FAILED:
                self._failed.add(row.sid)
                continue
            self._read.add(row.sid)
            if any(word in row.row for word in _GRAVE):
                self._judge(row)
            if row.sid in self._watched:
                self._watch(row)

    def add_twins(self, rows: Mapping[str, ScanRow]) -> None:
        """Collect those that were added, and have a twin: that shows only over all of them."""
        for sid, twin in sorted(twins_among(rows.values()).items()):
            if sid in self._read:
                self._judge(rows[sid], twin)
                self._back.pop(sid, None)

    def _judge(self, row: ScanRow, twin: Snapshot | None = None) -> None:
        seen = Snapshot.from_json(row.row)
        every = [
            Cause(found.rule, _SEVERITIES.get(found.severity, Severity.INFO), found.title)
            for found in seen.findings
        ]
        if twin:
            every = [_TWIN, *(each for each in every if each.rule not in explained_rules(TWIN))]
            every.sort(key=lambda each: (-each.severity, rule_order(each.rule)))
        causes = tuple(filter(self._wanted.takes, every))
        if not causes:
            return
        member, shown = scanned_member(row), redacted_snapshot(seen).name
        is_by_usage = causes[0].family in TOLD_BY_USAGE
        self._sick[row.sid] = SickSim(
            sid=row.sid,
            name=seen.name,
            causes=causes,
            lost_at=row.lost_at,
            traits=member.traits if member else {},
            next_step=NEXT_STEP if causes[0].rule == TWIN else seen.next_step,
            redacted=None if shown == seen.name else shown,
            account=seen.account or self._account,
            place=seen.place,
            device=seen.imei14,
            told_once=single_usage(row) if is_by_usage else None,
            twin=twin if twin and twin.sid not in self._read else None,
            since=_since(seen, twin) if causes[0] == every[0] else None,
        )

    def _watch(self, row: ScanRow) -> None:
        if _UNJUDGED in row.row:
            self._unjudged.add(row.sid)
        if row.lost_at is not None:
            self._lost.add(row.sid)
        if row.state == State.ONLINE and row.sid not in self._sick:
            since = Snapshot.from_json(row.row).since
            if since:
                self._back[row.sid] = since.timestamp()

    def reading(self, at: datetime) -> ScanReading:
        """Return the reading."""
        return ScanReading(
            at=at,
            sick=self._sick,
            read=frozenset(self._read),
            failed=frozenset(self._failed),
            back=self._back,
            unjudged=frozenset(self._unjudged),
            lost=frozenset(self._lost),
        )


def _since(seen: Snapshot, twin: Snapshot | None) -> datetime | None:
    """Return since when its gravest cause is so; twins are it since the second came."""
    both = filter(None, (each.in_device or each.since for each in (seen, twin) if each))
    return max(both, default=None) if twin else seen.cause_since


async def read_all(reader: ScanReader, rows: ScanRows, run: int) -> None:
    """Collect all rows of a scan, and who has a twin among them. Raises StoreError."""
    devices = Devices()
    async for page in rows.every(run):
        reader.add(page)
        devices.add(page)
        await asyncio.sleep(0)
    if shared := devices.shared()[:MOST_SHARED]:
        reader.add_twins(await rows.known(run, shared))


async def with_outages(
    reading: ScanReading,
    pages: AsyncIterator[Sequence[ScanRow]],
    sids: Collection[str] | None,
    begun: Mapping[str, Mapping[str, float]],
    lines: OutageLimits,
) -> ScanReading:
    """Return a reading with its outages, found by comparison with all other SIMs, as a verdict's.

    `begun` says since when SIMs have a cause, by family; when they fell silent say the rows.
    """
    members: list[Member] = []
    async for page in pages:
        mine = (row for row in page if sids is None or row.sid in sids)
        members += [member for row in mine if (member := scanned_member(row))]
        await asyncio.sleep(0)
    outages = {
        family: outages_of(
            members if family == SILENT else [_down_since(m, sims.get(m.sid)) for m in members],
            lines,
        )
        for family, sims in begun.items()
        if family != TWIN  # a pair has its device in common, whatever others share
    }
    since = reading.at.timestamp() - lines.within
    fresh = {sid for sid, seen in begun.get(SILENT, {}).items() if seen >= since}
    if not fresh.difference(*(outage.sids for outage in outages.get(SILENT, ()))):
        return replace(reading, outages=outages)
    outages[SILENT] += possible_outages(members, outages[SILENT], fresh, lines)
    return replace(reading, outages=outages, may_grow=undecided(members, fresh, lines))


def _down_since(member: Member, moment: float | None) -> Member:
    return replace(member, lost_at=moment, alive_at=inf)


def outage_value(outage: Outage, sims: Iterable[SickSim]) -> str | None:
    """Return the trait's value; of a site whose SIMs are on several cells, those."""
    cells = Counter(sim.traits.get(Trait.CELL) for sim in sims)
    listed = " and ".join(cell for cell, _ in cells.most_common(MOST_CELLS) if cell)
    return (outage.trait is Trait.CELL and listed) or outage.value
