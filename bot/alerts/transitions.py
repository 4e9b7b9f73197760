"""How incidents go on after each scan and with time, what is said of it, who is mentioned. Pure.

What could not be read opens nothing and closes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.alert import Alert, AlertState, IllSince
from bot.alerts.grouping import Grouping, MemberChanges, NewId, Sids
from bot.alerts.incident import OUTAGE, SILENT, EventKind, Incident, backoff_factor
from bot.alerts.reading import DATA_LIMIT, ScanReading, SickSim
from bot.diagnosis.contrast import OutageLimits
from bot.diagnosis.rule import Severity
from bot.struct import Struct, replace


class ScanChanges(Struct):
    """What a scan has changed. `incidents` are those that changed, and the new ones.

    `blind_began`: from now on KORE does not answer, of some accounts or of all; `blind_ended` is
    since when it did not.
    """

    state: AlertState
    incidents: tuple[Incident, ...] = ()
    blind_began: bool = False
    blind_ended: datetime | None = None


def observe(  # noqa: PLR0913 -- all that it goes by
    alert: Alert,
    state: AlertState,
    incidents: Sequence[Incident],
    reading: ScanReading,
    *,
    lines: OutageLimits,
    new_id: NewId,
) -> ScanChanges:
    """Return what a scan changes.

    `incidents` are the open ones of the alert, and those resolved in the last 24 hours.
    """
    if reading.unreachable:
        began = state.blind_since is None
        since = _blind_since(state, reading)
        return ScanChanges(replace(state, blind_since=since, blind=()), blind_began=began)
    scan = Grouping(alert, incidents, reading, lines, new_id)
    scan.ill = ill = _ill(state, scan)
    scan.gap = max(0.0, (reading.at - (state.scanned_at or reading.at)).total_seconds())
    scan.update_members()
    scan.place()
    if reading.is_partial:
        return ScanChanges(replace(state, ill=ill), _changed(scan, alert))
    known = reading.accounts.union(state.accounts if state.primed else ())
    after = AlertState(
        ill=ill,
        primed=True,
        scanned_at=reading.at,
        sims=len(reading.read) + len(reading.failed),
        accounts=tuple(sorted(known)),
        called=state.called,
        begun_at=state.begun_at or reading.at,
    )
    if reading.missing:
        since, began = _blind_since(state, reading), state.blind_since is None
        blind = replace(after, blind_since=since, blind=reading.missing)
        return ScanChanges(blind, _changed(scan, alert), blind_began=began)
    return ScanChanges(after, _changed(scan, alert), blind_ended=state.blind_since)


def _blind_since(state: AlertState, reading: ScanReading) -> datetime:
    """Return since when nothing is seen: since KORE is silent, as answers say, and a scan was."""
    silent_since = reading.at - timedelta(seconds=reading.silent_for)
    return state.blind_since or max(silent_since, state.scanned_at or silent_since)


def _changed(scan: Grouping, alert: Alert) -> tuple[Incident, ...]:
    """Return the incidents that a scan changed, with what happened to them."""
    writer = EventWriter(alert, scan.reading)
    before, changed = dict[str, Incident](), list[Incident]()
    for was, incident, happened in scan.outcome():
        if was:
            before[was.id] = was
        if (after := writer.with_events(was, incident, happened)) != was:
            changed.append(after)
    return with_one_mention(before, changed)


def _is_of_before(state: AlertState, sim: SickSim) -> bool:
    """Return whether a SIM's cause may be older than the alert.

    So it is where its usage was told since the last scan, and never since the alert began: a scan
    asks for that of some SIMs only.
    """
    usage, begun, scanned = sim.told_once, state.begun_at, state.scanned_at
    if not (usage and begun and scanned):
        return False
    return usage.since <= begun.timestamp() and scanned.timestamp() < usage.read_at


def _ill(state: AlertState, scan: Grouping) -> dict[str, IllSince]:
    """Return who is ill since when; of whom nothing could be read, what was known."""
    reading = scan.reading
    unread = state.ill.keys() - reading.read if reading.is_partial else reading.failed
    found = {sid: state.ill[sid] for sid in unread if sid in state.ill}
    unsure = {sid: state.ill[sid] for sid in reading.unjudged if sid in state.ill}
    found |= {sid: ill for sid, ill in unsure.items() if ill.family == DATA_LIMIT}
    for sid, sim in reading.sick.items():
        cause, was = sim.causes[0], state.ill.get(sid)
        is_old = _is_of_before(state, sim)
        if was and was.family == cause.family:
            is_graver = 0 < was.severity < cause.severity
            is_worse = cause.family != SILENT and is_graver and not is_old
            known = (was.known and not is_worse) or scan.is_resolved_by_hand(sid, cause.family)
            severity = max(was.severity, int(cause.severity))
            found[sid] = was._replace(known=known, severity=severity)
            continue
        seen = reading.at.timestamp()
        lost_at = sim.lost_at if cause.family == SILENT else None
        known = (is_old or not state.knows(sim.account)) and not scan.is_down(sid)
        found[sid] = IllSince(cause.family, lost_at or seen, seen, known, int(cause.severity))
    return found


LONGEST_WELL = timedelta(hours=4)


def recovery_time(alert: Alert, incident: Incident) -> timedelta:
    """Return how long all must be back before it is resolved: twice as long after each relapse."""
    times = max((member.times for member in incident.members if not member.gone), default=1)
    return min(LONGEST_WELL, alert.well * backoff_factor(times))


def resolves_at(alert: Alert, incident: Incident) -> datetime | None:
    """Return when an open one is over if all stay well; None while one is down."""
    back_at = incident.back_at if incident.is_open else None
    return back_at + recovery_time(alert, incident) if back_at else None


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


TWICE = 2
"""So many times the SIMs of the last mention are worse."""
HELD_FOR = 2
"""Intervals for which a mention waits at most for the next scan."""


class EventWriter:
    """Adds to an incident what happened with one reading."""

    def __init__(self, alert: Alert, reading: ScanReading) -> None:
        self._alert = alert
        self._reading = reading
        self._quiet = alert.is_quiet_at(reading.at)

    def with_events(
        self, before: Incident | None, incident: Incident, happened: MemberChanges
    ) -> Incident:
        """Return the incident with its events; `before` is what it was, None: it is new."""
        at = self._reading.at
        if not incident.is_open:
            return incident
        incident = _graded(incident)
        if before is None:
            sids = tuple(member.sid for member in incident.members)
            if incident.rule != OUTAGE and self._reading.may_grow.intersection(sids):
                until = at + HELD_FOR * self._reading.interval
                incident = replace(incident, held_until=until)
            incident = replace(incident, mentioned=len(incident.down))
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
        return self._settled(self._worse(incident, before, happened.joined))

    def _settled(self, incident: Incident) -> Incident:
        """Return it with the mention that waited for this scan."""
        if incident.held_until is None or self._reading.is_partial:
            return incident
        incident = replace(incident, held_until=None)
        if not (incident.owes and incident.down):
            return incident
        return self._mentioning(replace(incident, owes=False), EventKind.REMINDED, ())

    def _worse(self, incident: Incident, before: Incident, joined: Sids) -> Incident:
        down = len(incident.down)
        twice = bool(incident.mentioned) and down >= TWICE * incident.mentioned
        if incident.severity > before.worst or twice:
            is_held = incident.held_until is not None
            incident = replace(incident, mentioned=max(down, incident.mentioned), held_until=None)
            incident = replace(incident, owes=incident.owes and not is_held)
            return self._mentioning(incident, EventKind.WORSE, joined)
        if joined:
            return incident.with_event(EventKind.GREW, self._reading.at, sims=joined)
        return incident

    def _mentioning(self, incident: Incident, kind: EventKind, sids: Sids) -> Incident:
        """Add an event with which people are mentioned; while it is quiet that is owed."""
        wanted = self._alert.mentions(incident.severity)
        held = self._quiet or bool(incident.snoozed_until or incident.held_until)
        mentions = self._alert.mention_first if wanted and not held else ()
        after = incident.with_event(kind, self._reading.at, sims=sids, mentions=mentions)
        return replace(after, owes=incident.owes or (wanted and held))

    def _is_over(self, incident: Incident) -> bool:
        """Return whether all are back for long enough, and could be read."""
        over_at, failed = resolves_at(self._alert, incident), self._reading.failed
        unread = any(m.sid in failed for m in incident.members if not m.gone)
        return over_at is not None and not unread and self._reading.at >= over_at


def _graded(incident: Incident) -> Incident:
    """Return it with the severity that it has now; an outage stays critical while it lasts."""
    down = incident.down or incident.members
    severity = max((member.severity for member in down), default=incident.severity)
    if incident.rule == OUTAGE:
        severity = Severity.CRITICAL
    return replace(incident, severity=severity, worst=max(incident.worst, severity))


Stories = Mapping[str, Incident]


def with_one_mention(before: Stories, incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    """Return what a scan changed with one mention at most: the gravest's, which counts the others.

    `before` are the incidents as they were, by id.
    """
    every = tuple(incidents)
    calling = [each for each in every if _new_mentions(before.get(each.id), each)]
    if len(calling) <= 1:
        return every
    first = max(calling, key=lambda each: (each.severity, len(each.down)))
    others = len(calling) - 1
    return tuple(
        with_others_counted(before.get(each.id), each, others if each is first else None)
        for each in every
    )


def _new_mentions(before: Incident | None, after: Incident) -> frozenset[int]:
    """Return the events with which an incident newly mentions people, by number."""
    return frozenset(e.n for e in after.since(before.seq if before else 1) if e.mentions)


def with_others_counted(before: Incident | None, after: Incident, others: int | None) -> Incident:
    """Return an incident that mentions people anew as doing so for so many others too.

    None: without its mentions.
    """
    calls = _new_mentions(before, after)
    if not calls:
        return after
    changes: dict[str, Any] = {"mentions": ()} if others is None else {"others": others}
    events = (replace(e, **changes) if e.n in calls else e for e in after.events)
    return replace(after, events=tuple(events))
