"""The answer to a text with several SIMs: one sentence, one table, worst first, and its buttons."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.blocks import ids
from bot.blocks.findings import cause_words, fill_evidence, finding_cell
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    PLAIN,
    Formatter,
    ago,
    between,
    count,
    grouped,
    long_span,
    part_of,
)
from bot.blocks.kit import Block, Screen, actions, button, clean, context, screen, section
from bot.blocks.report import owner_button, owners_block
from bot.blocks.sim_text import (
    cell_label,
    details_select,
    known,
    no_cause,
    old_line,
    sim_icon,
    state_text,
)
from bot.blocks.tables_and_charts import Drawn, Table, table_parts
from bot.diagnosis.evidence import State, status_of
from bot.diagnosis.rule import Finding, Severity
from bot.errors import BotError, SimNotFound, UserError
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import SILENT
from bot.sessions.triage import (
    Owner,
    Row,
    SharedCause,
    SharedOutage,
    StaleReports,
    Triage,
    Unread,
    can_come_back,
    gravity,
    last_seen,
)
from bot.sims.identifier import unquoted

NAME = 28
REASON = 60
_OPERATOR = 22
_MINUTE = timedelta(minutes=1)
_TOGETHER = ("in one outage", "in an outage of ")
_WITH = re.compile(r"^with (?:an? )?")
_CAUSES = 5
_ON = {"device model": "of", "country": "in"}
_OUTAGES = 3


def triage_headline(triage: Triage, fmt: Formatter) -> str:
    """Say in a sentence how many need attention and why; while some are read, how far that is."""
    if triage.waiting:
        return _so_far(triage, fmt)
    if triage.troubled:
        return f"{_troubled(triage, fmt)}{_unread(triage)}"
    if not triage.reports:
        return f"❔ {fmt.strong(_none_read(triage))}"
    if old := triage.old:
        return f"❔ {_old_and_fine(old, fmt)}{_unread(triage)}"
    reports = len(triage.reports)
    what = f"No fault found in {count(reports, 'SIM')}" if reports > 1 else "No fault found"
    icon = "❔" if triage.unclear or triage.problem else "✅"
    return f"{icon} {fmt.strong(f'{what}.')}{_away(triage)}{_unread(triage)}"


def _away(triage: Triage) -> str:
    """Count those that are away, as usual or not for long enough to be missed."""
    away = sum(each.state in SILENT for each in triage.reports)
    verb = "is" if away == 1 else "are"
    return f" {grouped(away)} {verb} not online, but not overdue." if away else ""


def _old_and_fine(old: StaleReports, fmt: Formatter) -> str:
    """Say that nothing was wrong when that was read, which is no news of now."""
    if old.of == 1:
        how = fmt.strong("How the SIM is now is unknown.")
        return f"{how} No fault was found when it was last read."
    if old.is_all:
        how = fmt.strong(f"How these {grouped(old.of)} SIMs are now is unknown.")
        return f"{how} No fault was found when they were last read."
    fresh = fmt.strong(f"No fault found in {part_of(old.of - old.sims, old.of)}.")
    rest = f"the other {grouped(old.sims)} are" if old.sims > 1 else "the other one is"
    return f"{fresh} How {rest} now is unknown."


def _so_far(triage: Triage, fmt: Formatter) -> str:
    total, read = count(len(triage.rows) + triage.waiting, "SIM"), grouped(len(triage.rows))
    done = fmt.strong(f"Reading {total}: {read} so far")
    return f"⏳ {done}{', worst first' if triage.rows else ''}."


def _troubled(triage: Triage, fmt: Formatter) -> str:
    """Count them, and their causes; the numbers of the causes add up to it."""
    troubled = triage.troubled
    verb = _verb(triage)
    icon = "🔴" if any(gravity(each) == Severity.CRITICAL for each in troubled) else "🟠"
    causes = in_brief(causes_in_brief(triage, fmt))
    which = part_of(len(troubled), len(triage.rows))
    claim = f"{which[:1].upper()}{which[1:]} {verb}{causes}."
    return f"{icon} {fmt.strong(claim)}"


def _verb(triage: Triage) -> str:
    """Say whether they are down or merely ailing; of the past where nothing is from now."""
    troubled, old = triage.troubled, triage.old
    is_one, is_old = len(troubled) == 1, old is not None and old.is_all
    if any(report.state is State.ONLINE for report in troubled):
        return "needed attention" if is_old else "needs attention" if is_one else "need attention"
    be = ("were", "was") if is_old else ("are", "is")
    return f"{be[is_one]} down"


def in_brief(counted: Sequence[tuple[int, str]]) -> str:
    """Return what stands behind `5 SIMs are down`; one thing alone is not counted again."""
    said = [f"{grouped(number)} {what}" for number, what in counted]
    if len(said) == 1:
        said = [_WITH.sub("", counted[0][1])]
    return f"{' ' if said[0].startswith(_TOGETHER) else ': '}{', '.join(said)}"


def causes_in_brief(triage: Triage, fmt: Formatter) -> list[tuple[int, str]]:
    """Count the SIMs of each cause and name it, `(2, "barred")`; of many causes the first."""
    counted = [_cause_in_brief(cause, fmt) for cause in triage.causes]
    if len(counted) <= _CAUSES:
        return counted
    others = sum(number for number, _ in counted[_CAUSES:])
    return [*counted[:_CAUSES], (others, "for other reasons")]


def _cause_in_brief(cause: SharedCause, fmt: Formatter) -> tuple[int, str]:
    number = len(cause.reports)
    if cause.outage is None:
        return number, cause_words(cause.finding)
    since = f"since {fmt.when(cause.outage.first)}{_within(cause.outage)}"
    shared = [*_shared(cause, fmt), since]
    one, of = _TOGETHER
    whole = one if number >= cause.outage.sims else f"{of}{count(cause.outage.sims, 'SIM')}"
    return number, f"{whole} ({', '.join(shared)})"


def _within(outage: SharedOutage) -> str:
    length = between(outage.first, outage.last)
    return f", within {long_span(length)}" if length >= _MINUTE else ""


def _shared(cause: SharedCause, fmt: Formatter) -> list[str]:
    """Say what those of an outage share: the network, and what is narrower than that."""
    outage = cause.outage
    networks = {_operator(report) for report in cause.reports} - {"unknown"}
    network = [fmt.data(networks.pop())] if len(networks) == 1 else []
    if outage is None or not outage.value:
        return network
    if outage.trait == "network":
        return [fmt.data(outage.value)]
    narrower = f"{outage.trait} {fmt.data(outage.value)}"
    return [narrower] if outage.trait == "country" else [*network, narrower]


def _none_read(triage: Triage) -> str:
    missing = sum(isinstance(each.error, SimNotFound) for each in triage.unread)
    if missing == len(triage.unread):
        return f"None of {count(missing, 'SIM')} found."
    return f"None of {count(len(triage.rows), 'SIM')} could be read."


def _unread(triage: Triage) -> str:
    """Count what there is no verdict on: `1 not found. 2 could not be read.`."""
    unknown = sum(each.state is State.UNKNOWN for each in triage.reports)
    counts = (*_unread_counts(triage), (unknown, "in an unknown state"))
    return "".join(f" {grouped(number)} {what}." for number, what in counts if number)


def _unread_counts(triage: Triage) -> tuple[tuple[int, str], ...]:
    missing = sum(isinstance(each.error, SimNotFound) for each in triage.unread)
    return (missing, "not found"), (len(triage.unread) - missing, "could not be read")


def advice(triage: Triage, fmt: Formatter) -> list[str]:
    """Return a line for each of the greatest outages: how it differs from the others, what to do.

    Without one it is the next step, where all in trouble have the same.
    """
    outages = [(cause, cause.outage) for cause in triage.causes if cause.outage]
    if triage.waiting:
        return []
    if not outages:
        steps = {_next_step(report.cause, fmt) for report in triage.troubled if report.cause}
        return [step for step in steps if step] if len(steps) == 1 else []
    lines = []
    for cause, outage in outages[:_OUTAGES]:
        which = f"{', '.join(_shared(cause, fmt)) or 'The others'}:" if len(outages) > 1 else ""
        said = (_contrast(outage, fmt), _next_step(cause.finding, fmt))
        lines.append(" ".join(filter(None, (which and fmt.strong(which), *said))))
    return lines


def _next_step(finding: Finding, fmt: Formatter) -> str:
    return f"→ {fill_evidence(finding.next_step, finding, fmt)}" if finding.next_step else ""


def _contrast(outage: SharedOutage, fmt: Formatter) -> str | None:
    """Say how those of an outage differ from the others."""
    where = f" {_ON.get(outage.trait, 'on')} that {outage.trait}" if outage.trait else ""
    if alive := outage.of - outage.sims:
        others = "other" if alive == 1 else "others"
        part = "it is the site, or a part of it" if outage.trait == "cell" else "only a part is out"
        verb = "has" if alive == 1 else "have"
        return f"{grouped(alive)} {others}{where} {verb} been heard from since: {part}."
    if outage.others:
        compared = count(outage.others, "SIM")
        silent = f"{grouped(outage.others_silent)} of {compared} elsewhere fell silent then."
        none = f"No SIM elsewhere fell silent then ({compared} compared)."
        return fmt.own(silent if outage.others_silent else none) if outage.trait else None
    return None if outage.others is None else "No other SIM has been heard from since."


def states_line(triage: Triage) -> str:
    """Count the states, worst first."""
    states = Counter(
        f"{sim_icon(each)} {state_text(each.state, status_of(each.sim))}" for each in triage.reports
    )
    counts = [f"{grouped(number)} {state}" for state, number in states.items()]
    if triage.unread and not triage.waiting:
        counts += [f"{grouped(number)} {what}" for number, what in _unread_counts(triage) if number]
    return ", ".join(counts)


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Return a row: SIM, state, verdict, operator, last seen; unknown said in words."""
    if isinstance(row, Unread):
        return clean(row.query, NAME), _unread_state(row), reason(row.error), "unknown", "unknown"
    return (
        clean(row.sim.full_name, NAME),
        cell_label(row),
        cause_cell(row),
        clean(_operator(row), _OPERATOR),
        _seen(row),
    )


def cause_cell(report: SessionReport) -> str:
    """Say in a few words what is wrong with a SIM, or that nothing is."""
    if report.sessions is None and report.cause is None:
        return "sessions not read"
    return finding_cell(report.cause) if report.cause else no_cause(report.state)


def _operator(report: SessionReport) -> str:
    session = report.last_session
    return known(session.operator_name, "unknown", PLAIN) if session else "unknown"


def _seen(report: SessionReport) -> str:
    moment = last_seen(report)
    return ago(moment, report.made_at) if moment else "unknown"


def _unread_state(row: Unread) -> str:
    return "❔ not found" if isinstance(row.error, SimNotFound) else "❔ not read"


def reason(error: BotError) -> str:
    """Say in a few words why there is no report."""
    return clean(error.brief or unquoted(error.sentence), REASON)


HEADER = ("SIM", "State", "Cause", "Network", "Last seen")
_KEPT_COLUMNS = 3
_WHILE_READING = 20


def triage_screen(
    triage: Triage, *, for_all: bool = False, owners: Sequence[Owner] = (), viewer: str = ""
) -> Screen:
    """Draw it whole, or as far as it was read.

    `for_all` where everybody in the channel reads it, else `viewer` does.

    What does not fit is said, and stands in the CSV file.
    """
    rows = triage.rows[:_WHILE_READING] if triage.waiting else triage.rows
    table = Table(
        f"SIMs, worst first: {grouped(len(rows))}", HEADER, tuple(map(cells, rows)), _KEPT_COLUMNS
    )
    top = (triage_headline(triage, MRKDWN), old_line(triage.old, MRKDWN))
    lines = advice(triage, MRKDWN)

    def beneath(drawn: Drawn) -> list[Block]:
        lines = _small_print(triage, drawn.rows)
        return [context(*lines)] if lines else []

    blocks = [
        section("\n".join(filter(None, top))),
        section("\n".join(lines)) if lines else None,
        *(table_parts(table, beneath) if rows else beneath(Drawn([], 0, len(HEADER)))),
        *owners_block(owners, {report.sim.sid: report.sim.full_name for report in triage.troubled}),
        *([] if triage.waiting else _actions(triage, owners, viewer, for_all=for_all)),
    ]
    notice = (triage_headline(triage, NOTICE), old_line(triage.old, NOTICE))
    return screen(" ".join(filter(None, notice)), blocks)


def _small_print(triage: Triage, drawn_rows: int) -> list[str]:
    missing = len(triage.rows) - drawn_rows
    late = sum(not report.allowance_known for report in triage.reports)
    over = f"{count(triage.cut, 'more SIM')} over the limit not read: ask for them separately"
    facts = (
        states_line(triage) if triage.reports else "",
        f"{count(missing, 'more row')} not shown here" if missing else "",
        over if triage.cut else "",
        f"data limit of {grouped(late)} not judged: plan or usage was not read" if late else "",
        triage.problem or "",
        _read(triage.reports),
        next((report.redacted for report in triage.reports if report.redacted), ""),
    )
    return [MRKDWN.own(words) for words in facts if words]


def _read(reports: Sequence[SessionReport]) -> str:
    if not reports:
        return ""
    oldest = min(reports, key=lambda report: report.as_of)
    return f"Read {ago(oldest.as_of, oldest.made_at)}"


def _actions(triage: Triage, owners: Sequence[Owner], viewer: str, *, for_all: bool) -> list[Block]:
    reports = triage.reports
    if not reports:
        return _again(triage)
    sids = _sids(reports)
    elements = [
        *_watch(triage),
        *_files(sids),
        *owner_button(_sids(triage.troubled), owners, viewer),
        details_select((each.sim.full_name, each, each.sim.sid) for each in reports),
        *([] if for_all else _share(sids)),
    ]
    return [actions(ids.TRIAGE_ACTIONS, elements)]


def _again(triage: Triage) -> list[Block]:
    """Offer to read them all again where that may help; a long list is pasted again."""
    asked = ", ".join(row.query for row in triage.unread)
    if len(asked) > ids.RETYPED or all(isinstance(row.error, UserError) for row in triage.unread):
        return []
    again = button("Retry", ids.RETRY, "Try again", ids.Retry(run="sessions", text=asked))
    return [actions(ids.RETRY_ACTIONS, [again])]


def _sids(reports: Iterable[SessionReport]) -> list[str]:
    return [report.sim.sid for report in reports if ids.PackedSims.takes(report.sim.sid)]


def _share(sids: Sequence[str]) -> list[Block]:
    if not 0 < len(sids) <= ids.MOST_SIMS:
        return []
    value = ids.PackedSims.of(sids)
    return [button("Share to channel", ids.TRIAGE_SHARE, "Share these SIMs to the channel", value)]


def _watch(triage: Triage) -> list[Block]:
    """Offer to watch those in trouble, or all where none is; one card shows them all.

    The number is that of those that can come back; the others are carried along to be named.
    """
    chosen = triage.troubled or triage.reports
    sids, number = _sids(chosen), sum(map(can_come_back, chosen))
    if not number or not 0 < len(sids) <= ids.MOST_SIMS:
        return []
    label = f"Watch these {number}" if number > 1 else "Watch this one"
    value = ids.PackedSims.of(sids)
    return [button(label, ids.WATCH_ALL, f"Watch {count(number, 'SIM')}", value)]


def _files(sids: Sequence[str]) -> list[Block]:
    """Offer the file; a button holds 90 SIMs, so there are as many buttons as it takes."""
    starts = range(0, len(sids), ids.MOST_SIMS)
    found = []
    for number, at in enumerate(starts, start=1):
        part = sids[at : at + ids.MOST_SIMS]
        which = f" {at + 1}–{at + len(part)}" if len(starts) > 1 else ""
        action, label = ids.numbered(ids.TRIAGE_CSV, number), f"CSV file of SIMs{which}"
        found.append(button(f"CSV file{which}", action, label, ids.PackedSims.of(part)))
    return found
