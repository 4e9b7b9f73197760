"""Watches: the card that is kept up to date, the list with Stop buttons, the notices."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.blocks import ids
from bot.blocks.digest_text import change_lines
from bot.blocks.format import MRKDWN, NOTICE, Formatter, between, count, grouped, lasting, span
from bot.blocks.kit import Block, actions, button, context, section
from bot.blocks.report import person
from bot.blocks.report_text import STATE_ICONS, state_label, state_text, traffic_text
from bot.blocks.screen import Screen, screen
from bot.diagnosis.state import State
from bot.sessions.snapshot import Change, Snapshot
from bot.sims.names import unquoted
from bot.watches.transitions import HOLD, LATE_AFTER
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Watch

HALF_A_MINUTE = timedelta(seconds=30)
_WAITS = {
    Condition.ONLINE: "until it is online",
    Condition.OFFLINE: "until it is not online any more",
    Condition.CHANGES: "until it changes",
}


def condition_text(goal: Condition) -> str:
    """Say what is waited for."""
    return _WAITS[goal]


def state_sentence(snapshot: Snapshot, name: str, *, again: str = "") -> str:
    """Say in a sentence what the SIM is doing; `again` stands before the word: `still`, `back`."""
    before = f"{again} " if again else ""
    if snapshot.state is State.UNKNOWN:
        return f"the state of {name} is {before}unknown"
    if snapshot.state is State.NEVER_SEEN:
        return f"{name} was {before}never seen in the last 30 days"
    return f"{name} is {before}{state_text(snapshot.state)}"


def link_text(snapshot: Snapshot, fmt: Formatter) -> str:
    """Say on what the newest session ran: `Telcel on LTE`."""
    operator = fmt.data(snapshot.operator or snapshot.network or "an unknown operator")
    radio = f"on {fmt.data(snapshot.radio)}" if snapshot.radio else "radio link unknown"
    return f"{operator} {radio}" if snapshot.radio else f"{operator}, {radio}"


def cause_text(snapshot: Snapshot, fmt: Formatter) -> str:
    """Say since when, on what, or until when; "" where nothing of it is known."""
    since = f"since {fmt.when(snapshot.since)}" if snapshot.since else ""
    if snapshot.state is State.ONLINE:
        return f"{link_text(snapshot, fmt)} {since or 'since an unknown time'}"
    if snapshot.state in {State.BLOCKED, State.NOT_ACTIVATED}:
        status = fmt.data(snapshot.status or "unknown")
        return f"its SIM status is {status}"
    if snapshot.seen_at is None:
        return ""
    seen = fmt.when(snapshot.seen_at)
    if snapshot.state is State.STALE:
        return f"its session ({link_text(snapshot, fmt)}) is open, but was last updated {seen}"
    return f"last seen on {link_text(snapshot, fmt)}, until {seen}"


def packets_text(snapshot: Snapshot) -> str:
    """Say what its newest session carried: `First packets: 12 packets up, 15 down.`."""
    up, down = snapshot.packets_up, snapshot.packets_down
    if up == 0 and down == 0:
        return "No packets yet."
    return f"First packets: {traffic_text(up, down)}."


def absence_text(before: Snapshot, after: Snapshot) -> str:
    """Say how long it was away, `after 16 h 30 min`; "" where that is not known."""
    if before.seen_at is None or after.since is None:
        return ""
    away = between(before.seen_at, after.since)
    return f", after {lasting(away)}" if away > timedelta(0) else ""


def ago_token(moment: datetime) -> str:
    """Return how long ago a moment is, kept up to date by Slack; in UTC where it is not."""
    fallback = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return f"<!date^{int(moment.timestamp())}^{{ago}}|{fallback}>"


def future_text(moment: datetime, now: datetime, fmt: Formatter) -> str:
    """Return a moment to come, and how far away it is."""
    left = between(now, moment) + HALF_A_MINUTE  # rounded, for `span` cuts
    return f"{fmt.when(moment)} (in {span(left)})" if left > HALF_A_MINUTE else fmt.when(moment)


_HOLD = f"A turn away from online is told once it has held for {lasting(HOLD)}."


def watch_card(watch: Watch, now: datetime, *, away: bool = False) -> Screen:
    """Draw it. `away` says that it stands elsewhere than where it was asked for."""
    blocks = [
        section(_title(watch, MRKDWN)),
        section(_state(watch, MRKDWN)),
        section(_blindness(watch)) if watch.unreachable_since and not watch.ended_at else None,
        context(" · ".join(_small_print(watch, now, away=away))),
        None if watch.ended_at else actions(ids.WATCH_ACTIONS, [stop_button(watch)]),
    ]
    return screen(f"{_title(watch, NOTICE)} {_state(watch, NOTICE)}", blocks)


def stop_button(watch: Watch, number: int = 0) -> Block:
    """Offer to stop it; `number` where several stand in one message."""
    action = ids.numbered(ids.STOP_WATCH, number) if number else ids.STOP_WATCH
    value = ids.StopWatch(id=watch.id).to_value()
    return button("Stop", action, f"Stop watching {watch.name}", value=value)


def _title(watch: Watch, fmt: Formatter) -> str:
    name = fmt.strong(fmt.data(watch.name))
    who = person(watch.owner.person)
    if watch.ended_at is None:
        return f"👁 Watching {name} for {who} {condition_text(watch.condition)}."
    return f"👁 Watched {name} for {who}: {_ending(watch, fmt)}."


def _ending(watch: Watch, fmt: Formatter) -> str:
    at = fmt.when(watch.ended_at) if watch.ended_at else ""
    if watch.ending is Ending.STOPPED:
        return f"stopped by {person(watch.ended_by or '')} at {at}"
    words = {
        Ending.REACHED: "it has come to what was waited for",
        Ending.EXPIRED: "the time is over",
        Ending.REVOKED: "ended, because they may not ask here any more",
    }
    return f"{words.get(watch.ending or Ending.UNREPORTED, 'ended')} ({at})"


def _state(watch: Watch, fmt: Formatter) -> str:
    latest, unmoved = watch.latest, watch.latest.state is watch.reported.state
    still = "still" if unmoved and watch.ended_at is None and watch.notified_at is None else ""
    sentence = state_sentence(latest, fmt.data(watch.name), again=still)
    because = cause_text(latest, fmt)
    return f"{STATE_ICONS[latest.state]} {sentence}{' — ' if because else ''}{because}."


def _blindness(watch: Watch) -> str:
    since = f" since {MRKDWN.when(watch.unreachable_since)}" if watch.unreachable_since else ""
    why = MRKDWN.sentence(watch.unreachable_reason or "")
    return f"⚠️ I could not read it{since}: {why} I go on as soon as I can, and tell nothing before."


def _small_print(watch: Watch, now: datetime, *, away: bool) -> list[str]:
    where = f"I cannot post in <#{watch.owner.channel}>, so this card is here"
    return [
        *([] if watch.ended_at else [f"ends {future_text(watch.ends_at, now, MRKDWN)}"]),
        f"read {ago_token(watch.read_at)}",
        *([] if watch.ended_at else [_HOLD]),
        *([where] if away else []),
    ]


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
    text = _begun(watches[0], now, NOTICE) if one else every
    where = "Its card comes here" if one else "A card for each comes here"
    return screen(
        f"👁 {text}{known}",
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
        return screen(unquoted(words).replace("*", ""), [section(words)])
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


def _begun(watch: Watch, now: datetime, fmt: Formatter) -> str:
    name = fmt.strong(fmt.data(watch.name))
    state = state_label(watch.latest.state)
    ends = future_text(watch.ends_at, now, fmt)
    return f"I watch {name} {condition_text(watch.condition)}, at most until {ends}; now {state}."


def _extended(watches: Sequence[Watch], extended: int) -> str:
    if len(watches) == 1:
        return "You watched it here already, so I go on with that watch."
    return f"{grouped(extended)} of them you watched here already; I go on with those."


def _row(watch: Watch, number: int, now: datetime) -> Block:
    name = MRKDWN.strong(MRKDWN.data(watch.name))
    place = f"<#{watch.owner.channel}>" if watch.owner.channel[:1] in {"C", "G"} else "in a DM"
    ends = future_text(watch.ends_at, now, MRKDWN)
    state = state_label(watch.latest.state)
    words = f"{state} · {name} {condition_text(watch.condition)}, ends {ends} · {place}"
    return section(words, stop_button(watch, number))


def watch_notice(watch: Watch, notice: Notice, changes: Sequence[Change]) -> Screen:
    """Draw a notice; `changes` are those worth a word between what was told before and this."""
    lines = [f"• {line}" for line in change_lines(changes, MRKDWN)]
    blocks = [
        section(_sentence(watch, notice, MRKDWN)),
        section("\n".join(lines)) if lines else None,
    ]
    return screen(_sentence(watch, notice, NOTICE), blocks)


def _sentence(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    who, name = person(watch.owner.person), fmt.data(watch.name)
    if notice.kind is NoticeKind.REVOKED:
        why = fmt.sentence(notice.reason or "")
        return f"🚫 {who} I stopped watching {fmt.strong(name)}: {why}"
    parts = (_claim(watch, notice, name, fmt), _between(notice), _outlook(watch, notice, fmt))
    sentence = " ".join(part for part in parts if part)
    return f"{_sign(notice)} {who} {sentence}"


def _sign(notice: Notice) -> str:
    if notice.kind in {NoticeKind.EXPIRED, NoticeKind.STOPPED}:
        return "⏱"
    return "✅" if notice.after.state is State.ONLINE else STATE_ICONS[notice.after.state]


def _claim(watch: Watch, notice: Notice, name: str, fmt: Formatter) -> str:
    before, after = notice.before, notice.after
    if notice.kind is NoticeKind.STOPPED:
        return f"{person(notice.reason or '')} stopped the watch on {fmt.strong(name)}."
    if notice.kind is NoticeKind.EXPIRED:
        return f"The watch on {fmt.strong(name)} is over, {_lasted(watch)}."
    back = before.state is not State.ONLINE and after.state is State.ONLINE
    again = ("back" if _was_there(before) else "") if back else _now(before, after)
    claim = fmt.strong(state_sentence(after, name, again=again))
    because = cause_text(after, fmt)
    away = absence_text(before, after) if back else ""
    first = f" {packets_text(after)}" if back else ""
    return f"{claim}{' — ' if because else ''}{because}{away}.{first}"


def _was_there(before: Snapshot) -> bool:
    return before.state in {State.OFFLINE, State.STALE}


def _now(before: Snapshot, after: Snapshot) -> str:
    return "still" if before.state is after.state else "now"


def _lasted(watch: Watch) -> str:
    return f"after {lasting(watch.ends_at - watch.started_at)}"


def _between(notice: Notice) -> str:
    if not notice.unreported:
        return ""
    return f"Its state turned {count(notice.unreported, 'time')} in between."


def _outlook(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    if notice.kind is NoticeKind.CHANGED:
        return f"I go on watching {condition_text(watch.condition)}."
    if notice.kind not in {NoticeKind.EXPIRED, NoticeKind.STOPPED}:
        return ""
    if watch.unreachable_since:
        since = fmt.when(watch.unreachable_since)
        return f"I could not read it since {since}: {fmt.sentence(watch.unreachable_reason or '')}"
    return f"{_late(watch, notice, fmt)}{_left(notice, fmt)}"


def _late(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    """Say that it should have ended before: this bot was not running then."""
    if notice.kind is NoticeKind.EXPIRED and notice.at - watch.ends_at > LATE_AFTER:
        return f"It ended at {fmt.when(watch.ends_at)}, while I was not running. "
    return ""


def _left(notice: Notice, fmt: Formatter) -> str:
    still = _now(notice.before, notice.after)
    because = cause_text(notice.after, fmt)
    left = state_sentence(notice.after, "it", again=still)
    return f"{left[0].upper()}{left[1:]}{' — ' if because else ''}{because}."
