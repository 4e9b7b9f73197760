"""Many SIMs at a glance: which are worst, and what they have in common. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.state import State
from bot.errors import BotError
from bot.sessions.report import SessionReport
from bot.sims.names import natural

OUTAGE = "common_outage"
GOOD_NEWS = "healthy"
_UNREAD = Severity.WARNING - 0.5  # somebody should look, but after what is known to be wrong
_WORST_FIRST = (
    State.OFFLINE,
    State.STALE,
    State.BLOCKED,
    State.NEVER_SEEN,
    State.UNKNOWN,
    State.NOT_ACTIVATED,
    State.ONLINE,
)


@dataclass(frozen=True, slots=True)
class Unread:
    """What named a SIM and could not be read, and why."""

    query: str
    error: BotError


Row = SessionReport | Unread


@dataclass(frozen=True, slots=True)
class Outage:
    """SIMs that were lost together on one network, of all that were read."""

    sims: int
    asked: int
    network: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Triage:
    """The SIMs that a text named, worst first, each once.

    `waiting` are not read yet; `cut` are beyond the limit and not read at all.
    """

    rows: tuple[Row, ...]
    waiting: int = 0
    cut: int = 0

    @property
    def reports(self) -> tuple[SessionReport, ...]:
        """Those that were read."""
        return tuple(row for row in self.rows if isinstance(row, SessionReport))

    @property
    def unread(self) -> tuple[Unread, ...]:
        """Those that were not."""
        return tuple(row for row in self.rows if isinstance(row, Unread))

    @property
    def outages(self) -> tuple[Outage, ...]:
        """What several of them have in common, the largest first."""
        found = (each for report in self.reports for each in _outages(report))
        return tuple(sorted(set(found), key=lambda outage: (-outage.sims, outage.network)))


def triage(
    texts: Sequence[str], answers: Sequence[SessionReport | BotError | None], *, cut: int = 0
) -> Triage:
    """Put the answers in order; None is not read yet. A SIM asked for twice is one row."""
    rows: dict[str, Row] = {}
    for text, answer in zip(texts, answers, strict=True):
        if isinstance(answer, SessionReport):
            rows.setdefault(answer.sim.sid, answer)
        elif answer is not None:
            rows.setdefault(text, Unread(text, answer))
    waiting = sum(answer is None for answer in answers)
    return Triage(tuple(sorted(rows.values(), key=_rank)), waiting, cut)


def verdict(report: SessionReport) -> Finding | None:
    """Return the finding that says most: what several share, else the gravest; None for none."""
    shared = (finding for finding in report.findings if finding.rule == OUTAGE)
    return next(shared, report.cause or next(iter(report.findings), None))


def gravity(report: SessionReport) -> int:
    """Return the severity of the gravest finding as a number; 0 for none, or good news alone."""
    standing = (f.severity for f in report.findings if f.stands and f.rule != GOOD_NEWS)
    return max(standing, default=0)


def is_troubled(report: SessionReport) -> bool:
    """Return whether somebody should look at a SIM."""
    return gravity(report) >= Severity.WARNING


def last_seen(report: SessionReport) -> datetime | None:
    """Return when the SIM was last heard of; None where that is unknown."""
    session = report.last_session
    return (session.end or session.last_updated) if session else None


def _rank(row: Row) -> tuple[float, int, tuple[tuple[int, int, str], ...]]:
    if isinstance(row, Unread):
        return -_UNREAD, 0, natural(row.query)
    return -float(gravity(row)), _WORST_FIRST.index(row.state), natural(row.sim.name)


def _outages(report: SessionReport) -> Iterator[Outage]:
    for finding in report.findings:
        if finding.rule != OUTAGE:
            continue
        match finding.evidence:
            case {
                "sims": int(sims),
                "asked": int(asked),
                "network": str(network),
                "first": datetime() as first,
                "last": datetime() as last,
            }:
                yield Outage(sims, asked, network, first, last)
