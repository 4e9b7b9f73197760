"""What is said of many SIMs: the sentence on top, and each cell of the table."""

from collections import Counter
from collections.abc import Iterator

from bot.blocks.finding_words import filled, severity_words
from bot.blocks.session_words import known
from bot.blocks.speech import PLAIN, Speech
from bot.blocks.text import clean
from bot.blocks.units import ago, count, grouped
from bot.blocks.words import STATE_ICONS
from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.errors import BotError
from bot.sessions.report import SessionReport
from bot.sessions.triage import (
    OUTAGE,
    Outage,
    Row,
    Triage,
    Unread,
    gravity,
    is_troubled,
    last_seen,
    verdict,
)

NAME = 28
REASON = 60
_VERDICT = 48
_OPERATOR = 22


def headline(triage: Triage, speak: Speech) -> str:
    """Say in a sentence or two what is going on; while some are read, how far that is."""
    if triage.waiting:
        return _so_far(triage, speak)
    if triage.outages:
        told = [_outage(outage, speak) for outage in triage.outages]
        return " ".join([*told, *_besides(triage)]) + _unread(triage)
    return _in_sum(triage, speak)


def _so_far(triage: Triage, speak: Speech) -> str:
    total = count(len(triage.rows) + triage.waiting, "SIM")
    done = speak.strong(f"Reading {total}: {grouped(len(triage.rows))} so far")
    return f"⏳ {done}{', worst first' if triage.rows else ''}."


def _outage(outage: Outage, speak: Speech) -> str:
    between = f"between {speak.when(outage.first)} and {speak.when(outage.last)}"
    what = (
        f"{grouped(outage.sims)} of {count(outage.asked, 'SIM')} are down, all on "
        f"{speak.data(outage.network)}, last heard of"
    )
    told = "it looks like an outage of the network, not of the devices."
    return f"🔴 {speak.strong(what)} {between}: {told}"


def _besides(triage: Triage) -> Iterator[str]:
    """Count who is in trouble but has no part in an outage."""
    apart = [r for r in triage.reports if OUTAGE not in {f.rule for f in r.findings}]
    troubled = sum(map(is_troubled, apart))
    if troubled:
        others = "other needs" if troubled == 1 else "others need"
        yield f"{grouped(troubled)} {others} a look."


def _in_sum(triage: Triage, speak: Speech) -> str:
    reports = triage.reports
    grave = Counter(gravity(report) for report in reports)
    critical, warned = grave[Severity.CRITICAL], grave[Severity.WARNING]
    total = count(len(triage.rows), "SIM")
    if critical or warned:
        what = f"{grouped(critical + warned)} of {total} {_need(critical + warned)} a look"
        icon, kinds = "🔴" if critical else "🟠", (f"{critical} critical", f"{warned} warned of")
        told = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
        return f"{icon} {speak.strong(what)}: {told}.{_unread(triage)}"
    if not reports:
        return f"❔ {speak.strong(f'None of {total} could be read.')}"
    return f"✅ {speak.strong(f'None of {total} shows anything grave.')}{_unread(triage)}"


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"


def _unread(triage: Triage) -> str:
    number = len(triage.unread)
    return f" {grouped(number)} could not be read." if number else ""


def next_step(triage: Triage, speak: Speech) -> str | None:
    """Say what to do about an outage; None where each SIM has its own."""
    if triage.waiting or not triage.outages:
        return None
    findings = (f for report in triage.reports if (f := verdict(report)))
    steps = (filled(f.next_step, f, speak) for f in findings if f.rule == OUTAGE)
    return next((f"→ {step}" for step in steps), None)


def states_line(triage: Triage) -> str:
    """Count the states, worst first."""
    states = Counter(report.state for report in triage.reports)
    told = [f"{grouped(number)} {state_word(state)}" for state, number in states.items()]
    if triage.unread and not triage.waiting:
        told.append(f"{grouped(len(triage.unread))} not read")
    return ", ".join(told)


def state_word(state: State) -> str:
    """Give a state's word with its sign."""
    return f"{STATE_ICONS[state]} {state.value.replace('_', ' ')}"


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Give a row: SIM, state, verdict, operator, last seen; unknown said in words."""
    if isinstance(row, Unread):
        return clean(row.query, NAME), "❔ not read", reason(row.error), "unknown", "unknown"
    return (
        clean(row.sim.name, NAME),
        state_word(row.state) + (" (old)" if row.stale else ""),
        _verdict(row),
        clean(_operator(row), _OPERATOR),
        _seen(row),
    )


def _verdict(report: SessionReport) -> str:
    finding = verdict(report)
    if finding is None:
        return "sessions not read" if report.sessions is None else "nothing found"
    icon, _ = severity_words(finding)
    return clean(f"{icon} {filled(finding.title, finding, PLAIN).rstrip('.')}", _VERDICT)


def _operator(report: SessionReport) -> str:
    session = report.last_session
    return known(session.operator_name, "unknown", PLAIN) if session else "unknown"


def _seen(report: SessionReport) -> str:
    if report.state is State.NEVER_SEEN:
        return "not in 30 days"
    moment = last_seen(report)
    return ago(moment, report.made_at) if moment else "unknown"


def reason(error: BotError) -> str:
    """Say in a few words why there is no report."""
    return clean(error.brief or error.sentence.replace("`", ""), REASON)
