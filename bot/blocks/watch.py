"""Watches: the card that is kept up to date, the list with Stop buttons, the notices."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.blocks import ids
from bot.blocks.digest_text import change_lines
from bot.blocks.findings import SEVERITY_ICONS
from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    Formatter,
    between,
    count,
    first_of,
    grouped,
    link_text,
    long_span,
    span,
)
from bot.blocks.kit import Block, Screen, button, context, screen, section
from bot.blocks.report import person
from bot.blocks.sim_text import STATE_ICONS, sim_icon, sim_label, sim_words, state_sentence
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity
from bot.sessions.snapshot import Change, Snapshot
from bot.sims.identifier import unquoted
from bot.watches.transitions import HOLD, LATE_AFTER
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Watch

HALF_A_MINUTE = timedelta(seconds=30)
UNTIL = {
    Condition.ONLINE: "until it is online",
    Condition.OFFLINE: "until it goes offline",
    Condition.CHANGES: "until it changes",
}
"""What is waited for."""


def network_text(snapshot: Snapshot, fmt: Formatter) -> str:
    """Say on what the newest session ran: `Telcel, LTE`."""
    operator = fmt.data(snapshot.operator or snapshot.network or "an unknown operator")
    return f"{operator}, {fmt.data(snapshot.radio) if snapshot.radio else 'radio link unknown'}"


def cause_text(snapshot: Snapshot, fmt: Formatter) -> str:
    """Say since when, on what, or until when; "" where nothing of it is known."""
    since = f"since {fmt.when(snapshot.since)}" if snapshot.since else ""
    if snapshot.state is State.ONLINE:
        return f"{network_text(snapshot, fmt)}, {since or 'since an unknown time'}"
    if snapshot.state is State.BLOCKED:
        return "it cannot connect"
    if snapshot.state is State.NOT_ACTIVATED:
        return f"its status is {fmt.data(snapshot.status or 'unknown')}"
    if snapshot.seen_at is None:
        return ""
    seen = fmt.when(snapshot.seen_at)
    if snapshot.state is State.STALE:
        return f"its session on {network_text(snapshot, fmt)} is open, last update {seen}"
    return f"last seen {seen} on {network_text(snapshot, fmt)}"


def packets_text(snapshot: Snapshot) -> str:
    """Say what its newest session carried: `First packets: ↑ 12 ↓ 15.`."""
    up, down = snapshot.packets_up, snapshot.packets_down
    if up is None and down is None:
        return "Packets unknown."
    if up == 0 and down == 0:
        return "No packets yet."
    shown = ("unknown" if packets is None else grouped(packets) for packets in (up, down))
    return "First packets: ↑ {} ↓ {}.".format(*shown)


def absence_text(before: Snapshot, after: Snapshot) -> str:
    """Say how long it was away, `after 16 h 30 min`; "" where that is not known."""
    if before.seen_at is None or after.since is None:
        return ""
    away = between(before.seen_at, after.since)
    return f", after {long_span(away)}" if away > timedelta(0) else ""


def ago_token(moment: datetime) -> str:
    """Return how long ago a moment is, kept up to date by Slack; in UTC where it is not."""
    fallback = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return f"<!date^{int(moment.timestamp())}^{{ago}}|{fallback}>"


def future_text(moment: datetime, now: datetime, fmt: Formatter) -> str:
    """Return a moment to come, and how far away it is."""
    left = between(now, moment) + HALF_A_MINUTE  # rounded, for `span` cuts
    return f"{fmt.when(moment)} (in {span(left)})" if left > HALF_A_MINUTE else fmt.when(moment)


_PINGS = {
    Condition.ONLINE: "I'll ping you when it is online",
    Condition.OFFLINE: f"I'll ping you if it is offline for more than {long_span(HOLD)}",
    Condition.CHANGES: f"I'll ping you if it is offline for over {long_span(HOLD)}, or changes",
}


def watch_card(watch: Watch, now: datetime, *, away: bool = False) -> Screen:
    """Draw it. `away` says that it stands elsewhere than where it was asked for."""
    is_open = watch.ended_at is None
    words = (
        f"{_title(watch, now, MRKDWN)} · {_checked(watch)}" if is_open else _ended(watch, MRKDWN)
    )
    blocks = [
        section(words, stop_button(watch) if is_open else None),
        section(unreachable_text(watch)) if watch.unreachable_since and is_open else None,
        context(" · ".join(_small_print(watch, away=away))),
    ]
    notice = _title(watch, now, NOTICE) if is_open else _ended(watch, NOTICE)
    return screen(f"{notice}. {_state(watch, NOTICE)}" if is_open else notice, blocks)


def stop_button(watch: Watch, number: int = 0) -> Block:
    """Offer to stop it; `number` where several stand in one message."""
    action = ids.numbered(ids.STOP_WATCH, number) if number else ids.STOP_WATCH
    value = ids.StopWatch(id=watch.id)
    return button("Stop", action, f"Stop watching {watch.full_name}", value)


def _title(watch: Watch, now: datetime, fmt: Formatter) -> str:
    name, who = fmt.strong(fmt.data(watch.full_name)), person(watch.owner.person)
    ends = future_text(watch.ends_at, now, fmt)
    return f"👁 Watching {name} for {who} {UNTIL[watch.condition]}, at most until {ends}"


def _checked(watch: Watch) -> str:
    return f"{_still(watch)}{sim_words(watch.latest)}, checked {ago_token(watch.read_at)}"


def _ended(watch: Watch, fmt: Formatter) -> str:
    name, who = fmt.strong(fmt.data(watch.full_name)), person(watch.owner.person)
    return f"👁 Watched {name} for {who}: {ending_text(watch, fmt)}"


def ending_text(watch: Watch, fmt: Formatter) -> str:
    """Say how and when a watch ended."""
    at = fmt.when(watch.ended_at) if watch.ended_at else ""
    if watch.ending is Ending.STOPPED:
        return f"stopped by {person(watch.ended_by or '')} at {at}."
    changed = watch.condition is Condition.CHANGES
    reached = "it changed" if changed else state_sentence(watch.latest, "it")
    words = {
        Ending.REACHED: f"{reached}.",
        Ending.EXPIRED: "time is up.",
        Ending.REVOKED: "they may no longer ask here.",
        Ending.UNREPORTED: "I could not post that it ended.",
    }
    return f"{words[watch.ending or Ending.UNREPORTED]} Watch ended {at}."


def _still(watch: Watch) -> str:
    unmoved = watch.latest.state is watch.reported.state in {State.ONLINE, State.OFFLINE}
    return "still " if unmoved and watch.notified_at is None else ""


def _state(watch: Watch, fmt: Formatter) -> str:
    latest = watch.latest
    sentence = state_sentence(latest, fmt.data(watch.full_name), again=_still(watch).strip())
    because = cause_text(latest, fmt)
    return f"{sim_icon(latest)} {sentence}{': ' if because else ''}{because}."


def unreachable_text(watch: Watch) -> str:
    """Say since when and why a SIM cannot be read."""
    since = f" since {MRKDWN.when(watch.unreachable_since)}" if watch.unreachable_since else ""
    why = MRKDWN.sentence(watch.unreachable_reason or "")
    return f"⚠️ I have not been able to read it{since}: {why} I keep trying."


def _small_print(watch: Watch, *, away: bool) -> list[str]:
    is_open = watch.ended_at is None
    return [
        _in_short(watch.latest),
        *([_PINGS[watch.condition]] if is_open else [f"checked {ago_token(watch.read_at)}"]),
        *([away_text(watch)] if away else []),
    ]


def _in_short(latest: Snapshot) -> str:
    """Say since when and on what; how the SIM is stands above it."""
    because = cause_text(latest, MRKDWN) or state_sentence(latest, "it")
    return f"{sim_icon(latest)} {because[:1].upper()}{because[1:]}"


def away_text(watch: Watch) -> str:
    """Say why a card stands in somebody's direct messages."""
    return f"I cannot post in <#{watch.owner.channel}>, so this card is here"


NAMED, FAULTS = 10, 3
_FRESH = timedelta(minutes=5)
_CARD = "A card follows here, or in your DMs where I may not post. I'll ping you there"
_ONCE = " once: when all are back, or time is up"
MOST = 40
"""Watches in one message of at most 50 blocks."""
HOW = "Type `/simsessions watch <sim> until online for 2h`, or press *Watch* under an answer."


def begun_screen(
    watches: Sequence[Watch], extended: int, now: datetime, faults: Sequence[str] = ()
) -> Screen:
    """Say that SIMs are watched now; `extended` of them were watched before.

    `faults` are sentences about those that are not.
    """
    known = f" {_extended(watches, extended)}" if extended else ""
    one = len(watches) == 1

    def words(fmt: Formatter) -> str:
        return _begun(watches[0], now, fmt) if one else _all_begun(watches, now, fmt)

    return screen(
        f"👁 {words(NOTICE)}{known}",
        [
            section(f"👁 {words(MRKDWN)}{known}"),
            section(_faults(faults)) if faults else None,
            context(f"{_CARD}{_ONCE if _is_told_once(watches) else ''}.")
            if extended < len(watches)
            else None,
        ],
    )


def _is_told_once(watches: Sequence[Watch]) -> bool:
    return len(watches) > 1 and all(each.condition is Condition.ONLINE for each in watches)


def _all_begun(watches: Sequence[Watch], now: datetime, fmt: Formatter) -> str:
    names = names_text(watches, fmt)
    ends = future_text(max(watch.ends_at for watch in watches), now, fmt)
    return f"Watching {count(len(watches), 'SIM')} on one card, at most until {ends}: {names}."


def names_text(watches: Sequence[Watch], fmt: Formatter) -> str:
    """Name the SIMs of watches, each once, and count the rest."""
    return first_of(list(dict.fromkeys(fmt.data(watch.full_name) for watch in watches)), NAMED)


def _faults(faults: Sequence[str]) -> str:
    """Return each sentence once."""
    every = list(dict.fromkeys(faults))
    more = f"\nand {len(every) - FAULTS} more" if len(every) > FAULTS else ""
    return "\n".join(f"⚠️ {MRKDWN.sentence(fault)}" for fault in every[:FAULTS]) + more


def list_screen(mine: Sequence[Watch], here: Sequence[Watch], now: datetime) -> Screen:
    """List a person's watches with a Stop button each, and say how many others there are here."""
    others = len({watch.id for watch in here} - {watch.id for watch in mine})
    beside = f"Others are watching {count(others, 'SIM')} in this channel." if others else ""
    if not mine:
        words = " ".join(part for part in ("You are not watching any SIM.", beside, HOW) if part)
        return screen(unquoted(words).replace("*", ""), [section(words)])
    head = f"You are watching {count(len(mine), 'SIM')}."
    cut = f"{grouped(len(mine) - MOST)} more are not shown." if len(mine) > MOST else ""
    rows = [_row(watch, number, now) for number, watch in enumerate(mine[:MOST], start=1)]
    small = " ".join(part for part in (cut, beside) if part)
    return screen(head, [section(head), *rows, context(small) if small else None])


def stopped_screen(watches: Sequence[Watch]) -> Screen:
    """Say which watches were stopped."""

    def words(fmt: Formatter) -> str:
        return f"Stopped watching {names_text(watches, fmt)}."

    return screen(words(NOTICE), [section(words(MRKDWN))])


def _begun(watch: Watch, now: datetime, fmt: Formatter) -> str:
    name = fmt.strong(fmt.data(watch.full_name))
    ends, state = future_text(watch.ends_at, now, fmt), _as_of(watch, now, fmt)
    waits, is_old = UNTIL[watch.condition], _is_old(watch, now)
    stands = f"{state}, when I last could read it" if is_old else f"now {state}"
    return f"Watching {name} {waits}, at most until {ends}; {stands}."


def _is_old(watch: Watch, now: datetime) -> bool:
    """Return whether it may be another way by now: also where the last reading failed."""
    return watch.unreachable_since is not None or between(watch.read_at, now) > _FRESH


def _as_of(watch: Watch, now: datetime, fmt: Formatter) -> str:
    """Say how the SIM is, and as of when where that is not now."""
    as_of = f" as of {fmt.when(watch.read_at)}" if _is_old(watch, now) else ""
    return f"{sim_label(watch.latest)}{as_of}"


def _extended(watches: Sequence[Watch], extended: int) -> str:
    if len(watches) == 1:
        return "You were already watching it here, so I extended that watch."
    those = "that one keeps its" if extended == 1 else "those keep their"
    return f"You were already watching {grouped(extended)} of them; {those} own card."


def _row(watch: Watch, number: int, now: datetime) -> Block:
    name = MRKDWN.strong(MRKDWN.data(watch.full_name))
    place = f"<#{watch.owner.channel}>" if watch.owner.channel[:1] in {"C", "G"} else "in a DM"
    ends = future_text(watch.ends_at, now, MRKDWN)
    state = _as_of(watch, now, MRKDWN)
    words = f"{state} · {name} {UNTIL[watch.condition]}, ends {ends} · {place}"
    return section(words, stop_button(watch, number))


def watch_notice(watch: Watch, notice: Notice, changes: Sequence[Change]) -> Screen:
    """Draw a notice; `changes` are those worth a word since the notice before."""
    lines = [f"• {line}" for line in change_lines(changes, MRKDWN)]
    sign = _sign(notice, changes)
    blocks = [
        section(f"{sign} {_sentence(watch, notice, MRKDWN)}"),
        section("\n".join(lines)) if lines else None,
    ]
    return screen(f"{sign} {_sentence(watch, notice, NOTICE)}", blocks)


def absent_screen(notice: Screen, channel: str, link: str) -> Screen:
    """Draw a notice for an owner who is not in its channel, where Slack does not show it."""
    words = (
        f"You are not in <#{channel}>, so I am telling you here too. {link_text(link, 'Open it')}"
    )
    return screen(notice.text, [*notice.parts, context(words.rstrip())])


_FAULTS = (Severity.CRITICAL, Severity.WARNING)


def _sentence(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    who, name = person(watch.owner.person), fmt.data(watch.full_name)
    if notice.kind is NoticeKind.REVOKED:
        why = fmt.sentence(notice.reason or "")
        return f"{who} I stopped watching {fmt.strong(name)}: {why}"
    parts = (_claim(watch, notice, name, fmt), _between(notice), _outlook(watch, notice, fmt))
    sentence = " ".join(part for part in parts if part)
    return f"{who} {sentence}"


def _sign(notice: Notice, changes: Sequence[Change]) -> str:
    """Return the sign of how the SIM is; what was newly found is graver than being online."""
    if notice.kind is NoticeKind.REVOKED:
        return "🚫"
    if notice.kind in {NoticeKind.EXPIRED, NoticeKind.STOPPED}:
        return "⏱"
    if notice.after.state is not State.ONLINE:
        return STATE_ICONS[notice.after.state]
    found = {each.finding.severity for each in changes if each.after and each.finding}
    return next((SEVERITY_ICONS[each] for each in _FAULTS if each.word in found), "✅")


def _claim(watch: Watch, notice: Notice, name: str, fmt: Formatter) -> str:
    """Say how the SIM is, or why nobody could tell."""
    if notice.kind is NoticeKind.EXPIRED and watch.unreachable_since:
        since = fmt.when(watch.unreachable_since)
        why = fmt.sentence(watch.unreachable_reason or "")
        return f"I have not been able to read {fmt.strong(name)} since {since}: {why}"
    if notice.kind is NoticeKind.STOPPED:
        return f"{person(notice.reason or '')} stopped the watch on {fmt.strong(name)}."
    before, after = notice.before, notice.after
    back = before.state is not State.ONLINE and after.state is State.ONLINE
    was_there = before.state in {State.OFFLINE, State.STALE}
    again = ("back" if was_there else "") if back else _now(before, after)
    claim = fmt.strong(state_sentence(after, name, again=again))
    because = cause_text(after, fmt)
    away = absence_text(before, after) if back else ""
    first = f" {packets_text(after)}" if back else ""
    return f"{claim}{': ' if because else ''}{because}{away}.{first}"


def _now(before: Snapshot, after: Snapshot) -> str:
    return "still" if before.state is after.state else "now"


def _between(notice: Notice) -> str:
    if not notice.unreported:
        return ""
    return f"Its state changed {count(notice.unreported, 'time')} in between."


def _outlook(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    if notice.kind is NoticeKind.CHANGED:
        return f"Still watching {UNTIL[watch.condition]}."
    if notice.kind is NoticeKind.STOPPED:
        now = state_sentence(notice.after, "It", again=_now(notice.before, notice.after))
        return f"{now}."
    if notice.kind is NoticeKind.EXPIRED:
        lasted = long_span(watch.ends_at - watch.started_at)
        return f"Watch ended after {lasted}{_late(watch, notice, fmt)}."
    return "Watch ended."


def _late(watch: Watch, notice: Notice, fmt: Formatter) -> str:
    """Say that it should have ended before: this bot was not running then."""
    if notice.at - watch.ends_at > LATE_AFTER:
        return f", at {fmt.when(watch.ends_at)}, while I was not running"
    return ""
