"""What a scan reads of few SIMs only: what they used of their limits, where their towers stand.

Usage is a request a SIM: KORE sums it up by account or by SIM, not for several SIMs. So of a chunk
of a scan some SIMs at most are asked for, those first that never were; then each once a month, and
again once it may have come near a limit, by what it used a day and sends now. No SIM is asked for
twice within an hour, even where KORE did not tell: with scans every 5 minutes that is a twelfth
more requests at most, and of full chunks a tenth however often they are scanned. A limit that is
crossed is told within an hour, as long as no more SIMs are near theirs than that allows. What was
told is kept in the SIM's row. Places are read of SIMs that may have leapt, and of the lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic_core import from_json

from bot.diagnosis.evidence import LONG_AGO
from bot.diagnosis.fields import UsageKind, cell, month_start, used_bytes
from bot.diagnosis.rules.data_limit import FULL, MEGABYTE
from bot.diagnosis.rules.impossible_travel import is_near
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import CellLocation, DataSession, RatePlan, Sim, UsageRecord
from bot.kore.pages import DataSessionPage, read_rows
from bot.sessions.snapshot import Snapshot, compact_json
from bot.store.scans import ScanRow
from bot.struct import replace

MOST_ASKED = 10
"""SIMs of a chunk, which has 100, of which the usage is asked for in one scan."""
AGAIN = 3600.0
DAY, A_DAY = 86_400.0, timedelta(days=1)
BYTES_A_PACKET = 1500
"""At most: the MTU of Ethernet, which no mobile network's exceeds."""
FASTER = 2
"""So many times as fast as before in its month a SIM may use data, beyond what its packets tell."""
_KEPT = ',"spent":['


class MonthUsage(NamedTuple):
    """A SIM's month as KORE had it at `read_at`; times in epoch seconds, usage in bytes.

    `readings` is how often it told anything so far, `failed_at` when it was asked in vain last;
    `since` is when the SIM was first scanned with a limit.
    """

    month: float = 0.0
    read_at: float = 0.0
    home: int | None = None
    national: int | None = None
    international: int | None = None
    total: int | None = None
    readings: int = 1
    failed_at: float = 0.0
    since: float = 0.0

    @property
    def asked_at(self) -> float:
        """When KORE was asked last."""
        return max(self.read_at, self.failed_at)

    def used(self, kind: UsageKind) -> int:
        """Return the known bytes."""
        by_kind = {UsageKind.HOME: self.home, UsageKind.NATIONAL: self.national}
        return by_kind.get(kind, self.international) or 0

    def most(self, kind: UsageKind, limit: int, traffic: int | None, at: float) -> float:
        """Return the bytes of a limit that can be used by now; `traffic` is packets a day.

        At worst, where that is unknown, all of it in a day.
        """
        used, days = self.used(kind), (at - self.read_at) / DAY
        usual = used * DAY / max(DAY, self.read_at - self.month)
        sent = limit if traffic is None else traffic * BYTES_A_PACKET
        return used + days * max(sent, FASTER * usual)

    def records(self) -> tuple[UsageRecord, ...]:
        """Return the usage as KORE writes it."""
        kinds = {"home": self.home, "national_roaming": self.national}
        data: dict[str, object] = {name: {"total": n} for name, n in kinds.items() if n is not None}
        data["total"] = self.total
        if self.international is not None:
            data["international_roaming"] = [{"total": self.international}]
        return (UsageRecord(data=data),)


def limits_of(plan: RatePlan | None) -> dict[UsageKind, int]:
    """Return a plan's limits, in bytes."""
    limits = plan and {
        UsageKind.HOME: plan.data_limit,
        UsageKind.NATIONAL: plan.national_roaming_data_limit,
        UsageKind.INTERNATIONAL: plan.international_roaming_data_limit,
    }
    return {kind: limit * MEGABYTE for kind, limit in (limits or {}).items() if limit and limit > 0}


_NOTHING = MonthUsage(readings=0)


def _spent_in(row: ScanRow) -> MonthUsage | None:
    """Return what a row keeps; None where it keeps nothing, or anything else."""
    at = row.row.rfind(_KEPT)
    if at < 0:
        return None
    try:
        spent = MonthUsage(*from_json(row.row[at + len(_KEPT) - 1 : -1]))
    except (TypeError, ValueError):
        return None
    return spent if all(isinstance(each, float | int | None) for each in spent) else None


def single_usage(row: ScanRow) -> MonthUsage | None:
    """Return a SIM's usage where KORE gave it only once so far."""
    spent = _spent_in(row)
    return spent if spent and spent.readings == 1 else None


class ScanUsage:
    """The usage of a scan's SIMs; `percent` of a limit is near it, `before` are their last rows."""

    def __init__(
        self, plans: Mapping[str, RatePlan | None], before: Iterable[ScanRow], percent: int
    ) -> None:
        self._limits = {sid: limits_of(plan) for sid, plan in plans.items()}
        self._near = min(percent, FULL) / FULL
        rows = list(before) if self._limits else []
        self._traffic = {row.sid: row.traffic for row in rows}
        kept = ((row.sid, _spent_in(row)) for row in rows)
        self.known = {sid: spent for sid, spent in kept if spent}

    def due_sids(self, sims: Sequence[Sim], now: datetime) -> list[Sim]:
        """Return those whose usage is to be asked for in this scan, the longest unasked first."""
        for sim in sims:
            if self._limits.get(sim.rate_plan_sid or ""):
                self.known.setdefault(sim.sid, _NOTHING._replace(since=now.timestamp()))
        asked = sorted(
            (self.known.get(sim.sid, _NOTHING).asked_at, place)
            for place, sim in enumerate(sims)
            if self._may_be_news(sim, now)
        )
        return [sims[place] for _, place in asked[:MOST_ASKED]]

    def record(self, sim: Sim, records: tuple[UsageRecord, ...], now: datetime) -> None:
        """Record what a SIM has used, as KORE says, since its month began."""
        since = month_start(sim, now)
        home, national, abroad, every = (used_bytes(records, since, kind) for kind in _KINDS)
        known = self.known.get(sim.sid, _NOTHING)
        self.known[sim.sid] = MonthUsage(
            month=since.timestamp(),
            read_at=now.timestamp(),
            home=home,
            national=national,
            international=abroad,
            total=every,
            readings=known.readings + 1,
            since=known.since,
        )

    def record_failure(self, sim: Sim, now: datetime) -> None:
        """Record that KORE did not say what a SIM has used."""
        known = self.known.get(sim.sid, _NOTHING)
        self.known[sim.sid] = known._replace(failed_at=now.timestamp())

    def usage(self, sim: Sim, now: datetime) -> tuple[UsageRecord, ...] | None:
        """Return the usage to judge a SIM by; None: it is not known."""
        spent = self._of_this_month(sim, now)
        return spent.records() if spent else None

    def with_usage(self, row: ScanRow) -> ScanRow:
        """Return a SIM's row with what is known of its month, for the next scan."""
        spent = self.known.get(row.sid)
        if spent is None:
            return row
        return replace(row, row=f"{row.row[:-1]}{_KEPT}{compact_json(spent)[1:]}}}")

    def _of_this_month(self, sim: Sim, now: datetime) -> MonthUsage | None:
        spent = self.known.get(sim.sid, _NOTHING)
        if not spent.readings or sim.date_created is None:
            return spent if spent.readings else None
        return spent if spent.month == month_start(sim, now).timestamp() else None

    def _may_be_news(self, sim: Sim, now: datetime) -> bool:
        """Return whether a line that was not reached may have been since."""
        limits, at = self._limits.get(sim.rate_plan_sid or ""), now.timestamp()
        asked_at = self.known.get(sim.sid, _NOTHING).asked_at
        if not limits or at - AGAIN < asked_at <= at:  # later than now: the clock was set back
            return False
        spent = self._of_this_month(sim, now)
        traffic = self._traffic.get(sim.sid)
        return spent is None or any(
            spent.used(kind) < line <= spent.most(kind, limit, traffic, at)
            for kind, limit in limits.items()
            for line in (limit * self._near, limit)
        )


_KINDS = (UsageKind.HOME, UsageKind.NATIONAL, UsageKind.INTERNATIONAL, UsageKind.ALL)


SessionTuple = tuple[DataSession, ...]


def with_places(rows: SessionTuple, page: bytes, now: datetime, limits: Thresholds) -> SessionTuple:
    """Return a SIM's sessions with their towers' places, where those of the last day are far apart.

    `page` is the answer that they were read from without. Most SIMs stay in one area, and of those
    nothing more is read.
    """
    if not _changed_area(rows, now - A_DAY):
        return rows
    listed = from_json(page)["data_sessions"]
    if len(listed) != len(rows) or not _went_far(rows, listed, now - A_DAY, limits.travel_least_km):
        return rows
    return read_rows(DataSessionPage, page).rows


def _changed_area(rows: SessionTuple, since: datetime) -> bool:
    """Return whether the sessions since then, and the one before, are not all in one area."""
    recent = [row for row in rows if (start := row.start) and start >= since]
    if not recent or recent[0].cell_location_estimate:
        return False  # nothing to tell; or all of it was read
    areas = {_area(row.cell_id) for row in recent}
    if len(areas) == 1 and len(recent) < len(rows):
        after = rows[len(recent)]
        is_in_order = rows[len(recent) - 1] is recent[-1]
        older = after if is_in_order else max((r for r in rows if r not in recent), key=_start)
        areas.add(_area(older.cell_id))
    return len(areas) > 1


def _start(row: DataSession) -> datetime:
    return row.start or LONG_AGO


def _area(cell_id: str | None) -> str:
    """Return what a tower shares with those around it: of `310-260-40482-1243` all but the last."""
    cell = cell_id or ""
    return cell.rpartition("-")[0] or cell


def _went_far(rows: SessionTuple, listed: Sequence[Any], since: datetime, km: float) -> bool:
    """Return whether two sessions, one after the other, are so far apart, the second since then."""
    after: CellLocation | None = None
    order = sorted(range(len(rows)), key=lambda n: _start(rows[n]), reverse=True)
    for row, each in ((rows[n], listed[n]) for n in order):
        place = _place_in(each)
        if place and after and not is_near(place, after, km):
            return True
        after = place or after
        if place and _start(row) < since:
            return False
    return False


def _place_in(row: Any) -> CellLocation | None:  # noqa: ANN401 -- any JSON
    with suppress(ValueError, AttributeError):
        return CellLocation.model_validate(row.get("cell_location_estimate"))
    return None


def with_lost_place(row: ScanRow, page: bytes) -> ScanRow:
    """Return the row of a SIM that fell silent, with its tower's place."""
    seen = Snapshot.from_json(row.row)
    sessions = (each for each in from_json(page)["data_sessions"] if isinstance(each, dict))
    on_it = (each for each in sessions if cell(each.get("cell_id")) == seen.cell_id)
    with suppress(ValueError, TypeError, AttributeError):
        tower = _place_in(next(on_it, {}))
        if seen.cell_id and tower:
            place = (round(tower.lat, 3), round(tower.lon, 3))
            return replace(row, row=replace(seen, place=place).to_json())
    return row
