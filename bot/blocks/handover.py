"""The hand-over of a thread: what is still open, each SIM then and now, what changed, watches."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.blocks import ids
from bot.blocks.csv_files import SlackFile
from bot.blocks.digest_text import change_text
from bot.blocks.findings import fill_evidence, finding_lines
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    PLAIN,
    Formatter,
    ago,
    count,
    first_of,
    grouped,
    part_of,
    utc,
)
from bot.blocks.kit import Block, Screen, actions, button, clean, context, screen, section
from bot.blocks.report import owner_button, person
from bot.blocks.report_text import facts, report_headline
from bot.blocks.sim_text import cell_label, sim_words, state_sentence, state_text
from bot.blocks.tables_and_charts import Drawn, Row, Table, table_parts
from bot.blocks.triage import cause_cell, causes_in_brief, in_brief, reason
from bot.blocks.watch import UNTIL, cause_text
from bot.diagnosis.evidence import status_of
from bot.errors import BotError
from bot.sessions.handover import HandedSim, Handover
from bot.sessions.report import SessionReport
from bot.sessions.triage import Owner, is_troubled, owner_of
from bot.watches.watch import Watch

HEADER = ("SIM", "Now", "Cause", "Then", "Changed")
_KEPT_COLUMNS = 3
_NAME = 28
_NAMED = 5
_CHANGES = 10
_WATCHES = 10
_PEOPLE = 8


def handover_screen(
    handed: Handover, watches: Sequence[Watch], owners: Sequence[Owner] = ()
) -> Screen:
    """Draw it for the thread; what does not fit stands in the file."""
    rows = tuple(_row(sim, handed) for sim in handed.sims)
    table = Table(f"SIMs of this thread: {grouped(len(rows))}", HEADER, rows, _KEPT_COLUMNS)
    lists = [
        *_list("What changed since", _changed(handed, MRKDWN)),
        *_list("Open watches", _watched(watches, MRKDWN)),
    ]

    def beneath(drawn: Drawn) -> list[Block]:
        return [*lists, context(*_small_print(handed, drawn)), *_buttons(handed, owners)]

    return screen(
        handover_headline(handed, NOTICE),
        [
            section(handover_headline(handed, MRKDWN)),
            *_list("Still open", still_open(handed, owners, MRKDWN)),
            *table_parts(table, beneath),
        ],
    )


def _buttons(handed: Handover, owners: Sequence[Owner]) -> list[Block]:
    sids = [sim.then.sid for sim in handed.open if ids.PackedSims.takes(sim.then.sid)]
    found = owner_button(sids, owners)
    return [actions(ids.HANDOVER_ACTIONS, found)] if found else []


def still_open(handed: Handover, owners: Sequence[Owner], fmt: Formatter) -> list[str]:
    """Return a line a cause, the gravest first: its SIMs, who is on them, and what to do."""
    found = handed.triage
    lines = []
    for cause in found.causes:
        title = fill_evidence(cause.finding.title, cause.finding, fmt).rstrip(".")
        step = cause.finding.next_step
        advice = f" → {fill_evidence(step, cause.finding, fmt)}" if step else ""
        who = _who(cause.reports, owners, fmt)
        lines.append(f"• {fmt.strong(title)}: {who}.{advice}")
    rest = [report for report in found.reports if not is_troubled(report)]
    lines += [f"• No fault found, but not online: {_who(rest, owners, fmt)}."] if rest else []
    unread = [fmt.data(each.query, _NAME) for each in found.unread]
    lines += [f"• Not read: {first_of(unread, _NAMED)}."] if unread else []
    return lines


def _who(reports: Sequence[SessionReport], owners: Sequence[Owner], fmt: Formatter) -> str:
    """Name SIMs by who is on them: `well-1, well-2 (@ana since …), pump-7 (nobody)`."""
    by_owner: dict[Owner | None, list[str]] = {}
    for report in reports:
        name = fmt.data(report.sim.full_name, _NAME)
        by_owner.setdefault(owner_of(owners, report.sim.sid), []).append(name)
    lines = []
    for owner, names in by_owner.items():
        who = f"{person(owner.person)} since {fmt.when(owner.since)}" if owner else "nobody on it"
        lines.append(f"{first_of(names, _NAMED)} ({who})")
    return ", ".join(lines)


def _list(title: str, lines: Sequence[str]) -> list[Block]:
    return [section("\n".join([f"*{title}*", *lines]))] if lines else []


def nothing_looked_up(thread: ids.Thread) -> Screen:
    """Say that there is nothing to hand over, and offer to look up what stands in the thread."""
    words = "No SIM was looked up in this thread, so there is nothing to hand over yet."
    offer = button("Look up its SIMs", ids.HANDOVER_LOOK_UP, "Look up this thread", thread)
    return screen(words, [section(f"🔎 {words}"), actions(ids.HANDOVER_ACTIONS, [offer])])


def handover_headline(handed: Handover, fmt: Formatter) -> str:
    """Say in one sentence how many are still open, and why."""
    still = handed.open
    if not still:
        total = count(len(handed.sims), "SIM")
        claim = fmt.strong(f"Hand-over: nothing open, {total} looked up here.")
        if not (unclear := handed.unclear):
            return f"✅ {claim}"
        of = part_of(unclear, len(handed.sims))
        return f"❔ {claim} {of[:1].upper()}{of[1:]} not read in full just now."
    verb = "is" if len(still) == 1 else "are"
    claim = f"Hand-over: {part_of(len(still), len(handed.sims))} {verb} still open"
    return f"🔴 {fmt.strong(f'{claim}{_in_brief(handed, fmt)}.')}"


def _in_brief(handed: Handover, fmt: Formatter) -> str:
    """Count causes, then what is not online without one, then what was not read."""
    found = handed.triage
    rest = (each for each in found.reports if not is_troubled(each))
    states = Counter(state_text(each.state, status_of(each.sim)) for each in rest)
    return in_brief(
        [
            *causes_in_brief(found, fmt),
            *((number, state) for state, number in states.items()),
            *([(len(found.unread), "not read")] if found.unread else []),
        ]
    )


def cause_now(sim: HandedSim) -> str:
    """Name the cause in a few words, or say why there is none."""
    return reason(sim.now) if isinstance(sim.now, BotError) else cause_cell(sim.now)


def changes_in_text(sim: HandedSim, fmt: Formatter) -> list[str]:
    """Return a line for each change since the first look-up."""
    return [change_text(change, fmt) for change in sim.changes]


def _row(sim: HandedSim, handed: Handover) -> Row:
    then = f"{cell_label(sim.then)} (asked {ago(sim.first_at, handed.made_at)})"
    return (
        clean(sim.then.full_name, _NAME),
        "❔ not read" if isinstance(sim.now, BotError) else cell_label(sim.now),
        cause_now(sim),
        then,
        _number_of_changes(sim),
    )


def _number_of_changes(sim: HandedSim) -> str:
    if isinstance(sim.now, BotError):
        return "unknown"
    return count(len(sim.changes), "change") if sim.changes else "nothing"


def _changed(handed: Handover, fmt: Formatter) -> list[str]:
    lines = [
        f"• {fmt.strong(fmt.data(sim.then.full_name, _NAME))}: {line}"
        for sim in handed.sims
        for line in changes_in_text(sim, fmt)
    ]
    return _cut(lines, _CHANGES, "more are in the file")


def _watched(watches: Sequence[Watch], fmt: Formatter) -> list[str]:
    lines = [
        f"• {fmt.strong(fmt.data(watch.full_name, _NAME))} {UNTIL[watch.condition]}, for "
        f"{person(watch.owner.person)}, ends {fmt.when(watch.ends_at)}"
        for watch in watches
    ]
    return _cut(lines, _WATCHES, "more go on")


def _cut(lines: list[str], most: int, rest: str) -> list[str]:
    over = len(lines) - most
    return [*lines[:most], *([f"• {grouped(over)} {rest}"] if over > 0 else [])]


def _small_print(handed: Handover, drawn: Drawn) -> Iterator[str]:
    people = ", ".join(map(person, handed.people[:_PEOPLE]))
    others = len(handed.people) - _PEOPLE
    more = f" and {grouped(others)} others" if others > 0 else ""
    since = MRKDWN.when(handed.first_at)
    yield f"{count(handed.questions, 'question')} here since {since}, by {people}{more}"
    if missing := len(handed.sims) - drawn.rows:
        yield f"{count(missing, 'more row')} not shown here: the file has all"
    if handed.omitted:
        yield f"{count(handed.omitted, 'more SIM')} over the limit not read again"
    if handed.redacted:
        yield MRKDWN.own(handed.redacted)


_MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
_LINE = 1000


def handover_file(handed: Handover, watches: Sequence[Watch]) -> SlackFile:
    """Write all of it; times are UTC, people are left out: they are Slack's ids."""
    lines = [
        f"# Hand-over of {utc(handed.made_at):%Y-%m-%d %H:%M} UTC",
        "",
        escape_markdown(handover_headline(handed, PLAIN)),
        "",
        *(
            f"- {escape_markdown(line.removeprefix('• '))}"
            for line in still_open(handed, (), PLAIN)
        ),
        "",
        *_summary(handed),
        *(line for sim in handed.sims for line in _sim(sim)),
        *_watches(watches),
    ]
    return SlackFile(
        name=f"hand-over-{utc(handed.made_at):%Y-%m-%d-%H%M}.md",
        content="\n".join([*lines, ""]).encode("utf-8", "replace"),
        title=f"Hand-over of {count(len(handed.sims), 'SIM')}",
        words="The hand-over as a file, with each finding, fact and change.",
    )


def escape_markdown(text: str) -> str:
    """Return text on one line in which no character means anything to Markdown."""
    return _MARKS.sub(r"\\\1", clean(text, _LINE))


def _summary(handed: Handover) -> Iterator[str]:
    since = f"{utc(handed.first_at):%Y-%m-%d %H:%M} UTC"
    people = "1 person" if len(handed.people) == 1 else f"{len(handed.people)} people"
    yield f"{count(handed.questions, 'question')} since {since}, by {people}."
    if handed.omitted:
        yield f"{count(handed.omitted, 'more SIM')} over the limit not read again."
    if handed.redacted:
        yield escape_markdown(handed.redacted)
    yield ""
    yield "| SIM | Then | Now |"
    yield "|---|---|---|"
    for sim in handed.sims:
        now = "not read" if isinstance(sim.now, BotError) else sim_words(sim.now)
        cells = (escape_markdown(sim.then.full_name), sim_words(sim.then), now)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _sim(sim: HandedSim) -> Iterator[str]:
    yield f"## {escape_markdown(sim.then.full_name)}"
    yield ""
    yield f"- Then ({utc(sim.first_at):%Y-%m-%d %H:%M} UTC): {escape_markdown(_then(sim))}"
    if isinstance(sim.now, BotError):
        yield f"- Now: not read. {escape_markdown(sim.now.sentence)}"
    else:
        yield from _now(sim.now)
        yield from _changes(sim)
    yield f"- SID: {escape_markdown(sim.then.sid)}; {count(sim.times, 'look-up')}"
    yield ""


def _then(sim: HandedSim) -> str:
    because = cause_text(sim.then, PLAIN)
    return state_sentence(sim.then, sim.then.full_name) + (f", {because}" if because else "")


def _now(report: SessionReport) -> Iterator[str]:
    yield f"- Now: {escape_markdown(report_headline(report, PLAIN))}"
    for finding in report.findings:
        lines = finding_lines(finding, PLAIN, report)
        yield f"- {escape_markdown(lines.what)}"
        yield f"  {escape_markdown(lines.next_step)}"
    for fact in facts(report, PLAIN):
        yield f"- {fact.label}: {escape_markdown(fact.value)}"


def _changes(sim: HandedSim) -> Iterator[str]:
    lines = changes_in_text(sim, PLAIN)
    if not lines:
        yield "- Changed since: nothing that is known"
    for line in lines:
        yield f"- Changed since: {escape_markdown(line)}"


def _watches(watches: Sequence[Watch]) -> Iterator[str]:
    if not watches:
        return
    yield "## Open watches"
    yield ""
    for watch in watches:
        ends = f"{utc(watch.ends_at):%Y-%m-%d %H:%M} UTC"
        yield f"- {escape_markdown(watch.full_name)} {UNTIL[watch.condition]}, ends {ends}"
    yield ""
