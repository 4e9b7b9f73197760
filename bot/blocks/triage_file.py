"""The table of many SIMs as a CSV file: a row each, worst first."""

from collections.abc import Sequence

from bot.blocks.csv_text import CsvCell, csv_lines
from bot.blocks.finding_words import filled
from bot.blocks.history_files import HistoryFile
from bot.blocks.speech import MRKDWN, PLAIN, utc
from bot.blocks.triage_words import headline
from bot.blocks.units import count
from bot.diagnosis.reading import known_text
from bot.sessions.report import SessionReport
from bot.sessions.triage import Row, Triage, Unread, last_seen, verdict

CARD = "iccid"
COLUMNS = (
    "asked",
    "sim",
    "sim_sid",
    CARD,
    "status",
    "state",
    "since",
    "rule",
    "severity",
    "verdict",
    "operator",
    "radio_link",
    "last_seen",
    "read_at",
    "problem",
)


def triage_file(triage: Triage) -> HistoryFile:
    """Write every row, those too that could not be read; unknown is an empty cell."""
    withheld = any(report.withheld for report in triage.reports)
    columns = [at for at, name in enumerate(COLUMNS) if not (withheld and name == CARD)]
    lines = (COLUMNS, *map(_row, triage.rows))
    text = csv_lines([line[at] for at in columns] for line in lines)
    moment = max((report.made_at for report in triage.reports), default=None)
    day = f"-{utc(moment):%Y-%m-%d}" if moment else ""
    return HistoryFile(
        name=f"sims{day}.csv",
        content=text.encode("utf-8-sig", "replace"),
        title=f"{count(len(triage.rows), 'SIM')}, worst first",
        words=headline(triage, MRKDWN),
    )


def _row(row: Row) -> Sequence[CsvCell]:
    if isinstance(row, Unread):
        return [row.query, *[None] * (len(COLUMNS) - 2), row.error.sentence]
    return [row.query, *_about(row), *_verdict(row), *_seen(row), row.as_of, row.problem]


def _about(report: SessionReport) -> Sequence[CsvCell]:
    sim = report.sim
    return [sim.name, sim.sid, sim.iccid, sim.status, report.state.value, report.since]


def _verdict(report: SessionReport) -> Sequence[CsvCell]:
    finding = verdict(report)
    if finding is None:
        return [None, None, None]
    return [finding.rule, finding.severity.word, filled(finding.title, finding, PLAIN)]


def _seen(report: SessionReport) -> Sequence[CsvCell]:
    session = report.last_session
    if session is None:
        return [None, None, None]
    operator, radio = known_text(session.operator_name), known_text(session.radio_link)
    return [operator, radio, last_seen(report)]
