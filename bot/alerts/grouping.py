"""Puts ill SIMs into incidents after a scan: who goes where, who is back, what merges. Pure.

A SIM that comes and goes stays in its incident, or brings it back: the more often it did, the
longer it must be well before it counts as such. SIMs that went down together are told by contrast,
as a verdict has them; fewer than that are one incident where they went down on one cell at about
the same time, or where two of them look like the beginning of an outage.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.alerts.alert import Alert, IllSince
from bot.alerts.incident import OUTAGE, SILENT, DownSim, EventKind, Incident
from bot.alerts.reading import (
    DATA_LIMIT,
    TOGETHER,
    TWIN,
    Cause,
    ScanReading,
    SickSim,
    outage_value,
)
from bot.diagnosis.contrast import Outage, OutageLimits, Trait
from bot.diagnosis.rule import explained_rules
from bot.diagnosis.rules.common_outage import NEXT_STEPS
from bot.sessions.redaction import redacted_snapshot
from bot.struct import Struct, replace

MOST_SLACK = 7200.0
"""Seconds by which a SIM may have been lost later than it was heard of last."""
NewId = Callable[[], str]
Sids = tuple[str, ...]


class MemberChanges(Struct):
    """Which SIMs came back, fell again, and joined, with one scan."""

    back: Sids = ()
    fell: Sids = ()
    joined: Sids = ()


class Grouping:
    """One scan under way: the incidents as they become."""

    def __init__(
        self,
        alert: Alert,
        incidents: Sequence[Incident],
        reading: ScanReading,
        lines: OutageLimits,
        new_id: NewId,
    ) -> None:
        self.reading = reading
        self.ill: Mapping[str, IllSince] = {}
        self.gap = 0.0
        self._alert = alert
        self._lines = lines
        self._new_id = new_id
        self._before = {incident.id: incident for incident in incidents}
        self._now = dict(self._before)
        self._muted = alert.muted_at(reading.at)
        self._back: dict[str, list[str]] = {}
        self._joined: dict[str, list[str]] = {}
        self._fell: dict[str, list[str]] = {}

    # --- questions ---

    def open(self, family: str | None = None) -> list[Incident]:
        """Return the open incidents, the oldest first."""
        found = (i for i in self._now.values() if i.is_open and family in {None, i.family})
        return sorted(found, key=lambda incident: (incident.opened_at, incident.id))

    def is_down(self, sid: str) -> bool:
        """Return whether a SIM is down in an open incident."""
        members = (incident.member(sid) for incident in self.open())
        return any(member and member.is_down for member in members)

    def is_resolved_by_hand(self, sid: str, family: str) -> bool:
        """Return whether somebody has resolved the incident of a SIM that is down still."""
        return any(
            incident.resolved_by is not None
            and incident.family == family
            and (member := incident.member(sid)) is not None
            and member.is_down
            for incident in self._now.values()
            if not incident.is_open
        )

    # --- who is still down ---

    def update_members(self) -> None:
        """Bring each open incident's SIMs up to date."""
        for incident in self.open():
            members = tuple(self._updated(incident, member) for member in incident.members)
            self._now[incident.id] = self._named(replace(incident, members=members))

    def _named(self, incident: Incident) -> Incident:
        """Return it under the gravest cause that keeps its SIMs down, where that is graver."""
        found = [
            (cause, sim)
            for sim in self._sick_of(incident)
            if (cause := sim.standing(incident.family))
        ]
        cause, sim = max(found, key=lambda pair: pair[0].severity, default=(None, None))
        if not (cause and sim) or cause.severity <= incident.severity or incident.rule == OUTAGE:
            return incident
        return replace(incident, rule=cause.rule, title=cause.title, next_step=sim.next_step)

    def _updated(self, incident: Incident, member: DownSim) -> DownSim:
        sid, at = member.sid, self.reading.at
        if member.gone or sid in self.reading.failed:
            return member
        if sid in self._muted or sid not in self.reading.read:
            gone = "muted" if sid in self._muted else "left"
            return replace(member, gone=gone, back_at=member.back_at or at)
        sim = self.reading.sick.get(sid)
        cause = sim.standing(incident.family) if sim else None
        if not (sim and cause):
            unsure = {DATA_LIMIT: self.reading.unjudged, SILENT: self.reading.lost}
            if sid in unsure.get(incident.family, ()):
                return member
            return self._returned(incident, member) if member.is_down else member
        if member.is_down:
            return _with_twin(replace(member, severity=cause.severity), sim)
        self._fell.setdefault(incident.id, []).append(member.sid)
        return member.down_again(cause.severity, self._since(sim))

    def _returned(self, incident: Incident, member: DownSim) -> DownSim:
        at, since = self.reading.at, self.reading.back.get(member.sid)
        connected = datetime.fromtimestamp(since, UTC) if since else at
        seen_ill = member.since if incident.family == SILENT else at - timedelta(seconds=self.gap)
        back_at = connected if max(member.since, seen_ill) < connected <= at else at
        self._back.setdefault(incident.id, []).append(member.sid)
        return replace(member, back_at=back_at)

    def _since(self, sim: SickSim) -> datetime:
        """Return since when a SIM is ill; where nobody tells that, when it was found to be."""
        return min(sim.since or self._found_at(sim), self.reading.at)

    def _found_at(self, sim: SickSim) -> datetime:
        """Return by which moment a SIM is put with others: of a silence, when it began."""
        ill = self.ill.get(sim.sid)
        moment = sim.lost_at or (ill.since if ill else None)
        return datetime.fromtimestamp(moment, UTC) if moment else self.reading.at

    # --- whom to put where ---

    def place(self) -> None:
        """Put the SIMs that are newly ill into incidents: those that fell together first."""
        waiting = {sid: entry for sid, entry in self.ill.items() if self._is_candidate(sid, entry)}
        for sid in [sid for sid in waiting if self._is_renamed_to_twin(sid, waiting[sid].family)]:
            del waiting[sid]
        every = self.reading.outages.items()
        for family, outage in ((name, each) for name, found in every for each in found):
            hits = [sid for sid in outage.sids if sid in waiting and waiting[sid].family == family]
            for account in sorted({self.reading.sick[sid].account for sid in hits}):
                of = [sid for sid in hits if self.reading.sick[sid].account == account]
                self._place_outage(outage, of, account, family)
            for sid in hits:
                del waiting[sid]
        for sid in sorted(waiting, key=lambda sid: (waiting[sid].since, sid)):
            self._place_one(sid, waiting[sid])
        for incident in self.open(SILENT):
            is_site = incident.rule != OUTAGE and incident.trait in {None, Trait.CELL}
            last = self.reading.sick.get(incident.down[0].sid) if incident.down else None
            if is_site and len(incident.down) > 1:
                self._now[incident.id] = replace(incident, next_step=TOGETHER)
            elif last and incident.next_step == TOGETHER:
                self._now[incident.id] = replace(incident, next_step=last.next_step)

    def _is_candidate(self, sid: str, entry: IllSince) -> bool:
        """Return whether a SIM is to be reported: ill for long enough, and not reported yet."""
        at = self.reading.at
        if entry.known or sid in self._muted or sid not in self.reading.sick:
            return False
        if self._alert.is_maintained_at(at) or 0 <= at.timestamp() - entry.seen < self._hold:
            return False
        cause = self.reading.sick[sid].causes[0]
        return all(self._is_news(incident, sid, cause) for incident in self._now.values())

    @property
    def _hold(self) -> float:
        return self._alert.hold.total_seconds()

    def _is_news(self, incident: Incident, sid: str, cause: Cause) -> bool:
        """Return whether a cause is more than what an incident of the SIM says already.

        After a silence others may stand for a while: reconnects, a slower radio.
        """
        member = incident.member(sid)
        if member is None or member.gone:
            return True
        if incident.is_open and member.is_down and cause.family == incident.family:
            return False
        if not incident.is_open and not self._relapses(incident, member):
            return True
        graver = cause.severity > max(member.severity, incident.severity)
        return graver or cause.family in {incident.family, SILENT, TWIN}

    def _relapses(self, incident: Incident, member: DownSim) -> bool:
        """Return whether a SIM that is ill again is so too soon after an incident."""
        if incident.resolved_at is None:
            return False
        return self.reading.at - incident.resolved_at <= member.relapse_window

    def _is_renamed_to_twin(self, sid: str, family: str) -> bool:
        """Return whether a SIM that turns out to have a twin is down of what follows from that.

        That incident goes on under its new name, in that of its twin where there is one.
        """
        sim, explained = self.reading.sick[sid], explained_rules(TWIN)
        found = (i for i in self.open() if i.family in explained and i.member(sid) in i.down)
        incident = next(found, None) if family == TWIN else None
        if incident is None or len(incident.members) > 1:
            return False
        cause, step = sim.causes[0], sim.next_step
        named = replace(incident, family=TWIN, rule=cause.rule, title=cause.title, next_step=step)
        older = next((i for i in self.open(TWIN) if self._shares(sim, i)), None)
        self._now[incident.id] = named
        if older:
            self._merge(named, older.id)
        return True

    def _place_outage(self, outage: Outage, hits: list[str], account: str, family: str) -> None:
        mine = [
            incident
            for incident in self.open(family)
            if incident.account == account
            if any(m.sid in outage.sids for m in incident.members if not m.gone)
            or self._is_same(incident, outage, hits)
        ]
        target = mine[0] if mine else self._relapsed(hits, family)
        for other in mine[1:]:
            self._merge(other, mine[0].id)
        names = [self.reading.sick[sid] for sid in hits]
        if target is None:
            target = self._opened(names, family)
        else:
            self._join(target.id, names)
        joined, is_pair = self._now[target.id], len(outage.sids) < self._lines.at_least
        if is_pair and joined.trait:
            return
        value = outage_value(outage, self._sick_of(joined))
        joined = replace(joined, trait=outage.trait, value=value)
        is_outage = family == SILENT and not is_pair
        self._now[target.id] = joined.as_outage(NEXT_STEPS[joined.trait]) if is_outage else joined

    def _is_same(self, incident: Incident, outage: Outage, hits: Sequence[str]) -> bool:
        """Return whether an outage is that of an incident: one trait, and about the same time."""
        if outage.trait is None or not incident.trait:
            return False
        first, within = _grouped_by(incident), self._lines.within
        near = first - within <= outage.first <= first + within
        return near and any(self._shares(self.reading.sick[sid], incident) for sid in hits)

    def _place_one(self, sid: str, entry: IllSince) -> None:
        sim = self.reading.sick[sid]
        target = self._relapsed([sid], entry.family)
        if target is None:
            target = next((i for i in self.open(entry.family) if self._fits(sim, entry, i)), None)
        if target is None:
            self._opened([sim], entry.family)
        else:
            self._join(target.id, [sim])

    def _fits(self, sim: SickSim, entry: IllSince, incident: Incident) -> bool:
        """Return whether a SIM was lost when those of an incident were, and has what they share."""
        if incident.account != sim.account or not self._shares(sim, incident):
            return False
        slack = min(self.reading.rhythms.get(sim.sid, 0.0), MOST_SLACK)
        first, within = _grouped_by(incident), self._lines.within
        return first - within - slack <= entry.since <= first + within

    def _shares(self, sim: SickSim, incident: Incident) -> bool:
        """Return whether a SIM has what those of an incident share: a site where no trait is known.

        Twins share their device, wherever they are.
        """
        if incident.family == TWIN:
            return any(sim.device == each.device for each in self._sick_of(incident))
        if incident.trait in {None, Trait.CELL}:
            is_everywhere = incident.rule == OUTAGE and not incident.trait
            return is_everywhere or any(map(sim.is_at_site_of, self._sick_of(incident)))
        return sim.traits.get(incident.trait) == incident.value

    def _sick_of(self, incident: Incident) -> list[SickSim]:
        found = (self.reading.sick.get(member.sid) for member in incident.down)
        return [sim for sim in found if sim]

    def _relapsed(self, sids: Collection[str], family: str) -> Incident | None:
        """Return the newest resolved incident that comes back with these SIMs."""
        found = [
            incident
            for incident in self._now.values()
            if not incident.is_open and incident.family == family and not incident.merged_into
            if any(
                member.sid in sids and not member.gone and self._relapses(incident, member)
                for member in incident.members
            )
        ]
        return max(found, key=lambda i: (i.resolved_at, i.id), default=None)

    def _opened(self, sims: Sequence[SickSim], family: str) -> Incident:
        members = tuple(self._member(sim, family) for sim in sims)
        cause = sims[0].causes[0]
        severity = max(member.severity for member in members)
        incident = Incident(
            id=self._new_id(),
            alert=self._alert.id,
            team=self._alert.team,
            channel=self._alert.channel,
            family=family,
            rule=cause.rule,
            title=cause.title,
            severity=severity,
            worst=severity,
            members=members,
            opened_at=self.reading.at,
            first_at=min(member.since for member in members),
            next_step=sims[0].next_step,
            account=sims[0].account,
            unsure=0.0 if sims[0].since or sims[0].lost_at else self.gap,
            found_at=min(map(self._found_at, sims)),
        )
        self._now[incident.id] = incident
        return incident

    def _member(self, sim: SickSim, family: str) -> DownSim:
        cause = sim.cause_in(family) or sim.causes[0]
        member = DownSim(
            sid=sim.sid,
            name=sim.name,
            since=self._since(sim),
            joined_at=self.reading.at,
            severity=cause.severity,
            rhythm=self.reading.rhythms.get(sim.sid, 0.0),
            redacted=sim.redacted,
        )
        return _with_twin(member, sim)

    def _join(self, id_: str, sims: Sequence[SickSim]) -> None:
        """Add SIMs to an incident, and open it again if it was resolved."""
        incident = self._now[id_]
        members = {member.sid: member for member in incident.members}
        for sim in sims:
            member = self._member(sim, incident.family)
            if was := members.get(sim.sid):
                cause = sim.cause_in(incident.family) or sim.causes[0]
                member = was.down_again(cause.severity, self._since(sim))
                self._fell.setdefault(id_, []).append(sim.sid)
            else:
                self._joined.setdefault(id_, []).append(sim.sid)
            members[sim.sid] = member
        joined = replace(
            incident,
            members=tuple(members.values()),
            first_at=min(incident.first_at, *map(self._since, sims)),
            found_at=min(incident.found_at or incident.first_at, *map(self._found_at, sims)),
        )
        self._now[id_] = joined if incident.is_open else joined.reopened_at(self.reading.at)

    def _merge(self, younger: Incident, older: str) -> None:
        """Move the SIMs of an incident into an older one of the same outage."""
        at, moved = self.reading.at, younger.members
        known = self._now[older].sids
        self._joined.setdefault(older, []).extend(m.sid for m in moved if m.sid not in known)
        members = (*self._now[older].members, *(m for m in moved if m.sid not in known))
        self._now[older] = replace(self._now[older], members=members)
        gone = tuple(replace(m, gone="merged", back_at=m.back_at or at) for m in moved)
        over = replace(younger, members=gone, resolved_at=at, merged_into=older)
        self._now[younger.id] = over.with_event(EventKind.MERGED, at, other=older)

    def outcome(self) -> Iterator[tuple[Incident | None, Incident, MemberChanges]]:
        """Return each incident as it was, None if it is new, as it is, and what happened to it."""
        for id_, incident in self._now.items():
            yield self._before.get(id_), incident, self._happened(id_)

    def _happened(self, id_: str) -> MemberChanges:
        names = (self._back, self._fell, self._joined)
        return MemberChanges(*(tuple(each.get(id_, ())) for each in names))


def _with_twin(member: DownSim, sim: SickSim) -> DownSim:
    """Return it with the name of the SIM that has its IMEI too, where that is known."""
    if sim.twin is None:
        return member
    return replace(member, twin=sim.twin.name, redacted_twin=redacted_snapshot(sim.twin).name)


def _grouped_by(incident: Incident) -> float:
    return (incident.found_at or incident.first_at).timestamp()
