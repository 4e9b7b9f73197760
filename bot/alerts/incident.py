"""An incident: SIMs that are down of one cause, its story, and what people do with it. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.alerts.alert import Alert, Mute
from bot.diagnosis.contrast import Trait
from bot.diagnosis.rule import Severity
from bot.sessions.redaction import REDACTED, Redactor
from bot.struct import Struct, replace

OUTAGE = "common_outage"
SILENT = "silent"
"""The family of SIMs that are not heard of, whichever rule says so."""
RHYTHMS = 3
"""A relapse within so many of a SIM's usual intervals brings its last incident back."""
LEAST_RELAPSE, LONGEST_RELAPSE = timedelta(minutes=30), timedelta(hours=24)
_MOST_DOUBLED = 10
MOST_EVENTS = 200
"""Events that an incident keeps; of what flaps on and on the oldest go."""


def backoff_factor(times: int) -> int:
    """Return by what a SIM's patience grows with each time that it goes down: 1, 2, 4."""
    return int(2 ** min(times - 1, _MOST_DOUBLED))


class IncidentState(StrEnum):
    """How an incident stands."""

    OPEN = "open"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class EventKind(StrEnum):
    """What happens to an incident."""

    OPENED = "opened"
    GREW = "grew"
    WORSE = "worse"
    BACK = "back"
    FELL = "fell"
    TAKEN = "taken"
    SNOOZED = "snoozed"
    MUTED = "muted"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    MERGED = "merged"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class Event(Struct, omit_defaults=True):
    """The n-th thing that happened. `by` is the person who did it, None: it came by itself.

    `sims` are SIDs of its members; `mentions` are the ids that are mentioned with it. `reason` is
    what somebody typed, `until` the end of a snooze or a mute, `other` another incident, or person.
    `others` is how many more incidents it mentions them for.
    """

    n: int
    at: datetime
    kind: EventKind
    by: str | None = None
    sims: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    reason: str | None = None
    until: datetime | None = None
    other: str | None = None
    others: int = 0


class DownSim(Struct, omit_defaults=True):
    """A SIM of an incident. `since` is when it went down, `back_at` when it came back.

    `joined_at` is when it was found to be down first. `times` counts how often it went down;
    `rhythm` is the usual time between two contacts in seconds, 0 where that is unknown. `gone` says
    that it left the incident otherwise. `redacted` is its name for those who may not see all of it,
    where that is another. `twin` names a SIM with the same IMEI that is none of the alert's,
    `redacted_twin` does so for those.
    """

    sid: str
    name: str
    since: datetime
    joined_at: datetime
    severity: Severity = Severity.WARNING
    back_at: datetime | None = None
    times: int = 1
    rhythm: float = 0.0
    gone: str | None = None
    redacted: str | None = None
    twin: str | None = None
    redacted_twin: str | None = None

    @property
    def is_down(self) -> bool:
        """Whether it is down now."""
        return self.back_at is None

    @property
    def relapse_window(self) -> timedelta:
        """Within what time after its incident's end a relapse brings the incident back."""
        own = timedelta(seconds=self.rhythm * RHYTHMS)
        return min(LONGEST_RELAPSE, max(LEAST_RELAPSE, own) * backoff_factor(self.times))

    def down_again(self, severity: Severity, since: datetime) -> "DownSim":
        """Return it as it is down once more, since it was back at the earliest."""
        times, since = self.times + 1, max(since, self.back_at or since)
        return replace(self, back_at=None, gone=None, times=times, since=since, severity=severity)


class Incident(Struct, omit_defaults=True):
    """One incident of one alert; times are UTC.

    `family` is what its SIMs have in common of causes; `rule` and `title` are the finding that
    opened it. `trait` and `value` are what tells its SIMs from the others, where that is known.
    `first_at` is when the first SIM went down, `found_at` when it was found so, where it is no
    silence. `mentioned` is how many SIMs were down with the last
    mention; `owes` says that one waits for the end of quiet hours or of a snooze, or, at most until
    `held_until`, for the next scan, which tells whether more SIMs belong to it. `reopened` counts
    how often it came back after it was resolved. `summary` is the first of the incidents with which
    it shares a card, None: it has its own. `seq` numbers the next event. `account`
    names the KORE account of its SIMs: no incident has SIMs of two. `unsure` are the seconds before
    `first_at` in which it may have begun already.
    """

    id: str
    alert: str
    team: str
    channel: str
    family: str
    rule: str
    title: str
    severity: Severity
    worst: Severity
    members: tuple[DownSim, ...]
    opened_at: datetime
    first_at: datetime
    trait: Trait | None = None
    value: str | None = None
    next_step: str | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    first_taken_at: datetime | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None
    escalated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    merged_into: str | None = None
    mentioned: int = 0
    owes: bool = False
    reopened: int = 0
    summary: str | None = None
    events: tuple[Event, ...] = ()
    seq: int = 1
    account: str = ""
    unsure: float = 0.0
    held_until: datetime | None = None
    found_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.resolved_at is None

    @property
    def state(self) -> IncidentState:
        """How it stands; a snooze whose time is over is none."""
        if self.resolved_at:
            return IncidentState.RESOLVED
        if self.snoozed_until:
            return IncidentState.SNOOZED
        return IncidentState.TAKEN if self.taken_by else IncidentState.OPEN

    @property
    def down(self) -> tuple[DownSim, ...]:
        """The SIMs that are down now."""
        return tuple(member for member in self.members if member.is_down)

    @property
    def is_empty(self) -> bool:
        """Whether all of its SIMs were muted, or are no longer looked at."""
        return all(member.gone for member in self.members)

    @property
    def sids(self) -> frozenset[str]:
        """All SIMs that it ever had."""
        return frozenset(member.sid for member in self.members)

    @property
    def back_at(self) -> datetime | None:
        """When the last SIM came back; None while one is down."""
        if not self.members or self.down:
            return None
        return max(member.back_at for member in self.members if member.back_at)

    @property
    def ended_at(self) -> datetime | None:
        """When the trouble itself was over: the last SIM was back, or somebody said so."""
        if self.resolved_at is None:
            return None
        return self.back_at if self.resolved_by is None and self.back_at else self.resolved_at

    @property
    def time_to_notice(self) -> timedelta:
        """How long it was so before it was opened."""
        return max(timedelta(0), self.opened_at - self.first_at)

    @property
    def time_to_take(self) -> timedelta | None:
        """How long it stood before somebody took it; None: nobody has."""
        taken = self.first_taken_at
        return taken - self.opened_at if taken else None

    @property
    def time_to_end(self) -> timedelta | None:
        """How long the trouble lasted; None while it does."""
        return max(timedelta(0), self.ended_at - self.first_at) if self.ended_at else None

    def member(self, sid: str) -> DownSim | None:
        """Return a SIM of it."""
        return next((member for member in self.members if member.sid == sid), None)

    def with_event(self, kind: EventKind, at: datetime, **more: object) -> "Incident":
        """Return it with one more event."""
        event = Event(self.seq, at, kind, **more)  # type: ignore[arg-type]
        events = (*self.events, event)[-MOST_EVENTS:]
        return replace(self, events=events, seq=self.seq + 1)

    def as_outage(self, step: str) -> "Incident":
        """Return it as what SIMs are that fell silent together."""
        named = replace(self, rule=OUTAGE, title="Common outage", next_step=step)
        return replace(named, severity=Severity.CRITICAL)

    def reopened_at(self, at: datetime) -> "Incident":
        """Return it open again; whoever was called once is not called again."""
        called = self.escalated_at or at
        again = replace(self, resolved_at=None, resolved_by=None, escalated_at=called)
        return replace(again, reopened=self.reopened + 1)

    def since(self, seq: int) -> tuple[Event, ...]:
        """Return the events from a number on, the oldest first."""
        return tuple(event for event in self.events if event.n >= seq)


def redacted_incident(incident: Incident) -> Incident:
    """Return it without what those may not see who may not see card, device and place."""
    members = tuple(
        replace(member, name=member.redacted or member.name, twin=member.redacted_twin)
        for member in incident.members
    )
    is_hidden = incident.trait in {Trait.CELL, Trait.MODEL}
    value = REDACTED if is_hidden and incident.value else incident.value
    hider = Redactor(())
    events = tuple(
        replace(event, reason=hider.text(event.reason)) if event.reason else event
        for event in incident.events
    )
    title = hider.text(incident.title)
    return replace(incident, members=members, value=value, title=title, events=events)


MOST_MUTES = 500
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_WEEK_DAYS, _MORNING = 7, 8


def take_if_unchanged(incident: Incident, by: str, now: datetime, seen: str | None) -> Incident:
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
    """Return an incident without a SIM that is muted; one that is not in it changes nothing."""
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
