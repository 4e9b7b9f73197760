"""The answer to a question about a fleet: a sentence with the count, and a table."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.findings import SEVERITY_ICONS
from bot.blocks.format import MRKDWN, NOTICE, Formatter, ago, count, grouped, long_span
from bot.blocks.kit import Block, Screen, actions, button, clean, context, screen, section
from bot.blocks.sim_text import cell_label, details_select, no_cause, old_line
from bot.blocks.tables_and_charts import Cell, Drawn, Table, number_cell, table_parts
from bot.blocks.watch_set import UNTIL_ALL
from bot.diagnosis.rule import Severity
from bot.sessions.snapshot import FindingBrief
from bot.sessions.triage import FleetAnswer, FleetRow, Triage
from bot.sims.identifier import unquoted
from bot.watches.watch import WatchRequest

_NAME = 28
_WHAT = 48
_NETWORK = 22
_MOST_WATCHED = 20
_HEADER = ("SIM", "State", "Cause", "Network", "Last seen")
_BUSIEST = ("SIM", "Packets", "Cause", "State", "Network", "Last seen")
_KEPT_COLUMNS = 3
_STATE_WORDS = {"stale": "open with no update"}


def fleet_screen(answer: FleetAnswer, now: datetime, *, for_all: bool = False) -> Screen:
    """Draw it; `for_all` where everybody in the channel reads it."""
    rows = [fleet_cells(row, answer, now) for row in answer.rows]
    table = Table("Matching SIMs", fleet_header(answer), tuple(rows), _KEPT_COLUMNS)

    def beneath(drawn: Drawn) -> list[Block]:
        return [context(*small_print(answer, drawn.rows, now, MRKDWN))]

    parts = table_parts(table, beneath) if rows else beneath(Drawn([], 0, len(_HEADER)))
    buttons = _actions(answer, for_all=for_all)
    top = [MRKDWN.strong(fleet_headline(answer, MRKDWN)), old_line(answer.old, MRKDWN)]
    notice = [fleet_headline(answer, NOTICE), old_line(answer.old, NOTICE)]
    return screen(
        " ".join(filter(None, notice)),
        [section("\n".join(filter(None, top))), *parts, *buttons],
    )


def fleet_headline(answer: FleetAnswer, fmt: Formatter) -> str:
    """Say how many SIMs fit, of how many, in one sentence."""
    query, of = answer.query, _of(answer, fmt)
    if answer.looked_at and answer.unread == answer.looked_at:
        return f"None of {of} could be read."
    if query.top:
        if not answer.rows:
            reports = "reported" if _is_old(answer) else "reports"
            return f"None of {of} {reports} packets in the last 24 h{_how(answer, fmt, ' and is')}."
        them = "SIM" if len(answer.rows) == 1 else f"{len(answer.rows)} SIMs"
        return f"The {them} with the most packets in 24 h{_how(answer, fmt, ', ')}, of {of}."
    number, how = answer.matched, _how(answer, fmt, " ")
    if how and answer.unread:
        of = f"the {_of(answer, fmt, answer.unread)} that could be read"
    unread = f"; {grouped(answer.unread)} could not be read" if answer.unread else ""
    if not how and number == answer.looked_at:
        return f"{of[0].upper()}{of[1:]}."
    verb = f"{_verb(answer)}{how}" if how else "could be read"
    rest = f"{_usual(answer)}{unread}" if how else ""
    return f"{grouped(number) if number else 'None'} of {of} {verb}{rest}."


def _verb(answer: FleetAnswer) -> str:
    """Speak of the past where nothing is from now."""
    is_one = answer.matched <= 1
    if _is_old(answer):
        return "was" if is_one else "were"
    return "is" if is_one else "are"


def _is_old(answer: FleetAnswer) -> bool:
    return answer.old is not None and answer.old.is_all


def _usual(answer: FleetAnswer) -> str:
    """Count those that are away as usual, where all that fit are at hand."""
    usual = sum(row.snapshot.rests for row in answer.rows)
    return (
        f", {grouped(usual)} of them as usual"
        if usual and answer.matched == len(answer.rows)
        else ""
    )


def _of(answer: FleetAnswer, fmt: Formatter, but: int = 0) -> str:
    """Say of which SIMs, `but` for so many: `12 SIMs called pump-* on plan pumps-mx`."""
    query = answer.query
    called = f" called {fmt.code(query.pattern)}" if query.pattern else ""
    plan = f" on plan {fmt.data(query.plan)}" if query.plan else ""
    return f"{count(answer.looked_at - but, 'SIM')}{called}{plan}"


def _how(answer: FleetAnswer, fmt: Formatter, before: str) -> str:
    """Say how they are: ` offline, last on Telcel, for 2 d or longer`; "" where any will do."""
    query = answer.query
    network = fmt.data(query.network) if query.network else ""
    on = f"on {network}" if query.state in {None, "online"} else f"last on {network}"
    longer = f"not seen for {long_span(query.silent_for)} or longer" if query.silent_for else ""
    since = f"new since {fmt.when(answer.since)}" if query.is_new and answer.since else ""
    words = (
        _STATE_WORDS.get(query.state or "", query.state or ""),
        on if network else "",
        longer,
        since,
    )
    said = ", ".join(word for word in words if word)
    return f"{before}{said}" if said else ""


def small_print(answer: FleetAnswer, drawn: int, now: datetime, fmt: Formatter) -> list[str]:
    """Say from when that is and what is not in it."""
    return [*_source(answer, now, fmt), *_missing(answer, drawn, fmt)]


def _source(answer: FleetAnswer, now: datetime, fmt: Formatter) -> Iterator[str]:
    if answer.digest is None:
        yield f"Read {ago(answer.as_of, now)}"
        return
    age = f"{fmt.when(answer.as_of)} ({ago(answer.as_of, now)})"
    yield f"From the last scan, {age}, of the digest {fmt.data(answer.digest)}"
    if answer.only:
        yield f"It covers only {fmt.data(answer.only)}"


def _missing(answer: FleetAnswer, drawn: int, fmt: Formatter) -> Iterator[str]:
    if answer.unread and (answer.query.top or not _how(answer, fmt, "")):
        yield f"{grouped(answer.unread)} could not be read"
    if answer.matched > drawn and not answer.query.top:
        yield f"The first {drawn} are shown"
    yield from map(fmt.own, filter(None, (answer.problem, answer.redacted)))


def fleet_header(answer: FleetAnswer) -> tuple[str, ...]:
    """Return the names of the columns."""
    return _BUSIEST if answer.query.top else _HEADER


def fleet_cells(row: FleetRow, answer: FleetAnswer, now: datetime) -> tuple[Cell, ...]:
    """Return a row; what is unknown is said in words."""
    sim = row.snapshot
    cause = next((each for each in sim.findings if each.severity != Severity.INFO.word), None)
    name, state = clean(sim.full_name, _NAME), cell_label(sim)
    because = _cause(cause) if cause else no_cause(sim.state)
    last = (clean(sim.operator or sim.network or "unknown", _NETWORK), _seen(row, now))
    if not answer.query.top:
        return (name, state, because, *last)
    return (name, number_cell(row.packets), because, state, *last)


def _cause(found: FindingBrief) -> str:
    icon = next((icon for each, icon in SEVERITY_ICONS.items() if each.word == found.severity), "")
    return clean(f"{icon} {unquoted(found.title)}", _WHAT)


def _seen(row: FleetRow, now: datetime) -> str:
    return ago(row.snapshot.seen_at, now) if row.snapshot.seen_at else "unknown"


def _actions(answer: FleetAnswer, *, for_all: bool) -> list[Block]:
    sims = [row.snapshot for row in answer.rows if ids.PackedSims.takes(row.snapshot.sid)]
    if not sims:
        return []
    details = details_select((sim.full_name, sim, sim.sid) for sim in sims)
    sids = [sim.sid for sim in sims]
    return [actions(ids.TRIAGE_ACTIONS, [details, *_buttons(sids, for_all=for_all)])]


def _buttons(sids: list[str], *, for_all: bool) -> Iterator[Block]:
    """Offer what fits on a button; each reads the SIMs again."""
    if len(sids) > ids.MOST_SIMS:
        return
    value, these = ids.PackedSims.of(sids), count(len(sids), "SIM")
    if len(sids) <= _MOST_WATCHED:
        yield button(f"Watch {these}", ids.WATCH_ALL, f"Watch {these}", value)
    yield button("CSV file", ids.numbered(ids.TRIAGE_CSV, 1), f"CSV file of {these}", value)
    if not for_all:
        label = f"Share {these} with the channel"
        yield button("Share to channel", ids.TRIAGE_SHARE, label, value)


def reading_screen(words: str, so_far: Triage, *, stays: bool) -> Screen:
    """Say how many of the SIMs are read, of which those that fit the `words` will be shown.

    Where this `stays` above the answer, the words stay true.
    """
    done, total = len(so_far.rows), count(len(so_far.rows) + so_far.waiting, "SIM")
    how_far = "the answer follows" if stays else f"{grouped(done)} read so far"

    def line(fmt: Formatter) -> str:
        what = f"Looking for {fmt.code(words)} among" if words else "Reading"
        return f"⏳ {what} {total}: {how_far}."

    return screen(line(NOTICE), [section(line(MRKDWN))])


def ask_screen(wanted: WatchRequest, sids: Sequence[str], problem: str | None = None) -> Screen:
    """Ask whether to watch all SIMs that a pattern means; a `problem` with finding them is said."""
    these, one = count(len(sids), "SIM"), len(sids) == 1
    until = f" {UNTIL_ALL[wanted.condition]}" if wanted.condition else ""
    lasts = f", for {long_span(wanted.duration)}" if wanted.duration else ""

    def ask(fmt: Formatter) -> str:
        called = f"{these} {'is' if one else 'are'} called {fmt.code(wanted.sim)}."
        return f"{called} Watch {'it' if one else 'them'}{until}{lasts}?"

    chosen = ids.PackedSims.of([sid for sid in sids if ids.PackedSims.takes(sid)])
    seconds = int(wanted.duration.total_seconds()) if wanted.duration else None
    value = ids.WatchSims(packed=chosen.packed, until=wanted.condition, seconds=seconds)
    press = button(f"Watch {these}", ids.WATCH_ALL, f"Watch {these}", value)
    note = context(problem) if problem else None
    return screen(ask(NOTICE), [section(ask(MRKDWN)), note, actions(ids.TRIAGE_ACTIONS, [press])])
