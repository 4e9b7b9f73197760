"""The hand-over of a thread as a Markdown file: for a ticket, or for whoever reads no Slack."""

import re
from collections.abc import Iterator, Sequence

from bot.blocks.finding_words import finding_lines
from bot.blocks.handover import changes_in_words, headline, state_now
from bot.blocks.history_files import HistoryFile
from bot.blocks.speech import PLAIN, utc
from bot.blocks.text import clean
from bot.blocks.units import count
from bot.blocks.watch_words import because_words, goal_words, is_words, state_word
from bot.blocks.words import facts
from bot.blocks.words import headline as report_headline
from bot.errors import BotError
from bot.sessions.handover import HandedSim, Handover
from bot.sessions.report import SessionReport
from bot.watches.watch import Watch

_MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
_LINE = 1000


def handover_file(handed: Handover, watches: Sequence[Watch]) -> HistoryFile:
    """Write all of it; times are UTC, people are left out: they are Slack's ids."""
    lines = [
        f"# Hand-over of {utc(handed.made_at):%Y-%m-%d %H:%M} UTC",
        "",
        marked(headline(handed, PLAIN)),
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
    """Give text on one line in which no character means anything to Markdown."""
    return _MARKS.sub(r"\\\1", clean(text, _LINE))


def _summary(handed: Handover) -> Iterator[str]:
    since = f"{utc(handed.first_at):%Y-%m-%d %H:%M} UTC"
    people = "1 person" if len(handed.people) == 1 else f"{len(handed.people)} people"
    yield f"{count(handed.look_ups, 'look-up')} since {since}, by {people}."
    if handed.left_out:
        yield f"{count(handed.left_out, 'more SIM')} beyond the limit not read again."
    if handed.withheld:
        yield marked(handed.withheld)
    yield ""
    yield "| SIM | Then | Now |"
    yield "|---|---|---|"
    for sim in handed.sims:
        now = state_now(sim)
        cells = (marked(sim.then.name), state_word(sim.then.state), _or_unread(now))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _or_unread(state: object) -> str:
    return "not read" if state is None else str(state).replace("_", " ")


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
    because = because_words(sim.then, PLAIN)
    return is_words(sim.then, sim.then.name) + (f", {because}" if because else "")


def _now(report: SessionReport) -> Iterator[str]:
    yield f"- Now: {marked(report_headline(report, PLAIN))}"
    for finding in report.findings:
        lines = finding_lines(finding, PLAIN, report)
        yield f"- {marked(lines.what)}"
        yield f"  {marked(lines.next_step)}"
    for fact in facts(report, PLAIN):
        yield f"- {fact.label}: {marked(fact.value)}"


def _changes(sim: HandedSim) -> Iterator[str]:
    lines = changes_in_words(sim, PLAIN)
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
        ends = f"{utc(watch.ends):%Y-%m-%d %H:%M} UTC"
        yield f"- {marked(watch.name)} {goal_words(watch.goal)}, ends {ends}"
    yield ""
