"""Where towers stand, which a scan reads of few SIMs: those that may have leapt, and the lost."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from bot.diagnosis.evidence import LONG_AGO
from bot.diagnosis.fields import cell
from bot.diagnosis.rules.impossible_travel import is_near
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import CellLocation, DataSession
from bot.sessions.snapshot import Snapshot
from bot.store.scans import ScanRow
from bot.struct import replace

Rows = tuple[DataSession, ...]


def with_places(rows: Rows, page: bytes, now: datetime, limits: Thresholds) -> Rows:
    """Return a SIM's sessions with their towers' places, where those of the last day are far apart.

    `page` is the answer that they were read from without. Most SIMs stay in one area, and of those
    nothing more is read.
    """
    if not _changed_area(rows, now - DAY):
        return rows
    listed = from_json(page)["data_sessions"]
    if len(listed) != len(rows) or not _went_far(rows, listed, now - DAY, limits.travel_least_km):
        return rows
    return tuple(
        row.model_copy(update={"cell_location_estimate": _place_in(each)})
        for row, each in zip(rows, listed, strict=True)
    )


def _changed_area(rows: Rows, since: datetime) -> bool:
    """Return whether the sessions since then, and the one before, are not all in one area."""
    recent = [row for row in rows if row.start and row.start >= since]
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
    told = cell_id or ""
    return told.rpartition("-")[0] or told


def _went_far(rows: Rows, listed: Sequence[Any], since: datetime, km: float) -> bool:
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


def lost_place(row: ScanRow, page: bytes) -> ScanRow:
    """Return the row of a SIM that fell silent, with its tower's place."""
    seen = Snapshot.from_json(row.row)
    sessions = (each for each in from_json(page)["data_sessions"] if isinstance(each, dict))
    on_it = (each for each in sessions if cell(each.get("cell_id")) == seen.cell_id)
    with suppress(ValueError, TypeError, AttributeError):
        tower = DataSession.model_validate(next(on_it, {})).cell_location_estimate
        if seen.cell_id and tower:
            place = (round(tower.lat, 3), round(tower.lon, 3))
            return replace(row, row=replace(seen, place=place).to_json())
    return row
