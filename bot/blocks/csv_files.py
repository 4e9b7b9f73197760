"""Files to send: CSV of a history, a triage or a digest, pictures, and what is said of them."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

from bot.blocks import ids
from bot.blocks.findings import fill_evidence
from bot.blocks.format import MRKDWN, NOTICE, PLAIN, Formatter, count, link_text, utc
from bot.blocks.history import (
    days_text,
    empty_text,
    history_headline,
    in_window,
    totals_text,
)
from bot.blocks.kit import Screen, actions, button, clean, screen, section, without_hidden
from bot.blocks.report import person
from bot.blocks.triage import triage_headline
from bot.diagnosis.fields import known_text
from bot.diagnosis.rule import Severity
from bot.digests.digest import Digest, ScannedSim
from bot.kore.errors import KoreError
from bot.kore.models import DataSession
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import FindingBrief
from bot.sessions.triage import Row, Triage, Unread, last_seen
from bot.struct import Struct, replace

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
# A spreadsheet takes text that begins so for a formula, also behind what may be its separator,
# quote or line end (OWASP, CSV injection): so every cell is quoted besides. No run of spaces is
# read twice.
_BEGINS, _ENDS = r"[=+\-@＝＋－＠]", r"\t\n\r\v\f\x85\u2028\u2029"
_FORMULA = re.compile(
    rf"(?:^|[;,|\"'])\s*+{_BEGINS}|(?<=\S)[^\S{_ENDS}]*+[{_ENDS}]\s*+{_BEGINS}|^[\t\r\n]"
)
CsvCell = str | float | datetime | None


class SlackFile(Struct):
    """A file to send, held or on the disk; `words` is mrkdwn, `alt` says what a picture shows."""

    name: str
    content: bytes | Path
    title: str
    words: str
    alt: str = ""


def csv_text(sessions: Iterable[DataSession], columns: Sequence[str] = SESSION_COLUMNS) -> str:
    """Write the sessions in the order they come; unknown is an empty cell, times are ISO in UTC."""
    rows = ([_cell(session, name) for name in columns] for session in sessions)
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


def _cause(seen: ScannedSim) -> FindingBrief | None:
    found = seen.snapshot.findings
    return found[0] if found and found[0].severity != Severity.INFO.word else None


DIGEST_COLUMNS: Mapping[str, Callable[[ScannedSim], CsvCell]] = {
    "sid": lambda seen: seen.snapshot.sid,
    "name": lambda seen: seen.snapshot.name,
    "iccid": lambda seen: seen.snapshot.iccid,
    "status": lambda seen: seen.snapshot.status,
    "state": lambda seen: None if seen.fault else seen.snapshot.state.value,
    "since": lambda seen: seen.snapshot.since,
    "last_heard_of": lambda seen: seen.snapshot.seen_at,
    "operator": lambda seen: seen.snapshot.operator,
    "network": lambda seen: seen.snapshot.network,
    "country": lambda seen: seen.snapshot.country,
    "radio_link": lambda seen: seen.snapshot.radio,
    "imei": lambda seen: seen.snapshot.imei14,
    "cell_id": lambda seen: seen.snapshot.cell_id,
    "packets_last_24_h": lambda seen: seen.packets,
    "severity": lambda seen: cause.severity if (cause := _cause(seen)) else None,
    "cause": lambda seen: cause.title if (cause := _cause(seen)) else None,
    "findings": lambda seen: " ".join(each.rule for each in seen.snapshot.findings) or None,
    "could_not_be_read": lambda seen: seen.fault,
    "account": lambda seen: seen.snapshot.account,
}
MARK = "\ufeff"
"""What a spreadsheet knows UTF-8 by."""


def digest_file(digest: Digest, content: Path) -> SlackFile:
    """Name the file of a digest and the sentence that comes with it."""
    name = re.sub(r"[^\w-]+", "-", clean(digest.name, 60)).strip("-") or "digest"
    title = f"{clean(digest.name, 60)}, {count(digest.sims, 'SIM')}"
    words = f"{MRKDWN.strong(MRKDWN.data(title))}, as of {MRKDWN.when(digest.made_at)}"
    return SlackFile(f"{name}-{utc(digest.due):%Y-%m-%d-%H%M}.csv", content, title, words)


def head_line() -> str:
    """Return the first line of the file."""
    return MARK + csv_lines([list(DIGEST_COLUMNS)])


def page_lines(sims: Sequence[ScannedSim]) -> str:
    """Return a line for each SIM; unknown is an empty cell, times are ISO in UTC."""
    return csv_lines([cell(seen) for cell in DIGEST_COLUMNS.values()] for seen in sims)


_ALT = 1000  # characters: files.getUploadURLExternal, alt_txt_too_large
_NAME = 60


def csv_file(report: SessionReport, days: int, *, shared_by: str | None = None) -> SlackFile:
    """Write every session of the window with every field; the mark in front is for spreadsheets.

    Raises KoreError where the sessions could not be read.
    """
    if report.sessions is None:
        raise KoreError(report.problem or empty_text(report, days))
    columns = PUBLIC_COLUMNS if report.redacted else SESSION_COLUMNS
    content = csv_text(in_window(report, days), columns).encode("utf-8-sig", "replace")
    return _file(report, days, ids.FileKind.CSV, content, shared_by)


def picture_file(
    report: SessionReport, days: int, png: bytes, *, shared_by: str | None = None
) -> SlackFile:
    """Return the picture its name, its caption and the words for who cannot see it."""
    file = _file(report, days, ids.FileKind.PICTURE, png, shared_by)
    return replace(file, alt=clean(timeline_alt(report, days), _ALT))


def _file(
    report: SessionReport, days: int, kind: ids.FileKind, content: bytes, shared_by: str | None
) -> SlackFile:
    words = history_headline(report, in_window(report, days), days, MRKDWN)
    if report.redacted:
        words = f"{words} · {MRKDWN.own(report.redacted)}"
    return SlackFile(
        name=file_name(report, days, kind),
        content=content,
        title=f"{clean(report.sim.full_name, _NAME)}, {days_text(days)}",
        words=f"{words} · shared by {person(shared_by)}" if shared_by else words,
    )


def timeline_alt(report: SessionReport, days: int) -> str:
    """Describe the picture of the timeline to who cannot see it."""
    sessions = in_window(report, days)
    what = count(len(sessions), "session")
    brief = f": {totals_text(sessions)}" if sessions else ""
    return f"Timeline of {report.sim.full_name}, {days_text(days)}, {what}{brief}"


def file_name(report: SessionReport, days: int, ending: str) -> str:
    """Name a file after its SIM and window: `pump-7-30-days.csv`, safe on any disk."""
    name = re.sub(r"[^\w-]+", "-", clean(report.sim.full_name, 60)).strip("-") or report.sim.sid
    return f"{name}-{days}-days.{ending}"


def sent_screen(
    name: str, value: ids.ShareFile | None = None, *, is_ready: bool, link: str = ""
) -> Screen:
    """Say that a file went to the asker directly; `value` offers to share it in the channel."""
    label = f"Share {name} to the channel"
    share = value and button("Share to channel", ids.SHARE_FILE, label, value)

    def words(fmt: Formatter) -> str:
        late = "" if is_ready else " Slack is still processing it; it may take a minute to show."
        return f"📎 Sent to your DMs: {fmt.strong(fmt.data(name))}.{late}"

    shown = f"{words(MRKDWN)} {link_text(link, 'Open it')}".rstrip()
    return screen(
        words(NOTICE), [section(shown), actions(ids.FILE_ACTIONS, [share]) if share else None]
    )


def shared_screen(file: SlackFile) -> Screen:
    """Say that a file stands in the channel now."""

    def words(fmt: Formatter) -> str:
        return f"📎 {fmt.strong(fmt.data(file.name))} is shared here, for everybody to see."

    return screen(words(NOTICE), [section(words(MRKDWN))])


def _of_last(report: SessionReport, name: str) -> str | None:
    return known_text(getattr(report.last_session, name, None))


def _titled(report: SessionReport) -> str | None:
    return fill_evidence(report.cause.title, report.cause, PLAIN) if report.cause else None


CARD = "iccid"
TRIAGE_COLUMNS: Mapping[str, Callable[[SessionReport], CsvCell]] = {
    "asked": lambda report: report.query,
    "sim": lambda report: report.sim.name,
    "sim_sid": lambda report: report.sim.sid,
    CARD: lambda report: report.sim.iccid,
    "status": lambda report: report.sim.status,
    "state": lambda report: report.state.value,
    "since": lambda report: report.since,
    "rule": lambda report: report.cause.rule if report.cause else None,
    "severity": lambda report: report.cause.severity.word if report.cause else None,
    "cause": _titled,
    "operator": lambda report: _of_last(report, "operator_name"),
    "radio_link": lambda report: _of_last(report, "radio_link"),
    "last_seen": lambda report: last_seen(report) if report.last_session else None,
    "read_at": lambda report: report.as_of,
    "problem": lambda report: report.problem,
    "account": lambda report: report.sim.account,
}


def triage_file(triage: Triage) -> SlackFile:
    """Write every row, those too that could not be read; unknown is an empty cell."""
    is_redacted = any(report.redacted for report in triage.reports)
    columns = [name for name in TRIAGE_COLUMNS if not (is_redacted and name == CARD)]
    text = csv_lines([columns, *([_of(row, name) for name in columns] for row in triage.rows)])
    moment = max((report.made_at for report in triage.reports), default=None)
    day = f"-{utc(moment):%Y-%m-%d}" if moment else ""
    return SlackFile(
        name=f"sims{day}.csv",
        content=text.encode("utf-8-sig", "replace"),
        title=f"{count(len(triage.rows), 'SIM')}, worst first",
        words=triage_headline(triage, MRKDWN),
    )


def _of(row: Row, name: str) -> CsvCell:
    if isinstance(row, Unread):
        return {"asked": row.query, "problem": row.error.sentence}.get(name)
    return TRIAGE_COLUMNS[name](row)
