"""What the bot says of a watched SIM, from snapshots; unknown is said, never 0."""

from datetime import datetime, timedelta

from bot.blocks.session_words import traffic_words
from bot.blocks.speech import Speech
from bot.blocks.units import between, lasting, span
from bot.blocks.words import STATE_ICONS
from bot.diagnosis.state import State
from bot.sessions.snapshot import Snapshot
from bot.watches.watch import Goal

HALF_A_MINUTE = timedelta(seconds=30)
_WAITS = {
    Goal.ONLINE: "until it is online",
    Goal.OFFLINE: "until it is not online any more",
    Goal.CHANGES: "until it changes",
}


def goal_words(goal: Goal) -> str:
    """Say what is waited for."""
    return _WAITS[goal]


def state_word(state: State) -> str:
    """Give a state as people read it."""
    return "unknown" if state is State.UNKNOWN else state.value.replace("_", " ")


def state_sign(state: State) -> str:
    """Give the sign that stands beside a state's word."""
    return STATE_ICONS[state]


def is_words(snapshot: Snapshot, name: str, *, again: str = "") -> str:
    """Say in a sentence what the SIM is doing; `again` stands before the word: `still`, `back`."""
    before = f"{again} " if again else ""
    if snapshot.state is State.UNKNOWN:
        return f"the state of {name} is {before}unknown"
    if snapshot.state is State.NEVER_SEEN:
        return f"{name} was {before}never seen in the last 30 days"
    return f"{name} is {before}{state_word(snapshot.state)}"


def via_words(snapshot: Snapshot, speak: Speech) -> str:
    """Say on what the newest session ran: `Telcel on LTE`."""
    operator = speak.data(snapshot.operator or snapshot.network or "an unknown operator")
    radio = f"on {speak.data(snapshot.radio)}" if snapshot.radio else "radio link unknown"
    return f"{operator} {radio}" if snapshot.radio else f"{operator}, {radio}"


def because_words(snapshot: Snapshot, speak: Speech) -> str:
    """Say since when, on what, or until when; "" where nothing of it is known."""
    since = f"since {speak.when(snapshot.since)}" if snapshot.since else ""
    if snapshot.state is State.ONLINE:
        return f"{via_words(snapshot, speak)} {since or 'since an unknown time'}"
    if snapshot.state in {State.BLOCKED, State.NOT_ACTIVATED}:
        status = speak.data(snapshot.status or "unknown")
        return f"its SIM status is {status}"
    if snapshot.seen_at is None:
        return ""
    seen = speak.when(snapshot.seen_at)
    if snapshot.state is State.STALE:
        return f"its session ({via_words(snapshot, speak)}) is open, but was last updated {seen}"
    return f"last seen on {via_words(snapshot, speak)}, until {seen}"


def packets_words(snapshot: Snapshot) -> str:
    """Say what its newest session carried: `First packets: 12 packets up, 15 down.`."""
    up, down = snapshot.packets_up, snapshot.packets_down
    if up == 0 and down == 0:
        return "No packets yet."
    return f"First packets: {traffic_words(up, down)}."


def away_words(before: Snapshot, after: Snapshot) -> str:
    """Say how long it was away, `after 16 h 30 min`; "" where that is not known."""
    if before.seen_at is None or after.since is None:
        return ""
    away = between(before.seen_at, after.since)
    return f", after {lasting(away)}" if away > timedelta(0) else ""


def ago_words(moment: datetime) -> str:
    """Give how long ago a moment is, kept up to date by Slack; in UTC where it does not do that."""
    fallback = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return f"<!date^{int(moment.timestamp())}^{{ago}}|{fallback}>"


def time_words(moment: datetime, now: datetime, speak: Speech) -> str:
    """Give a moment to come, and how far away it is."""
    left = between(now, moment) + HALF_A_MINUTE  # rounded, for `span` cuts
    return f"{speak.when(moment)} (in {span(left)})" if left > HALF_A_MINUTE else speak.when(moment)
