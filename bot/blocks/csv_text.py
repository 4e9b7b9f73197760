"""All sessions of a SIM as a CSV file, every property of KORE's resource a column."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from bot.blocks.speech import utc
from bot.kore.models import DataSession

COLUMNS = (
    "sid",
    "sim_sid",
    "account_sid",
    "radio_link",
    "operator_mcc",
    "operator_mnc",
    "operator_country",
    "operator_name",
    "cell_id",
    "cell_location_estimate.lat",
    "cell_location_estimate.lon",
    "packets_uploaded",
    "packets_downloaded",
    "last_updated",
    "start",
    "end",
    "imei",
)
WITHHOLDABLE = frozenset(
    {"cell_id", "cell_location_estimate.lat", "cell_location_estimate.lon", "imei"}
)
TOLD_TO_ALL = tuple(name for name in COLUMNS if name not in WITHHOLDABLE)
# A spreadsheet takes text that begins so for a formula (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CsvCell = str | float | datetime | None


def csv_text(sessions: Iterable[DataSession], columns: Sequence[str] = COLUMNS) -> str:
    """Write the sessions in the order they come; unknown is an empty cell, times are ISO in UTC."""
    return csv_of(columns, ([_cell(session, name) for name in columns] for session in sessions))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> str:
    """Write a head and rows."""
    return csv_lines(chain([columns], rows))


def csv_lines(rows: Iterable[Sequence[CsvCell]]) -> str:
    """Write rows."""
    out = io.StringIO()
    csv.writer(out).writerows(map(csv_cell, row) for row in rows)
    return out.getvalue()


def _cell(session: DataSession, name: str) -> CsvCell:
    parent, _, child = name.partition(".")
    value = getattr(session, parent)
    found: CsvCell = getattr(value, child) if child and value is not None else value
    return found


def csv_cell(value: CsvCell) -> str:
    """Give a value as a cell; what a spreadsheet would take for a formula is shown as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)
