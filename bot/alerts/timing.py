"""How long an incident must be over, how soon a relapse brings it back, what time brings. Pure."""

from datetime import datetime, timedelta

from bot.alerts.alert import Alert
from bot.alerts.incident import DownSim, EventKind, Incident
from bot.struct import replace

LONGEST_WELL = timedelta(hours=4)
RHYTHMS = 3
"""A relapse within so many of a SIM's usual intervals brings its last incident back."""
LEAST_RELAPSE, LONGEST_RELAPSE = timedelta(minutes=30), timedelta(hours=24)
_MOST_DOUBLED = 10


def _doubled(times: int) -> int:
    return int(2 ** min(times - 1, _MOST_DOUBLED))


def well_for(alert: Alert, incident: Incident) -> timedelta:
    """Return how long all must be back before it is resolved: twice as long after each relapse."""
    times = max((member.times for member in incident.members if not member.gone), default=1)
    return min(LONGEST_WELL, alert.well * _doubled(times))


def due_to_end(alert: Alert, incident: Incident) -> datetime | None:
    """Return when an open one is over if all stay well; None while one is down."""
    back_at = incident.back_at if incident.is_open else None
    return back_at + well_for(alert, incident) if back_at else None


def relapse_window(member: DownSim) -> timedelta:
    """Return within what time after its end a SIM's relapse brings an incident back."""
    own = timedelta(seconds=member.rhythm * RHYTHMS)
    return min(LONGEST_RELAPSE, max(LEAST_RELAPSE, own) * _doubled(member.times))


def tick(alert: Alert, incident: Incident, now: datetime) -> Incident:
    """Return an incident after what time alone brings: a snooze's end, a reminder, escalation."""
    if not incident.is_open:
        return incident
    if incident.snoozed_until and now >= incident.snoozed_until:
        owes = incident.owes or alert.mentions(incident.severity)
        incident = replace(incident, snoozed_until=None, snoozed_by=None, owes=owes)
    if incident.taken_by:
        return replace(incident, owes=False)
    is_quiet = alert.paused is not None or alert.is_quiet_at(now)
    if incident.snoozed_until or is_quiet or not incident.down:
        return incident
    if incident.owes and not (incident.held_until and now < incident.held_until):
        mentions = alert.mention_first
        incident = replace(incident, owes=False, held_until=None)
        incident = incident.with_event(EventKind.REMINDED, now, mentions=mentions)
    if _is_to_escalate(alert, incident, now):
        incident = replace(incident, escalated_at=now)
        mentions = alert.mention_second
        return incident.with_event(EventKind.ESCALATED, now, mentions=mentions)
    return incident


def _is_to_escalate(alert: Alert, incident: Incident, now: datetime) -> bool:
    return (
        bool(alert.mention_second)
        and incident.escalated_at is None
        and incident.severity >= alert.mention_from
        # opened later than now: the clock was set back, and nobody knows for how long it stands
        and not timedelta(0) <= now - incident.opened_at < alert.escalate_after
    )
