"""The hand-over of a thread: what is still open, each SIM then and now, what changed, watches."""

import re
from collections.abc import Iterator, Sequence

from bot.blocks import ids
from bot.blocks.digest_text import change_text
from bot.blocks.files import HistoryFile
from bot.blocks.findings import filled, finding_lines, severity_text
from bot.blocks.format import MRKDWN, NOTICE, PLAIN, Formatter, ago, count, grouped, utc
from bot.blocks.kit import Block, actions, button, clean, context, section
from bot.blocks.report import person
from bot.blocks.report_text import facts, report_headline, state_label, state_text
from bot.blocks.screen import Screen, screen
from bot.blocks.tables import Drawn, Row, Table, table_parts
from bot.blocks.triage import reason
from bot.blocks.watch import cause_text, condition_text, state_sentence
from bot.diagnosis.state import State
from bot.errors import BotError
from bot.sessions.handover import HandedSim, Handover
from bot.sessions.report import SessionReport
from bot.watches.watch import Watch

HEADER = ("SIM", "Then", "Now", "Finding", "Changed")
_KEPT_COLUMNS = 3
_NAME, _CELL = 28, 60
_NAMED = 5
_CHANGES = 10
_WATCHES = 10
_PEOPLE = 8


def handover_screen(handed: Handover, watches: Sequence[Watch]) -> Screen:
    """Draw it for the thread; what does not fit stands in the file."""
    rows = tuple(_row(sim, handed) for sim in handed.sims)
    table = Table(f"SIMs of this thread: {grouped(len(rows))}", HEADER, rows, _KEPT_COLUMNS)
    lists = [
        *_list("What changed since", _changed(handed, MRKDWN)),
        *_list("Open watches", _watched(watches, MRKDWN)),
    ]

    def beneath(drawn: Drawn) -> list[Block]:
        return [*lists, context(*_small_print(handed, drawn))]

    head = section(handover_headline(handed, MRKDWN))
    return screen(handover_headline(handed, NOTICE), [head, *table_parts(table, beneath)])


def _list(title: str, lines: Sequence[str]) -> list[Block]:
    return [section("\n".join([f"*{title}*", *lines]))] if lines else []


def nothing_looked_up(thread: ids.Thread) -> Screen:
    """Say that there is nothing to hand over, and offer to look up what stands in the thread."""
    words = "No SIM was looked up in this thread, so there is nothing to hand over yet."
    value = thread.to_value()
    offer = button("Look up its SIMs", ids.HANDOVER_LOOK_UP, "Look up this thread", value=value)
    return screen(words, [section(f"🔎 {words}"), actions(ids.HANDOVER_ACTIONS, [offer])])


def handover_headline(handed: Handover, fmt: Formatter) -> str:
    """Say in one sentence how many need a look, and which."""
    total, still = count(len(handed.sims), "SIM"), handed.open
    if not still:
        return f"✅ {fmt.strong(f'Hand-over: {total} looked up here, none needs a look now.')}"
    verb = "needs" if len(still) == 1 else "need"
    claim = f"Hand-over: {grouped(len(still))} of {total} looked up here still {verb} a look"
    names = ", ".join(fmt.data(sim.then.name, _NAME) for sim in still[:_NAMED])
    more = f" and {grouped(len(still) - _NAMED)} more" if len(still) > _NAMED else ""
    return f"🔴 {fmt.strong(claim)}: {names}{more}."


def state_now(sim: HandedSim) -> State | None:
    """Return the state; None where it could not be read."""
    return None if isinstance(sim.now, BotError) else sim.now.state


def gravest(sim: HandedSim) -> str:
    """Name the gravest finding in a few words, or say why there is none."""
    if isinstance(sim.now, BotError):
        return reason(sim.now)
    finding = next(iter(sim.now.findings), None)
    if finding is None:
        return "sessions not read" if sim.now.sessions is None else "nothing found"
    icon, _ = severity_text(finding)
    return clean(f"{icon} {filled(finding.title, finding, PLAIN).rstrip('.')}", _CELL)


def changes_in_text(sim: HandedSim, fmt: Formatter) -> list[str]:
    """Return a line for each change since the first look-up."""
    return [change_text(change, fmt) for change in sim.changes]


def _row(sim: HandedSim, handed: Handover) -> Row:
    now = state_now(sim)
    then = f"{state_label(sim.then.state)}, {ago(sim.first_at, handed.made_at)}"
    return (
        clean(sim.then.name, _NAME),
        then,
        state_label(now) if now else "❔ not read",
        gravest(sim),
        _number_of_changes(sim),
    )


def _number_of_changes(sim: HandedSim) -> str:
    if isinstance(sim.now, BotError):
        return "unknown"
    return count(len(sim.changes), "change") if sim.changes else "nothing"


def _changed(handed: Handover, fmt: Formatter) -> list[str]:
    lines = [
        f"• {fmt.strong(fmt.data(sim.then.name, _NAME))}: {line}"
        for sim in handed.sims
        for line in changes_in_text(sim, fmt)
    ]
    return _cut(lines, _CHANGES, "more stand in the file")


def _watched(watches: Sequence[Watch], fmt: Formatter) -> list[str]:
    lines = [
        f"• {fmt.strong(fmt.data(watch.name, _NAME))} {condition_text(watch.condition)}, for "
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
    yield f"{count(handed.look_ups, 'look-up')} here since {since}, by {people}{more}"
    if missing := len(handed.sims) - drawn.rows:
        yield f"{count(missing, 'more row')} not drawn here: the file has all"
    if handed.omitted:
        yield f"{count(handed.omitted, 'more SIM')} beyond the limit not read again"
    if handed.redacted:
        yield MRKDWN.own(handed.redacted)


_MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
_LINE = 1000


def handover_file(handed: Handover, watches: Sequence[Watch]) -> HistoryFile:
    """Write all of it; times are UTC, people are left out: they are Slack's ids."""
    lines = [
        f"# Hand-over of {utc(handed.made_at):%Y-%m-%d %H:%M} UTC",
        "",
        marked(handover_headline(handed, PLAIN)),
        "",
        *_summary(handed),
        *(line for sim in handed.sims for line in _sim(sim)),
        *_watches(watches),
    ]
    return HistoryFile(
        name=f"hand-over-{utc(handed.made_at):%Y-%m-%d-%H%M}.md",
        content="\n".join([*lines, ""]).encode("utf-8", "replace"),
        title=f"Hand-over of {count(len(handed.sims), 'SIM')}",
        words="The hand-over as a file, with each finding, fact and change.",
    )


def marked(text: str) -> str:
    """Return text on one line in which no character means anything to Markdown."""
    return _MARKS.sub(r"\\\1", clean(text, _LINE))


def _summary(handed: Handover) -> Iterator[str]:
    since = f"{utc(handed.first_at):%Y-%m-%d %H:%M} UTC"
    people = "1 person" if len(handed.people) == 1 else f"{len(handed.people)} people"
    yield f"{count(handed.look_ups, 'look-up')} since {since}, by {people}."
    if handed.omitted:
        yield f"{count(handed.omitted, 'more SIM')} beyond the limit not read again."
    if handed.redacted:
        yield marked(handed.redacted)
    yield ""
    yield "| SIM | Then | Now |"
    yield "|---|---|---|"
    for sim in handed.sims:
        state = state_now(sim)
        now = state_text(state) if state else "not read"
        cells = (marked(sim.then.name), state_text(sim.then.state), now)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _sim(sim: HandedSim) -> Iterator[str]:
    yield f"## {marked(sim.then.name)}"
    yield ""
    yield f"- Then ({utc(sim.first_at):%Y-%m-%d %H:%M} UTC): {marked(_then(sim))}"
    if isinstance(sim.now, BotError):
        yield f"- Now: not read. {marked(sim.now.sentence)}"
    else:
        yield from _now(sim.now)
        yield from _changes(sim)
    yield f"- SID: {marked(sim.then.sid)}; {count(sim.times, 'look-up')}"
    yield ""


def _then(sim: HandedSim) -> str:
    because = cause_text(sim.then, PLAIN)
    return state_sentence(sim.then, sim.then.name) + (f", {because}" if because else "")


def _now(report: SessionReport) -> Iterator[str]:
    yield f"- Now: {marked(report_headline(report, PLAIN))}"
    for finding in report.findings:
        lines = finding_lines(finding, PLAIN, report)
        yield f"- {marked(lines.what)}"
        yield f"  {marked(lines.next_step)}"
    for fact in facts(report, PLAIN):
        yield f"- {fact.label}: {marked(fact.value)}"


def _changes(sim: HandedSim) -> Iterator[str]:
    lines = changes_in_text(sim, PLAIN)
    if not lines:
        yield "- Changed since: nothing that is known"
    for line in lines:
        yield f"- Changed since: {marked(line)}"


def _watches(watches: Sequence[Watch]) -> Iterator[str]:
    if not watches:
        return
    yield "## Open watches"
    yield ""
    for watch in watches:
        ends = f"{utc(watch.ends_at):%Y-%m-%d %H:%M} UTC"
        yield f"- {marked(watch.name)} {condition_text(watch.condition)}, ends {ends}"
    yield ""
