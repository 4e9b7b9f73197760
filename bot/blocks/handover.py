"""The hand-over of a thread: what is still open, each SIM then and now, what changed, watches."""

from collections.abc import Iterator, Sequence

from bot.blocks import ids
from bot.blocks.change_words import change_words
from bot.blocks.finding_words import filled, severity_words
from bot.blocks.kit import Screen, actions, button, context, screen, section
from bot.blocks.ladder import NOTHING, Refused, draw_table, lowered
from bot.blocks.session_report import person
from bot.blocks.speech import MRKDWN, NOTICE, PLAIN, Speech
from bot.blocks.tables import Drawn, Row, Table
from bot.blocks.text import clean
from bot.blocks.triage_words import reason
from bot.blocks.units import ago, count, grouped
from bot.blocks.watch_words import goal_words, state_sign, state_word
from bot.diagnosis.state import State
from bot.errors import BotError
from bot.sessions.handover import HandedSim, Handover
from bot.watches.watch import Watch

HEADER = ("SIM", "Then", "Now", "Finding", "Changed")
_TELLING = 3
_NAME, _CELL = 28, 60
_NAMED = 5
_CHANGES = 10
_WATCHES = 10
_PEOPLE = 8


def handover_screen(
    handed: Handover, watches: Sequence[Watch], *, refused: Refused = NOTHING
) -> Screen:
    """Draw it for the thread; what does not fit stands in the file."""
    rows = tuple(_row(sim, handed) for sim in handed.sims)
    drawn = draw_table(
        Table(f"SIMs of this thread: {grouped(len(rows))}", HEADER, rows, _TELLING), refused
    )
    changed, watched = _changed(handed, MRKDWN), _watched(watches, MRKDWN)
    blocks = [
        section(headline(handed, MRKDWN)),
        *drawn.blocks,
        section("\n".join(["*What changed since*", *changed])) if changed else None,
        section("\n".join(["*Open watches*", *watched])) if watched else None,
        context(*_small_print(handed, drawn)),
    ]
    return lowered(screen(headline(handed, NOTICE), blocks), refused)


def nothing_looked_up(thread: ids.Thread) -> Screen:
    """Say that there is nothing to hand over, and offer to look up what stands in the thread."""
    words = "No SIM was looked up in this thread, so there is nothing to hand over yet."
    value = thread.to_value()
    offer = button("Look up its SIMs", ids.HANDOVER_LOOK_UP, "Look up this thread", value=value)
    return screen(words, [section(f"🔎 {words}"), actions(ids.HANDOVER_ACTIONS, [offer])])


def headline(handed: Handover, speak: Speech) -> str:
    """Say in one sentence how many need a look, and which."""
    total, still = count(len(handed.sims), "SIM"), handed.open
    if not still:
        return f"✅ {speak.strong(f'Hand-over: {total} looked up here, none needs a look now.')}"
    verb = "needs" if len(still) == 1 else "need"
    claim = f"Hand-over: {grouped(len(still))} of {total} looked up here still {verb} a look"
    names = ", ".join(speak.data(sim.then.name, _NAME) for sim in still[:_NAMED])
    more = f" and {grouped(len(still) - _NAMED)} more" if len(still) > _NAMED else ""
    return f"🔴 {speak.strong(claim)}: {names}{more}."


def state_now(sim: HandedSim) -> State | None:
    """Give the state; None where it could not be read."""
    return None if isinstance(sim.now, BotError) else sim.now.state


def gravest(sim: HandedSim) -> str:
    """Name the gravest finding in a few words, or say why there is none."""
    if isinstance(sim.now, BotError):
        return reason(sim.now)
    finding = next(iter(sim.now.findings), None)
    if finding is None:
        return "sessions not read" if sim.now.sessions is None else "nothing found"
    icon, _ = severity_words(finding)
    return clean(f"{icon} {filled(finding.title, finding, PLAIN).rstrip('.')}", _CELL)


def changes_in_words(sim: HandedSim, speak: Speech) -> list[str]:
    """Give a line for each change since the first look-up."""
    return [change_words(change, speak) for change in sim.changes]


def _row(sim: HandedSim, handed: Handover) -> Row:
    now = state_now(sim)
    then = f"{_sign(sim.then.state)}, {ago(sim.first_at, handed.made_at)}"
    return (
        clean(sim.then.name, _NAME),
        then,
        _sign(now) if now else "❔ not read",
        gravest(sim),
        _number_of_changes(sim),
    )


def _number_of_changes(sim: HandedSim) -> str:
    if isinstance(sim.now, BotError):
        return "unknown"
    return count(len(sim.changes), "change") if sim.changes else "nothing"


def _sign(state: State) -> str:
    return f"{state_sign(state)} {state_word(state)}"


def _changed(handed: Handover, speak: Speech) -> list[str]:
    lines = [
        f"• {speak.strong(speak.data(sim.then.name, _NAME))}: {line}"
        for sim in handed.sims
        for line in changes_in_words(sim, speak)
    ]
    return _cut(lines, _CHANGES, "more stand in the file")


def _watched(watches: Sequence[Watch], speak: Speech) -> list[str]:
    lines = [
        f"• {speak.strong(speak.data(watch.name, _NAME))} {goal_words(watch.goal)}, for "
        f"{person(watch.asker.person)}, ends {speak.when(watch.ends)}"
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
    if handed.left_out:
        yield f"{count(handed.left_out, 'more SIM')} beyond the limit not read again"
    if handed.withheld:
        yield MRKDWN.own(handed.withheld)
