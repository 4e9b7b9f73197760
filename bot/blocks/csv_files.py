"""CSV: the sessions of a SIM, every property a column, and the SIMs of a digest."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from bot.blocks.format import MRKDWN, count, utc
from bot.blocks.kit import clean, without_hidden
from bot.diagnosis.rule import Severity
from bot.digests.digest import Digest, ScannedSim
from bot.kore.models import DataSession

SESSION_COLUMNS = (
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
REDACTABLE = frozenset(
    {"cell_id", "cell_location_estimate.lat", "cell_location_estimate.lon", "imei"}
)
PUBLIC_COLUMNS = tuple(name for name in SESSION_COLUMNS if name not in REDACTABLE)
# A spreadsheet takes text that begins so for a formula, also behind what may be its separator or
# quote (OWASP, CSV injection): so every cell is quoted besides.
_FORMULA = re.compile(r"(?:^|[;,|\t\"'])\s*[=+\-@＝＋－＠]|^[\t\r\n]")
CsvCell = str | float | datetime | None


def csv_text(sessions: Iterable[DataSession], columns: Sequence[str] = SESSION_COLUMNS) -> str:
    """Write the sessions in the order they come; unknown is an empty cell, times are ISO in UTC."""
    return csv_of(columns, ([_cell(session, name) for name in columns] for session in sessions))


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> str:
    """Write a head and rows."""
    return csv_lines(chain([columns], rows))


def csv_lines(rows: Iterable[Sequence[CsvCell]]) -> str:
    """Write rows."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(map(csv_cell, row) for row in rows)
    return out.getvalue()


def _cell(session: DataSession, name: str) -> CsvCell:
    parent, _, child = name.partition(".")
    value = getattr(session, parent)
    found: CsvCell = getattr(value, child) if child and value is not None else value
    return found


def csv_cell(value: CsvCell) -> str:
    """Return a value as a cell; what a spreadsheet would take for a formula is shown as text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return utc(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        seen = without_hidden(value)
        return f"'{seen}" if _FORMULA.search(seen) else seen
    return repr(value)


DIGEST_COLUMNS = (
    "sid",
    "name",
    "iccid",
    "status",
    "state",
    "since",
    "last_heard_of",
    "operator",
    "network",
    "country",
    "radio_link",
    "imei",
    "cell_id",
    "packets_last_24_h",
    "severity",
    "cause",
    "findings",
    "could_not_be_read",
    "account",
)
MARK = "\ufeff"
"""What a spreadsheet knows UTF-8 by."""


@dataclass(frozen=True, slots=True)
class DigestFile:
    """A file on the disk on its way to somebody; `words` is mrkdwn."""

    name: str
    content: Path
    title: str
    words: str
    alt: str = ""


def digest_file(digest: Digest, content: Path) -> DigestFile:
    """Name the file of a digest and the sentence that comes with it."""
    name = re.sub(r"[^\w-]+", "-", clean(digest.name, 60)).strip("-") or "digest"
    title = f"{clean(digest.name, 60)}, {count(digest.sims, 'SIM')}"
    words = f"{MRKDWN.strong(MRKDWN.data(title))}, as of {MRKDWN.when(digest.made_at)}"
    return DigestFile(f"{name}-{utc(digest.due):%Y-%m-%d-%H%M}.csv", content, title, words)


def head_line() -> str:
    """Return the first line of the file."""
    return MARK + csv_lines([DIGEST_COLUMNS])


def page_lines(sims: Sequence[ScannedSim]) -> str:
    """Return a line for each SIM; unknown is an empty cell, times are ISO in UTC."""
    return csv_lines(map(_cells, sims))


def _cells(seen: ScannedSim) -> Sequence[CsvCell]:
    sim, found = seen.snapshot, seen.snapshot.findings
    cause = next((each for each in found[:1] if each.severity != Severity.INFO.word), None)
    return (
        sim.sid,
        sim.name,
        sim.iccid,
        sim.status,
        None if seen.fault else sim.state.value,
        sim.since,
        sim.seen_at,
        sim.operator,
        sim.network,
        sim.country,
        sim.radio,
        sim.imei14,
        sim.cell_id,
        seen.packets,
        cause.severity if cause else None,
        cause.title if cause else None,
        " ".join(each.rule for each in found) or None,
        seen.fault,
        sim.account,
    )
