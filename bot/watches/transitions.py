"""A watch and what was read of its SIM -> the watch as it goes on, and what is to be told. Pure.

Coming online is told at once. Any other turn of the state is told once it has held for `HOLD`, so
that a device which only reconnects wakes nobody; and after a notice the next one that does not end
the watch waits for `QUIET`. What happened in between is counted and told then.
"""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.sessions.redaction import redacted_change, redacted_snapshot
from bot.sessions.snapshot import Change, ChangeKind, Snapshot, changes
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Unreachable, Watch

APART = timedelta(seconds=45)
SLOW = timedelta(minutes=5)
PER_CARD = timedelta(seconds=2.5)


def face(watch: Watch) -> str:
    """Name what a card shows, but for ages and counters."""
    latest = watch.latest
    parts = (
        watch.goal,
        f"{watch.ends.timestamp():.0f}",
        latest.state,
        latest.operator or "",
        latest.radio or "",
        "blind" if watch.blind else "",
        watch.ending or "",
    )
    return "|".join(parts)


def redraw_in(watch: Watch, now: datetime, cards: int) -> timedelta | None:
    """Return the time until the card is to be drawn anew; None where it is good as it is.

    `cards` is how many there are in all. A card that does not stand yet is due.
    """
    if watch.card is None:
        return timedelta(0)
    soonest = max(timedelta(0), watch.card.edited + APART - now)
    if face(watch) != watch.card.drawn:
        return soonest
    is_old = now - watch.card.edited >= max(SLOW, cards * PER_CARD)
    is_news = watch.ended is None and watch.blind is None and watch.checked > watch.card.edited
    return soonest if is_old and is_news else None


HOLD = timedelta(minutes=2)
QUIET = timedelta(minutes=5)
LATE = timedelta(minutes=5)
"""After its end by so much, a watch ended while nothing ran that could end it."""
OF_STATE = frozenset({ChangeKind.WENT_SILENT, ChangeKind.CAME_BACK, ChangeKind.STATE_CHANGED})
WORTH_A_WORD = frozenset({Severity.WARNING.word, Severity.CRITICAL.word})

Judged = tuple[Watch, Notice | None]


def judged(watch: Watch, seen: Snapshot | Unreachable, now: datetime) -> Judged:
    """Return the watch after a look at its SIM, and the notice that is due, if any.

    A stale answer is as good as none, and an unknown state never a change. A watch whose time is
    over ends, whatever could be read.
    """
    notice: Notice | None = None
    if isinstance(seen, Unreachable) or seen.stale:
        why = seen.why if isinstance(seen, Unreachable) else "KORE does not answer."
        watch = replace(watch, blind=watch.blind or now, blind_why=why)
    else:
        watch, notice = _looked(_noted(watch, seen, now), now)
    if notice is None and now >= watch.ends:
        return _ended(watch, Ending.EXPIRED, NoticeKind.EXPIRED, now)
    return watch, notice


def shut_out(watch: Watch, why: str, now: datetime) -> Judged:
    """End a watch whose person may not ask any more."""
    return _ended(watch, Ending.SHUT_OUT, NoticeKind.SHUT_OUT, now, why)


def stopped(watch: Watch, by: str, now: datetime) -> Judged:
    """End a watch at somebody's wish; told to the asker only where it was somebody else's."""
    ended, notice = _ended(watch, Ending.STOPPED, NoticeKind.STOPPED, now, by)
    ended = replace(ended, ended_by=by)
    return (ended, notice) if by != watch.asker.person else (ended, None)


def due_in(watch: Watch, now: datetime) -> timedelta | None:
    """Return the time until a turn has held, where one is waited for."""
    return max(timedelta(0), HOLD - _held(watch, now)) if watch.turned else None


def news(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Return the changes that are worth a word."""
    found = changes(before, after)
    return tuple(c for c in found if c.finding is None or c.finding.severity in WORTH_A_WORD)


def _noted(watch: Watch, seen: Snapshot, now: datetime) -> Watch:
    """Take in what was read; a state that nobody knows is no turn."""
    both = {watch.latest.state, seen.state}
    turned = len(both) > 1 and State.UNKNOWN not in both
    watch = replace(
        watch,
        noticed=_filled(watch.noticed, seen),
        latest=seen,
        checked=seen.as_of,
        blind=None,
        blind_why=None,
        untold=watch.untold + turned,
    )
    if seen.state is State.UNKNOWN:
        return watch
    if seen.state is watch.noticed.state:
        return replace(watch, turned=None)
    return replace(watch, turned=now if turned else watch.turned or now)


def _looked(watch: Watch, now: datetime) -> Judged:
    if _is_reached(watch, now):
        return _ended(watch, Ending.REACHED, NoticeKind.REACHED, now)
    quiet = watch.told is not None and now - watch.told < QUIET
    if watch.turned is None or quiet or not _has_held(watch, now):
        return watch, None
    notice = _notice(watch, NoticeKind.CHANGED, now)
    told = replace(watch, noticed=watch.latest, turned=None, told=now)
    return replace(told, untold=0, notices=notice.number), notice


def _is_reached(watch: Watch, now: datetime) -> bool:
    state = watch.latest.state
    if watch.goal is not Condition.CHANGES:
        return watch.goal.is_met(state) and _has_held(watch, now)
    found = {change.kind for change in news(watch.noticed, watch.latest)}
    return bool(found - OF_STATE) or (bool(found) and _has_held(watch, now))


def _has_held(watch: Watch, now: datetime) -> bool:
    return watch.latest.state is State.ONLINE or _held(watch, now) >= HOLD


def _held(watch: Watch, now: datetime) -> timedelta:
    """Return how long the latest state has held: since we saw it turn, or as KORE tells."""
    latest = watch.latest
    if latest.state is State.STALE:  # nothing was heard of it for long before it is called so
        return HOLD
    ended = latest.seen_at if latest.state is State.OFFLINE else latest.since
    known = [moment for moment in (watch.turned, ended) if moment]
    return now - min(known) if known else timedelta(0)


def _filled(noticed: Snapshot, seen: Snapshot) -> Snapshot:
    """Learn what was unknown when the person was told: it was so all along, as far as we know."""
    missing = {
        each.name: getattr(seen, each.name)
        for each in fields(noticed)
        if getattr(noticed, each.name) is None and each.name not in {"since", "seen_at"}
    }
    state = seen.state if noticed.state is State.UNKNOWN else noticed.state
    findings = seen.findings if noticed.state is State.UNKNOWN else noticed.findings
    return replace(noticed, **missing, state=state, findings=findings)


def _notice(watch: Watch, kind: NoticeKind, now: datetime, why: str | None = None) -> Notice:
    between = max(0, watch.untold - (watch.noticed.state is not watch.latest.state))
    number = watch.notices + 1
    return Notice(kind, number, watch.noticed, watch.latest, now, between, why)


def _ended(
    watch: Watch, ending: Ending, kind: NoticeKind, now: datetime, why: str | None = None
) -> Judged:
    notice = _notice(watch, kind, now, why)
    over = replace(watch, ended=now, ending=ending, notices=notice.number, told=now)
    return replace(over, noticed=watch.latest, turned=None), notice


def hidden_watch(watch: Watch) -> Watch:
    """Return the watch without them."""
    noticed, latest = map(redacted_snapshot, (watch.noticed, watch.latest))
    return replace(watch, name=latest.name, noticed=noticed, latest=latest)


def hidden_notice(notice: Notice) -> Notice:
    """Return the notice without them."""
    before, after = map(redacted_snapshot, (notice.before, notice.after))
    return replace(notice, before=before, after=after)


def hidden_news(notice: Notice) -> tuple[Change, ...]:
    """Return what changed without them: that the device is another, and not which."""
    return tuple(map(redacted_change, news(notice.before, notice.after)))
