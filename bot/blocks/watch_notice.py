"""The replies of a watch that mention who asked: the state changed, or the watch ended."""

from collections.abc import Sequence

from bot.blocks.change_words import change_lines
from bot.blocks.kit import Screen, screen, section
from bot.blocks.ladder import NOTHING, Refused, lowered
from bot.blocks.session_report import person
from bot.blocks.speech import MRKDWN, NOTICE, Speech
from bot.blocks.units import count, lasting
from bot.blocks.watch_words import (
    away_words,
    because_words,
    goal_words,
    is_words,
    packets_words,
    state_sign,
)
from bot.diagnosis.state import State
from bot.sessions.changes import Change
from bot.sessions.snapshot import Snapshot
from bot.watches.judging import LATE
from bot.watches.watch import Notice, NoticeKind, Watch


def watch_notice(
    watch: Watch, notice: Notice, changes: Sequence[Change], *, refused: Refused = NOTHING
) -> Screen:
    """Draw a notice; `changes` are those worth a word between what was told before and this."""
    said = _sentence(watch, notice, MRKDWN)
    lines = [f"• {line}" for line in change_lines(changes, MRKDWN)]
    blocks = [section(said), section("\n".join(lines)) if lines else None]
    return lowered(screen(_sentence(watch, notice, NOTICE), blocks), refused)


def _sentence(watch: Watch, notice: Notice, speak: Speech) -> str:
    who, name = person(watch.asker.person), speak.data(watch.name)
    if notice.kind is NoticeKind.SHUT_OUT:
        why = speak.sentence(notice.why or "")
        return f"🚫 {who} I stopped watching {speak.strong(name)}: {why}"
    parts = (_claim(watch, notice, name, speak), _between(notice), _outlook(watch, notice, speak))
    told = " ".join(part for part in parts if part)
    return f"{_sign(notice)} {who} {told}"


def _sign(notice: Notice) -> str:
    if notice.kind in {NoticeKind.EXPIRED, NoticeKind.STOPPED}:
        return "⏱"
    return "✅" if notice.after.state is State.ONLINE else state_sign(notice.after.state)


def _claim(watch: Watch, notice: Notice, name: str, speak: Speech) -> str:
    before, after = notice.before, notice.after
    if notice.kind is NoticeKind.STOPPED:
        return f"{person(notice.why or '')} stopped the watch on {speak.strong(name)}."
    if notice.kind is NoticeKind.EXPIRED:
        return f"The watch on {speak.strong(name)} is over, {_lasted(watch)}."
    back = before.state is not State.ONLINE and after.state is State.ONLINE
    again = ("back" if _was_there(before) else "") if back else _now(before, after)
    claim = speak.strong(is_words(after, name, again=again))
    because = because_words(after, speak)
    away = away_words(before, after) if back else ""
    first = f" {packets_words(after)}" if back else ""
    return f"{claim}{' — ' if because else ''}{because}{away}.{first}"


def _was_there(before: Snapshot) -> bool:
    return before.state in {State.OFFLINE, State.STALE}


def _now(before: Snapshot, after: Snapshot) -> str:
    return "still" if before.state is after.state else "now"


def _lasted(watch: Watch) -> str:
    return f"after {lasting(watch.ends - watch.started)}"


def _between(notice: Notice) -> str:
    if not notice.untold:
        return ""
    return f"Its state turned {count(notice.untold, 'time')} in between."


def _outlook(watch: Watch, notice: Notice, speak: Speech) -> str:
    if notice.kind is NoticeKind.CHANGED:
        return f"I go on watching {goal_words(watch.goal)}."
    if notice.kind not in {NoticeKind.EXPIRED, NoticeKind.STOPPED}:
        return ""
    if watch.blind:
        since = speak.when(watch.blind)
        return f"I could not read it since {since}: {speak.sentence(watch.blind_why or '')}"
    return f"{_late(watch, notice, speak)}{_left(notice, speak)}"


def _late(watch: Watch, notice: Notice, speak: Speech) -> str:
    """Say that it should have ended before: this bot was not running then."""
    if notice.kind is NoticeKind.EXPIRED and notice.at - watch.ends > LATE:
        return f"It ended at {speak.when(watch.ends)}, while I was not running. "
    return ""


def _left(notice: Notice, speak: Speech) -> str:
    still = _now(notice.before, notice.after)
    because = because_words(notice.after, speak)
    left = is_words(notice.after, "it", again=still)
    return f"{left[0].upper()}{left[1:]}{' — ' if because else ''}{because}."
