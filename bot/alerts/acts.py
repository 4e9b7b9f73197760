"""What people do with an incident: take it, snooze it, mute a SIM of it, resolve it. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert, Mute
from bot.alerts.incident import EventKind, Incident
from bot.struct import replace

MOST_MUTES = 500
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_WEEK_DAYS, _MORNING = 7, 8


def take_as_seen(incident: Incident, by: str, now: datetime, seen: str | None) -> Incident:
    """Return an incident that somebody takes, unless somebody else has it who had it not yet.

    `seen` is who had it when they decided, "" for nobody, None where that is not known.
    """
    has_it = incident.taken_by or by
    return incident if seen is not None and has_it not in {by, seen} else take(incident, by, now)


def take(incident: Incident, by: str, now: datetime, to: str | None = None) -> Incident:
    """Return an incident that somebody takes, or hands over to somebody who has it not yet."""
    taker = to or by
    has_it = incident.taken_by == taker and not incident.snoozed_until
    if has_it or not incident.is_open:
        return incident
    taken = replace(
        incident,
        taken_by=taker,
        taken_at=now,
        first_taken_at=incident.first_taken_at or now,
        snoozed_until=None,
        snoozed_by=None,
        owes=False,
    )
    return taken.with_event(EventKind.TAKEN, now, by=by, other=to if to != by else None)


def snooze(incident: Incident, by: str, now: datetime, until: datetime) -> Incident:
    """Return an incident that mentions nobody until then, unless by a minute it does so already."""
    asleep = incident.snoozed_until
    is_same = asleep is not None and abs(until - asleep) < MINUTE
    if not incident.is_open or (is_same and incident.snoozed_by == by):
        return incident
    snoozed = replace(incident, snoozed_until=until, snoozed_by=by)
    return snoozed.with_event(EventKind.SNOOZED, now, by=by, until=until)


def resolve(incident: Incident, by: str, now: datetime) -> Incident:
    """Return an incident that somebody says is over, whatever its SIMs do."""
    if not incident.is_open:
        return incident
    over = replace(incident, resolved_at=now, resolved_by=by, owes=False, snoozed_until=None)
    return over.with_event(EventKind.RESOLVED, now, by=by)


def mute(incident: Incident, muted: Mute) -> Incident:
    """Return an incident without a SIM that nobody wants to hear of; it may be none of its own."""
    member = incident.member(muted.sid)
    if member is None or not incident.is_open:
        return incident
    gone = replace(member, gone="muted", back_at=member.back_at or muted.at)
    members = tuple(gone if each.sid == muted.sid else each for each in incident.members)
    return replace(incident, members=members).with_event(
        EventKind.MUTED,
        muted.at,
        by=muted.by,
        sims=(member.sid,),
        reason=muted.reason,
        until=muted.until,
    )


def with_mute(alert: Alert, muted: Mute) -> Alert:
    """Return an alert with one more mute, and without those that are over."""
    kept = [each for each in alert.mutes if each.sid != muted.sid and each.until > muted.at]
    return replace(alert, mutes=(*kept, muted)[-MOST_MUTES:])


def next_monday(now: datetime, zone: str) -> datetime:
    """Return the next Monday, 08:00 in that zone."""
    local = now.astimezone(ZoneInfo(zone))
    days = (_WEEK_DAYS - local.weekday()) % _WEEK_DAYS or _WEEK_DAYS
    at = (local + timedelta(days=days)).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return at.astimezone(now.tzinfo)
