"""Several watches on one card, kept up to date as their SIMs come back, and its one notice."""

from collections.abc import Sequence
from datetime import datetime

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE, Formatter, count, grouped, long_span, part_of
from bot.blocks.kit import Block, Screen, button, context, screen, section
from bot.blocks.report import person
from bot.blocks.sim_text import sim_icon, state_sentence
from bot.blocks.watch import (
    ago_token,
    away_text,
    cause_text,
    future_text,
    names_text,
)
from bot.diagnosis.evidence import State
from bot.sims.identifier import natural_key
from bot.watches.transitions import HOLD
from bot.watches.watch import Condition, Ending, Watch

LINES = 20
UNTIL_ALL = {
    Condition.ONLINE: "until they are online",
    Condition.OFFLINE: "until they go offline",
    Condition.CHANGES: "until they change",
}
"""What is waited for of several SIMs."""
_PINGS = {
    Condition.ONLINE: "I'll ping you once: when all are back, or time is up",
    Condition.OFFLINE: f"I'll ping you if one is offline for more than {long_span(HOLD)}",
    Condition.CHANGES: "I'll ping you if one changes",
}


def _condition(watches: Sequence[Watch]) -> Condition:
    """Return what is waited for; where that differs, any change."""
    found = {watch.condition for watch in watches}
    return found.pop() if len(found) == 1 else Condition.CHANGES


def set_card(watches: Sequence[Watch], now: datetime, *, away: bool = False) -> Screen:
    """Draw it: how many are back, and each SIM, those that are not back first."""
    ordered = sorted(
        watches, key=lambda w: (w.latest.state is State.ONLINE, natural_key(w.full_name))
    )
    still_open = [watch for watch in watches if watch.ended_at is None]
    lines = [_line(watch, MRKDWN) for watch in ordered[:LINES]]
    rest = len(ordered) - LINES
    lines += [f"and {grouped(rest)} more"] if rest > 0 else []

    def title(fmt: Formatter) -> str:
        return _open_title(watches, still_open, now, fmt) if still_open else _over(watches, fmt)

    small = [
        f"checked {ago_token(min(watch.read_at for watch in still_open or watches))}",
        *([_PINGS[_condition(watches)]] if still_open else []),
        *([away_text(watches[0])] if away else []),
    ]
    blocks = [
        section(title(MRKDWN), _stop_button(watches) if still_open else None),
        section("\n".join(lines)),
        context(" · ".join(small)),
    ]
    return screen(title(NOTICE), blocks)


def set_notice(watches: Sequence[Watch]) -> Screen:
    """Draw the one reply that mentions the owner: all watches of the set have ended."""

    def words(fmt: Formatter) -> str:
        sign = "✅" if all(map(_is_back, watches)) else "⏱"
        return f"{sign} {person(watches[0].owner.person)} {_result(watches, fmt)}"

    return screen(words(NOTICE), [section(words(MRKDWN))])


def _open_title(
    watches: Sequence[Watch], still_open: Sequence[Watch], now: datetime, fmt: Formatter
) -> str:
    what = fmt.strong(count(len(watches), "SIM"))
    until = UNTIL_ALL[_condition(watches)]
    ends = future_text(max(watch.ends_at for watch in still_open), now, fmt)
    who, online = person(watches[0].owner.person), sum(map(_is_back, watches))
    state = f"{grouped(online)} of {grouped(len(watches))} online"
    return f"👁 Watching {what} for {who} {until}, at most until {ends} · {state}"


def _over(watches: Sequence[Watch], fmt: Formatter) -> str:
    what = fmt.strong(count(len(watches), "SIM"))
    return f"👁 Watched {what} for {person(watches[0].owner.person)}: {_result(watches, fmt)}"


def _result(watches: Sequence[Watch], fmt: Formatter) -> str:
    """Say how many are back, which and which not, and why the watch ended."""
    ordered = sorted(watches, key=lambda w: natural_key(w.full_name))
    away, back = ([w for w in ordered if _is_back(w) is there] for there in (False, True))
    if not away:
        whole = part_of(len(watches), len(watches))
        claim = fmt.strong(f"{whole[:1].upper()}{whole[1:]} are online.")
    else:
        head = fmt.strong(f"{grouped(len(back))} of {count(len(watches), 'SIM')} online")
        which = f": {names_text(back, fmt)}" if back else ""
        claim = f"{head}{which}. Not online: {names_text(away, fmt)}."
    return f"{claim} {_why(watches)}"


def _why(watches: Sequence[Watch]) -> str:
    endings = {watch.ending for watch in watches}
    if Ending.STOPPED in endings:
        by = next(watch.ended_by for watch in watches if watch.ending is Ending.STOPPED)
        return f"{person(by or '')} stopped the watch."
    if Ending.REVOKED in endings:
        return "Watch ended: you may no longer ask here."
    return "Time is up." if Ending.EXPIRED in endings else "Watch ended."


def _is_back(watch: Watch) -> bool:
    return watch.latest.state is State.ONLINE


def _line(watch: Watch, fmt: Formatter) -> str:
    latest = watch.latest
    name = fmt.strong(fmt.data(watch.full_name))
    if watch.unreachable_since and watch.ended_at is None:
        return f"⚠️ {name}: not read since {fmt.when(watch.unreachable_since)}"
    because = cause_text(latest, fmt)
    sentence = state_sentence(latest, name)
    return f"{sim_icon(latest)} {sentence}{': ' if because else ''}{because}"


def _stop_button(watches: Sequence[Watch]) -> Block:
    value = ids.StopWatch(id=watches[0].card_id)
    return button("Stop", ids.STOP_WATCH, f"Stop watching {count(len(watches), 'SIM')}", value)
