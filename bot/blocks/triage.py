"""The answer to a text with several SIMs: one sentence, one table, worst first, and its buttons."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.blocks import ids
from bot.blocks.findings import filled, severity_text
from bot.blocks.format import MRKDWN, NOTICE, PLAIN, Formatter, ago, count, grouped
from bot.blocks.kit import Block, actions, button, clean, context, plain, section
from bot.blocks.report_text import known, state_label
from bot.blocks.screen import Screen, screen
from bot.blocks.tables import Drawn, Table, table_parts
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
from bot.sims.names import unquoted

NAME = 28
REASON = 60
_VERDICT = 48
_OPERATOR = 22


def triage_headline(triage: Triage, fmt: Formatter) -> str:
    """Say in a sentence or two what is going on; while some are read, how far that is."""
    if triage.waiting:
        return _so_far(triage, fmt)
    if triage.outages:
        outages = [_outage(outage, fmt) for outage in triage.outages]
        return " ".join([*outages, *_besides(triage)]) + _unread(triage)
    return _in_sum(triage, fmt)


def _so_far(triage: Triage, fmt: Formatter) -> str:
    total = count(len(triage.rows) + triage.waiting, "SIM")
    done = fmt.strong(f"Reading {total}: {grouped(len(triage.rows))} so far")
    return f"⏳ {done}{', worst first' if triage.rows else ''}."


def _outage(outage: Outage, fmt: Formatter) -> str:
    between = f"between {fmt.when(outage.first)} and {fmt.when(outage.last)}"
    what = (
        f"{grouped(outage.sims)} of {count(outage.asked, 'SIM')} are down, all on "
        f"{fmt.data(outage.network)}, last heard of"
    )
    verdict = "it looks like an outage of the network, not of the devices."
    return f"🔴 {fmt.strong(what)} {between}: {verdict}"


def _besides(triage: Triage) -> Iterator[str]:
    """Count who is in trouble but has no part in an outage."""
    apart = [r for r in triage.reports if OUTAGE not in {f.rule for f in r.findings}]
    troubled = sum(map(is_troubled, apart))
    if troubled:
        others = "other needs" if troubled == 1 else "others need"
        yield f"{grouped(troubled)} {others} a look."


def _in_sum(triage: Triage, fmt: Formatter) -> str:
    reports = triage.reports
    grave = Counter(gravity(report) for report in reports)
    critical, warned = grave[Severity.CRITICAL], grave[Severity.WARNING]
    total = count(len(triage.rows), "SIM")
    if critical or warned:
        what = f"{grouped(critical + warned)} of {total} {_need(critical + warned)} a look"
        icon, kinds = "🔴" if critical else "🟠", (f"{critical} critical", f"{warned} warned of")
        numbers = ", ".join(kind for kind in kinds if not kind.startswith("0 "))
        return f"{icon} {fmt.strong(what)}: {numbers}.{_unread(triage)}"
    if not reports:
        return f"❔ {fmt.strong(f'None of {total} could be read.')}"
    return f"✅ {fmt.strong(f'None of {total} shows anything grave.')}{_unread(triage)}"


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"


def _unread(triage: Triage) -> str:
    number = len(triage.unread)
    return f" {grouped(number)} could not be read." if number else ""


def next_step(triage: Triage, fmt: Formatter) -> str | None:
    """Say what to do about an outage; None where each SIM has its own."""
    if triage.waiting or not triage.outages:
        return None
    findings = (f for report in triage.reports if (f := verdict(report)))
    outages = (f for f in findings if f.rule == OUTAGE)
    steps = (filled(f.next_step, f, fmt) for f in outages if f.next_step)
    return next((f"→ {step}" for step in steps), None)


def states_line(triage: Triage) -> str:
    """Count the states, worst first."""
    states = Counter(report.state for report in triage.reports)
    counts = [f"{grouped(number)} {state_label(state)}" for state, number in states.items()]
    if triage.unread and not triage.waiting:
        counts.append(f"{grouped(len(triage.unread))} not read")
    return ", ".join(counts)


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Return a row: SIM, state, verdict, operator, last seen; unknown said in words."""
    if isinstance(row, Unread):
        return clean(row.query, NAME), "❔ not read", reason(row.error), "unknown", "unknown"
    return (
        clean(row.sim.name, NAME),
        state_label(row.state) + (" (old)" if row.stale else ""),
        _verdict(row),
        clean(_operator(row), _OPERATOR),
        _seen(row),
    )


def _verdict(report: SessionReport) -> str:
    finding = verdict(report)
    if finding is None:
        return "sessions not read" if report.sessions is None else "nothing found"
    icon, _ = severity_text(finding)
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
    return clean(error.brief or unquoted(error.sentence), REASON)


HEADER = ("SIM", "State", "Verdict", "Operator", "Last seen")
_KEPT_COLUMNS = 3
_OPTION = 75
_OPTIONS = 100  # in a select, or in one of its groups
_WHILE_READING = 20
_MOST_CARDS = 20


def triage_screen(triage: Triage, *, for_all: bool = False) -> Screen:
    """Draw it whole, or as far as it was read; `for_all` where everybody in the channel reads it.

    What does not fit is said, and stands in the CSV file.
    """
    rows = triage.rows[:_WHILE_READING] if triage.waiting else triage.rows
    table = Table(
        f"SIMs, worst first: {grouped(len(rows))}", HEADER, tuple(map(cells, rows)), _KEPT_COLUMNS
    )
    step = next_step(triage, MRKDWN)

    def beneath(drawn: Drawn) -> list[Block]:
        lines = _small_print(triage, drawn.rows)
        return [context(*lines)] if lines else []

    blocks = [
        section(triage_headline(triage, MRKDWN)),
        section(step) if step else None,
        *(table_parts(table, beneath) if rows else beneath(Drawn([], 0, len(HEADER)))),
        *([] if triage.waiting else _actions(triage, for_all=for_all)),
    ]
    return screen(triage_headline(triage, NOTICE), blocks)


def _small_print(triage: Triage, drawn_rows: int) -> list[str]:
    missing = len(triage.rows) - drawn_rows
    stale = sum(report.stale for report in triage.reports)
    facts = (
        (states_line(triage), bool(triage.reports)),
        (f"{count(missing, 'more row')} of them not drawn here", bool(missing)),
        (
            f"{count(triage.cut, 'more SIM')} beyond the limit not read: ask for them apart",
            bool(triage.cut),
        ),
        (f"{grouped(stale)} from before, because KORE did not answer", bool(stale)),
        (_read(triage.reports), bool(triage.reports)),
        (_redaction(triage.reports), bool(_redaction(triage.reports))),
    )
    return [MRKDWN.own(words) for words, is_so in facts if is_so]


def _read(reports: Sequence[SessionReport]) -> str:
    if not reports:
        return ""
    oldest = min(reports, key=lambda report: report.as_of)
    return f"Read {ago(oldest.as_of, oldest.made_at)}"


def _redaction(reports: Sequence[SessionReport]) -> str:
    return next((report.withheld for report in reports if report.withheld), "")


def _actions(triage: Triage, *, for_all: bool) -> list[Block]:
    reports = triage.reports
    if not reports:
        return []
    sids = _sids(reports)
    elements = [
        *_watch(triage),
        _details(reports),
        *_files(sids),
        *([] if for_all else _share(sids)),
    ]
    return [actions(ids.TRIAGE_ACTIONS, elements)]


def _sids(reports: Iterable[SessionReport]) -> list[str]:
    return [report.sim.sid for report in reports if ids.Sims.takes(report.sim.sid)]


def _share(sids: Sequence[str]) -> list[Block]:
    if not 0 < len(sids) <= ids.MOST_SIMS:
        return []
    value = ids.Sims.of(sids).to_value()
    label = f"Share these {count(len(sids), 'SIM')} with the channel"
    return [button("Share to channel", ids.TRIAGE_SHARE, label, value=value)]


def _watch(triage: Triage) -> list[Block]:
    """Offer to watch those in trouble, or all where none is; each becomes a card of its own."""
    troubled = [report for report in triage.reports if is_troubled(report)]
    sids = _sids(troubled or triage.reports)
    if not 0 < len(sids) <= _MOST_CARDS:
        return []
    label = "Watch all" if len(sids) == len(triage.reports) else f"Watch the {len(sids)} in trouble"
    value = ids.Sims.of(sids).to_value()
    return [button(label, ids.WATCH_ALL, f"Watch {count(len(sids), 'SIM')}", value=value)]


def _files(sids: Sequence[str]) -> list[Block]:
    """Offer the file; a button holds 90 SIMs, so there are as many buttons as it takes."""
    starts = range(0, len(sids), ids.MOST_SIMS)
    found = []
    for number, at in enumerate(starts, start=1):
        part = sids[at : at + ids.MOST_SIMS]
        which = f" {at + 1}–{at + len(part)}" if len(starts) > 1 else ""
        value = ids.Sims.of(part).to_value()
        action = ids.numbered(ids.TRIAGE_CSV, number)
        found.append(button(f"CSV file{which}", action, f"CSV file of SIMs{which}", value=value))
    return found


def _details(reports: Sequence[SessionReport]) -> Block:
    """Offer each SIM's full report, worst first."""
    select: Block = {
        "type": "static_select",
        "action_id": ids.TRIAGE_DETAILS,
        "placeholder": plain("Details…", _OPTION),
    }
    options = [_option(report) for report in reports]
    if len(options) <= _OPTIONS:
        return select | {"options": options}
    starts = range(0, len(options), _OPTIONS)
    return select | {"option_groups": [_group(options, at) for at in starts]}


def _group(options: Sequence[Block], at: int) -> Block:
    part = list(options[at : at + _OPTIONS])
    label = f"{at + 1} to {at + len(part)}, worst first"
    return {"label": plain(label, _OPTION), "options": part}


def _option(report: SessionReport) -> Block:
    label = f"{clean(report.sim.name, 50)} · {state_label(report.state)}"
    return {"text": plain(label, _OPTION), "value": report.sim.sid}
