"""What is said of an incident after a scan, and who is mentioned with it. Pure."""

from dataclasses import dataclass, replace

from bot.alerts.alert import Alert
from bot.alerts.incident import OUTAGE, EventKind, Incident
from bot.alerts.reading import Reading
from bot.alerts.timing import due_to_end
from bot.diagnosis.rule import Severity

TWICE = 2
"""So many times the SIMs of the last mention are worse."""
Sids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """Which SIMs came back, fell again, and joined, with one scan."""

    back: Sids = ()
    fell: Sids = ()
    joined: Sids = ()


class Teller:
    """Adds to an incident what happened with one reading."""

    def __init__(self, alert: Alert, reading: Reading) -> None:
        self._alert = alert
        self._reading = reading
        self._quiet = alert.is_quiet_at(reading.at)

    def told(self, before: Incident | None, incident: Incident, happened: Happened) -> Incident:
        """Return the incident with its events; `before` is what it was, None: it is new."""
        at = self._reading.at
        if not incident.is_open:
            return incident
        incident = _graded(incident)
        if before is None:
            incident = replace(incident, mentioned=len(incident.down))
            sids = tuple(member.sid for member in incident.members)
            return self._mentioning(incident, EventKind.OPENED, sids)
        if not before.is_open:
            incident = incident.with_event(EventKind.REOPENED, at, sims=happened.fell)
            return self._worse(incident, before, happened.joined)
        if self._is_over(incident):
            over = replace(incident, resolved_at=at, owes=False)
            return over.with_event(EventKind.RESOLVED, at)
        if happened.back:
            incident = incident.with_event(EventKind.BACK, at, sims=happened.back)
        if happened.fell:
            incident = incident.with_event(EventKind.FELL, at, sims=happened.fell)
        return self._worse(incident, before, happened.joined)

    def _worse(self, incident: Incident, before: Incident, joined: Sids) -> Incident:
        down = len(incident.down)
        twice = bool(incident.mentioned) and down >= TWICE * incident.mentioned
        if incident.severity > before.worst or twice:
            incident = replace(incident, mentioned=max(down, incident.mentioned))
            return self._mentioning(incident, EventKind.WORSE, joined)
        if joined:
            return incident.with_event(EventKind.GREW, self._reading.at, sims=joined)
        return incident

    def _mentioning(self, incident: Incident, kind: EventKind, sids: Sids) -> Incident:
        """Add an event with which people are mentioned; while it is quiet that is owed."""
        wanted = self._alert.mentions(incident.severity)
        held = self._quiet or incident.snoozed_until is not None
        mentions = self._alert.mention_first if wanted and not held else ()
        told = incident.with_event(kind, self._reading.at, sims=sids, mentions=mentions)
        return replace(told, owes=incident.owes or (wanted and held))

    def _is_over(self, incident: Incident) -> bool:
        """Return whether all are back for long enough, and could be read."""
        over_at, failed = due_to_end(self._alert, incident), self._reading.failed
        unread = any(m.sid in failed for m in incident.members if not m.gone)
        return over_at is not None and not unread and self._reading.at >= over_at


def _graded(incident: Incident) -> Incident:
    """Return it with the severity that it has now; an outage stays critical while it lasts."""
    down = incident.down or incident.members
    severity = max((member.severity for member in down), default=incident.severity)
    if incident.rule == OUTAGE:
        severity = Severity.CRITICAL
    return replace(incident, severity=severity, worst=max(incident.worst, severity))
