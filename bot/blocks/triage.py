"""The answer to a text with several SIMs: one sentence, one table, worst first, and its buttons."""

from collections.abc import Iterable, Sequence

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, actions, button, context, plain, screen, section
from bot.blocks.ladder import NOTHING, Refused, draw_table, lowered
from bot.blocks.speech import MRKDWN, NOTICE
from bot.blocks.tables import Drawn, Table
from bot.blocks.text import clean
from bot.blocks.triage_words import cells, headline, next_step, state_word, states_line
from bot.blocks.units import ago, count, grouped
from bot.sessions.report import SessionReport
from bot.sessions.triage import Triage, is_troubled

HEADER = ("SIM", "State", "Verdict", "Operator", "Last seen")
_TELLING = 3
_OPTION = 75
_OPTIONS = 100  # in a select, or in one of its groups
_WHILE_READING = 20
_MOST_CARDS = 20


def triage_screen(triage: Triage, *, for_all: bool = False, refused: Refused = NOTHING) -> Screen:
    """Draw it whole, or as far as it was read; `for_all` where everybody in the channel reads it.

    What does not fit is said, and stands in the CSV file.
    """
    rows = triage.rows[:_WHILE_READING] if triage.waiting else triage.rows
    table = Table(
        f"SIMs, worst first: {grouped(len(rows))}", HEADER, tuple(map(cells, rows)), _TELLING
    )
    drawn = draw_table(table, refused) if rows else Drawn([], 0, len(HEADER))
    step = next_step(triage, MRKDWN)
    lines = _small_print(triage, drawn)
    blocks = [
        section(headline(triage, MRKDWN)),
        section(step) if step else None,
        *drawn.blocks,
        context(*lines) if lines else None,
        *([] if triage.waiting else _actions(triage, for_all=for_all)),
    ]
    return lowered(screen(headline(triage, NOTICE), blocks), refused)


def _small_print(triage: Triage, drawn: Drawn) -> list[str]:
    missing = len(triage.rows) - drawn.rows
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
        (_withheld(triage.reports), bool(_withheld(triage.reports))),
    )
    return [MRKDWN.own(words) for words, is_so in facts if is_so]


def _read(reports: Sequence[SessionReport]) -> str:
    if not reports:
        return ""
    oldest = min(reports, key=lambda report: report.as_of)
    return f"Read {ago(oldest.as_of, oldest.made_at)}"


def _withheld(reports: Sequence[SessionReport]) -> str:
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
    said = f"Share these {count(len(sids), 'SIM')} with the channel"
    return [button("Share to channel", ids.TRIAGE_SHARE, said, value=value)]


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
    label = f"{clean(report.sim.name, 50)} · {state_word(report.state)}"
    return {"text": plain(label, _OPTION), "value": report.sim.sid}
