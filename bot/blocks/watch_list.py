"""What is said to who begins a watch, stops some, or asks which there are."""

from collections.abc import Sequence
from datetime import datetime

from bot.blocks.kit import Block, Screen, context, screen, section
from bot.blocks.speech import MRKDWN, NOTICE, Speech
from bot.blocks.units import count, grouped
from bot.blocks.watch_card import stop_button
from bot.blocks.watch_words import goal_words, state_sign, state_word, time_words
from bot.watches.watch import Watch

MOST = 40
"""Watches in one message of at most 50 blocks."""
HEAR = "I mention you when the state changes, and when the watch ends."
HOW = "Type `/simsessions watch <sim> until online for 2h`, or press *Watch* under an answer."


def begun_screen(
    watches: Sequence[Watch], extended: int, now: datetime, faults: Sequence[str] = ()
) -> Screen:
    """Say that SIMs are watched now; `extended` of them were watched before.

    `faults` are sentences about those that are not.
    """
    known = f" {_extended(watches, extended)}" if extended else ""
    one = len(watches) == 1
    lines = "\n".join(_begun(watch, now, MRKDWN) for watch in watches[:MOST])
    every = f"I watch {count(len(watches), 'SIM')} for you."
    shown = f"👁 {lines}{known}" if one else f"👁 {every}{known}\n{lines}"
    said = _begun(watches[0], now, NOTICE) if one else every
    where = "Its card comes here" if one else "A card for each comes here"
    return screen(
        f"👁 {said}{known}",
        [
            section(shown),
            section(_faults(faults)) if faults else None,
            context(f"{where}, or as a direct message where I may not post. {HEAR}"),
        ],
    )


def _faults(faults: Sequence[str]) -> str:
    more = f" The same goes for {count(len(faults) - 1, 'other')}." if len(faults) > 1 else ""
    return f"⚠️ {MRKDWN.sentence(faults[-1])}{more}"


def list_screen(mine: Sequence[Watch], here: Sequence[Watch], now: datetime) -> Screen:
    """List a person's watches with a Stop button each, and say how many others there are here."""
    others = len({watch.id for watch in here} - {watch.id for watch in mine})
    beside = f"Others watch {count(others, 'SIM')} in this channel." if others else ""
    if not mine:
        words = " ".join(part for part in ("You watch no SIM.", beside, HOW) if part)
        return screen(words.replace("`", "").replace("*", ""), [section(words)])
    head = f"You watch {count(len(mine), 'SIM')}."
    cut = f"{grouped(len(mine) - MOST)} more are not shown." if len(mine) > MOST else ""
    rows = [_row(watch, number, now) for number, watch in enumerate(mine[:MOST], start=1)]
    small = " ".join(part for part in (cut, beside) if part)
    return screen(head, [section(head), *rows, context(small) if small else None])


def stopped_screen(watches: Sequence[Watch]) -> Screen:
    """Say which watches were stopped."""
    names = ", ".join(MRKDWN.data(watch.name) for watch in watches[:MOST])
    more = f" and {len(watches) - MOST} more" if len(watches) > MOST else ""
    return screen(f"Stopped watching {names}{more}.", [section(f"Stopped watching {names}{more}.")])


def _begun(watch: Watch, now: datetime, speak: Speech) -> str:
    name = speak.strong(speak.data(watch.name))
    state = f"{state_sign(watch.latest.state)} {state_word(watch.latest.state)}"
    ends = time_words(watch.ends, now, speak)
    return f"I watch {name} {goal_words(watch.goal)}, at most until {ends}; now {state}."


def _extended(watches: Sequence[Watch], extended: int) -> str:
    if len(watches) == 1:
        return "You watched it here already, so I go on with that watch."
    return f"{grouped(extended)} of them you watched here already; I go on with those."


def _row(watch: Watch, number: int, now: datetime) -> Block:
    name = MRKDWN.strong(MRKDWN.data(watch.name))
    place = f"<#{watch.asker.channel}>" if watch.asker.channel[:1] in {"C", "G"} else "in a DM"
    ends = time_words(watch.ends, now, MRKDWN)
    state = f"{state_sign(watch.latest.state)} {state_word(watch.latest.state)}"
    words = f"{state} · {name} {goal_words(watch.goal)}, ends {ends} · {place}"
    return section(words, stop_button(watch, number))
