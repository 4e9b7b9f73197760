"""How a watch goes on after each reading of its SIM, when its card is due, and redaction. Pure.

Coming online is reported at once. Any other change of the state is reported once it has held for
`HOLD`, so that a device which only reconnects wakes nobody; and after a notice the next one that
does not end the watch waits for `QUIET`. Changes in between are counted and reported then.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity
from bot.sessions.redaction import redacted_change, redacted_snapshot
from bot.sessions.snapshot import Change, ChangeKind, Snapshot, changes
from bot.struct import asdict, replace
from bot.watches.watch import Condition, Ending, Notice, NoticeKind, Unreachable, Watch, WatchCard

HOLD = timedelta(minutes=2)
QUIET = timedelta(minutes=5)
NO_ANSWER = "KORE is not answering."
LATE_AFTER = timedelta(minutes=5)
"""A watch that ends so long after its time ended while nothing ran that could end it."""
STATE_CHANGES = frozenset({ChangeKind.WENT_SILENT, ChangeKind.CAME_BACK, ChangeKind.STATE_CHANGED})
NOTABLE_SEVERITIES = frozenset({Severity.WARNING.word, Severity.CRITICAL.word})

Transition = tuple[Watch, Notice | None]


def advance(watch: Watch, reading: Snapshot | Unreachable, now: datetime) -> Transition:
    """Return the watch after a reading of its SIM, and the notice that is due, if any.

    A stale answer counts as none, and an unknown state is never a change. A watch whose time is
    over ends, whatever could be read.
    """
    notice: Notice | None = None
    if isinstance(reading, Unreachable) or reading.stale:
        reason = reading.reason if isinstance(reading, Unreachable) else NO_ANSWER
        since = watch.unreachable_since or now
        watch = replace(watch, unreachable_since=since, unreachable_reason=reason)
    else:
        watch, notice = _evaluate(_record(watch, reading, now), now)
    if notice is None and now >= watch.ends_at:
        return _end(watch, Ending.EXPIRED, NoticeKind.EXPIRED, now)
    return watch, notice


def revoke(watch: Watch, reason: str, now: datetime) -> Transition:
    """End a watch whose owner may not ask any more."""
    return _end(watch, Ending.REVOKED, NoticeKind.REVOKED, now, reason)


def stop(watch: Watch, by: str, now: datetime) -> Transition:
    """End a watch because somebody stopped it; its owner gets a notice unless it was they."""
    ended, notice = _end(watch, Ending.STOPPED, NoticeKind.STOPPED, now, by)
    return replace(ended, ended_by=by), notice if by != watch.owner.person else None


def confirms_in(watch: Watch, now: datetime) -> timedelta | None:
    """Return the time until a change of state will have held; None where there is none."""
    return max(timedelta(0), HOLD - _held(watch, now)) if watch.changed_at else None


def notable_changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Return the changes that are worth a notice."""
    found = changes(before, after)
    return tuple(c for c in found if c.finding is None or c.finding.severity in NOTABLE_SEVERITIES)


def _record(watch: Watch, reading: Snapshot, now: datetime) -> Watch:
    """Record a reading; from or to an unknown state is no change."""
    states = {watch.latest.state, reading.state}
    changed = len(states) > 1 and State.UNKNOWN not in states
    watch = replace(
        watch,
        reported=_backfilled(watch.reported, reading),
        latest=reading,
        read_at=read_at(reading, now),
        unreachable_since=None,
        unreachable_reason=None,
        unreported=watch.unreported + changed,
    )
    if reading.state is State.UNKNOWN:
        return watch
    if reading.state is watch.reported.state:
        return replace(watch, changed_at=None)
    return replace(watch, changed_at=now if changed else watch.changed_at or now)


def read_at(reading: Snapshot, now: datetime) -> datetime:
    """Return when a SIM was read: it was asked for at `as_of`, and may tell of what came later."""
    told = filter(None, (reading.as_of, reading.since, reading.seen_at))
    return max(reading.as_of, min(now, max(told)))


def _evaluate(watch: Watch, now: datetime) -> Transition:
    if _is_reached(watch, now):
        return _end(watch, Ending.REACHED, NoticeKind.REACHED, now)
    is_quiet = watch.notified_at is not None and now - watch.notified_at < QUIET
    if watch.changed_at is None or is_quiet or not _has_held(watch, now):
        return watch, None
    notice = _notice(watch, NoticeKind.CHANGED, now)
    return replace(_notified(watch, notice), unreported=0), notice


def _is_reached(watch: Watch, now: datetime) -> bool:
    state = watch.latest.state
    if watch.condition is not Condition.CHANGES:
        return watch.condition.is_met(state) and _has_held(watch, now)
    found = {change.kind for change in notable_changes(watch.reported, watch.latest)}
    return bool(found - STATE_CHANGES) or (bool(found) and _has_held(watch, now))


def _has_held(watch: Watch, now: datetime) -> bool:
    return watch.latest.state is State.ONLINE or _held(watch, now) >= HOLD


def _held(watch: Watch, now: datetime) -> timedelta:
    """Return how long the latest state has held: since we saw it change, or as KORE says."""
    latest = watch.latest
    if latest.state is State.STALE:  # a session is called so after long silence only
        return HOLD
    begun = latest.seen_at if latest.state is State.OFFLINE else latest.since
    known = [moment for moment in (watch.changed_at, begun) if moment]
    return now - min(known) if known else timedelta(0)


def _backfilled(reported: Snapshot, reading: Snapshot) -> Snapshot:
    """Fill in what was unknown in the last report: as far as we know it was so all along."""
    missing = {
        name: getattr(reading, name)
        for name, known in asdict(reported).items()
        if known is None and name not in {"since", "seen_at"}
    }
    first = reading if reported.state is State.UNKNOWN else reported
    return replace(reported, **missing, state=first.state, findings=first.findings)


def _notice(watch: Watch, kind: NoticeKind, now: datetime, reason: str | None = None) -> Notice:
    between = max(0, watch.unreported - (watch.reported.state is not watch.latest.state))
    number = watch.notice_count + 1
    return Notice(kind, number, watch.reported, watch.latest, now, between, reason)


def _notified(watch: Watch, notice: Notice) -> Watch:
    reported = replace(watch, reported=watch.latest, changed_at=None)
    return replace(reported, notified_at=notice.at, notice_count=notice.number)


def _end(
    watch: Watch, ending: Ending, kind: NoticeKind, now: datetime, reason: str | None = None
) -> Transition:
    notice = _notice(watch, kind, now, reason)
    return replace(_notified(watch, notice), ended_at=now, ending=ending), notice


CARD_INTERVAL = timedelta(seconds=45)
"""Between two edits of a card at least, but for the one that shows its end."""
CARD_AGE = timedelta(minutes=5)
CARD_AGE_PER_CARD = timedelta(seconds=2.5)
"""A card is refreshed for its age alone when it is as old as either, whichever is longer."""


def card_fingerprint(watch: Watch) -> str:
    """Name what a card shows, but for ages and counters."""
    latest = watch.latest
    parts = (
        watch.condition,
        f"{watch.ends_at.timestamp():.0f}",
        latest.state,
        latest.operator or "",
        latest.radio or "",
        "blind" if watch.unreachable_since else "",  # as stored for cards that stand
        watch.ending or "",
    )
    return "|".join(parts)


def card_rests_for(card: WatchCard, watches: Iterable[Watch], now: datetime) -> timedelta:
    """Return how long a card is not edited yet; that all has ended is shown at once.

    Else it would say for a while that a SIM is offline, above the reply that it is back.
    """
    if all(watch.ended_at for watch in watches):
        return timedelta(0)
    rests = card.edited_at + CARD_INTERVAL - now
    # longer than that only where the clock was set back
    return rests if timedelta(0) < rests <= CARD_INTERVAL else timedelta(0)


def card_due_in(watch: Watch, now: datetime, cards: int) -> timedelta | None:
    """Return the time until the card is refreshed; None where it is good as it is.

    `cards` is how many there are in all. A card that is not posted yet is due.
    """
    if watch.card is None:
        return timedelta(0)
    edited_at = watch.card.edited_at
    soonest = card_rests_for(watch.card, [watch], now)
    if card_fingerprint(watch) != watch.card.fingerprint:
        return soonest
    is_old = now - edited_at >= max(CARD_AGE, cards * CARD_AGE_PER_CARD)
    is_going_on = watch.ended_at is None and watch.unreachable_since is None
    return soonest if is_old and is_going_on and watch.read_at > edited_at else None


def redacted_watch(watch: Watch) -> Watch:
    """Return the watch without what its readers may not see of card, device and cell."""
    reported, latest = map(redacted_snapshot, (watch.reported, watch.latest))
    return replace(watch, name=latest.name, reported=reported, latest=latest)


def hidden_watch(watch: Watch) -> Watch:
    """Return the watch without anything of its SIM, not even its name."""
    nothing = Snapshot("", HIDDEN, watch.started_at)
    return replace(watch, sid="", name=HIDDEN, reported=nothing, latest=nothing)


def hidden_notice(notice: Notice) -> Notice:
    """Return the notice without anything of its SIM, not even its name."""
    nothing = Snapshot("", HIDDEN, notice.at)
    return replace(notice, before=nothing, after=nothing)


HIDDEN = "a SIM"


def redacted_notice(notice: Notice) -> Notice:
    """Return the notice without what its readers may not see."""
    before, after = map(redacted_snapshot, (notice.before, notice.after))
    return replace(notice, before=before, after=after)


def redacted_changes(notice: Notice) -> tuple[Change, ...]:
    """Return what changed: that the device is another, and not which."""
    return tuple(map(redacted_change, notable_changes(notice.before, notice.after)))
