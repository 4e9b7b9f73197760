"""The card of a watch: one message that is kept up to date, with a Stop button while it is open."""

from datetime import datetime

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, actions, button, context, screen, section
from bot.blocks.ladder import NOTHING, Refused, lowered
from bot.blocks.session_report import person
from bot.blocks.speech import MRKDWN, NOTICE, Speech
from bot.blocks.units import lasting
from bot.blocks.watch_words import (
    ago_words,
    because_words,
    goal_words,
    is_words,
    state_sign,
    time_words,
)
from bot.watches.judging import HOLD
from bot.watches.watch import Ending, Watch

_HOLD = f"A turn away from online is told once it has held for {lasting(HOLD)}."


def watch_card(
    watch: Watch, now: datetime, *, away: bool = False, refused: Refused = NOTHING
) -> Screen:
    """Draw it. `away` says that it stands elsewhere than where it was asked for."""
    blocks = [
        section(_title(watch, MRKDWN)),
        section(_state(watch, MRKDWN)),
        section(_blindness(watch)) if watch.blind and not watch.ended else None,
        context(" · ".join(_small_print(watch, now, away=away))),
        None if watch.ended else actions(ids.WATCH_ACTIONS, [stop_button(watch)]),
    ]
    return lowered(screen(f"{_title(watch, NOTICE)} {_state(watch, NOTICE)}", blocks), refused)


def stop_button(watch: Watch, number: int = 0) -> Block:
    """Offer to stop it; `number` where several stand in one message."""
    action = ids.numbered(ids.STOP_WATCH, number) if number else ids.STOP_WATCH
    value = ids.StopWatch(id=watch.id).to_value()
    return button("Stop", action, f"Stop watching {watch.name}", value=value)


def _title(watch: Watch, speak: Speech) -> str:
    name = speak.strong(speak.data(watch.name))
    who = person(watch.asker.person)
    if watch.ended is None:
        return f"👁 Watching {name} for {who} {goal_words(watch.goal)}."
    return f"👁 Watched {name} for {who}: {_ending(watch, speak)}."


def _ending(watch: Watch, speak: Speech) -> str:
    at = speak.when(watch.ended) if watch.ended else ""
    if watch.ending is Ending.STOPPED:
        return f"stopped by {person(watch.ended_by or '')} at {at}"
    words = {
        Ending.REACHED: "it has come to what was waited for",
        Ending.EXPIRED: "the time is over",
        Ending.SHUT_OUT: "ended, because they may not ask here any more",
    }
    return f"{words.get(watch.ending or Ending.UNTOLD, 'ended')} ({at})"


def _state(watch: Watch, speak: Speech) -> str:
    latest, unmoved = watch.latest, watch.latest.state is watch.noticed.state
    still = "still" if unmoved and watch.ended is None and watch.told is None else ""
    sentence = is_words(latest, speak.data(watch.name), again=still)
    because = because_words(latest, speak)
    return f"{state_sign(latest.state)} {sentence}{' — ' if because else ''}{because}."


def _blindness(watch: Watch) -> str:
    since = f" since {MRKDWN.when(watch.blind)}" if watch.blind else ""
    why = MRKDWN.sentence(watch.blind_why or "")
    return f"⚠️ I could not read it{since}: {why} I go on as soon as I can, and tell nothing before."


def _small_print(watch: Watch, now: datetime, *, away: bool) -> list[str]:
    where = f"I cannot post in <#{watch.asker.channel}>, so this card is here"
    return [
        *([] if watch.ended else [f"ends {time_words(watch.ends, now, MRKDWN)}"]),
        f"read {ago_words(watch.checked)}",
        *([] if watch.ended else [_HOLD]),
        *([where] if away else []),
    ]
