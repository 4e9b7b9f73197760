"""Alerts, sick SIMs and scans with defaults, so that a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from itertools import count

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import SILENT, Incident
from bot.alerts.reading import Cause, ScanReading, SickSim
from bot.alerts.transitions import observe, tick
from bot.diagnosis.contrast import Outage, OutageLimits, Trait
from bot.diagnosis.rule import Severity
from bot.digests.subscription import Selection, SelectionKind
from bot.struct import from_json, replace, to_json

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LINES = OutageLimits(at_least=3, percent=20, within=1800.0)
SIMS = tuple(f"DE{number}" for number in range(1, 9))
ANA, BEN = "U0ANA0001", "U0BEN0002"
FIRST, SECOND = "S0FIRST01", "S0SECOND1"


def an_alert(**changes):
    """Return an alert of all SIMs that mentions a group on what is critical."""
    plain = {
        "id": "a1",
        "team": "T0ACMEIOT",
        "channel": "C0FLEETOP",
        "name": "Wells",
        "made_by": ANA,
        "made_at": NOON,
        "selection": Selection(SelectionKind.ALL),
        "mention_first": (FIRST,),
    }
    return Alert(**plain | changes)


def silent(sid, lost=NOON, severity=Severity.CRITICAL, place=None, **traits):
    """Return a SIM that fell silent."""
    cause = Cause("gone_silent", severity, "Gone silent")
    found = SickSim(
        sid, f"well-{sid[2:]}", (cause,), lost.timestamp(), told(traits), "Check power."
    )
    return replace(found, place=place)


def flapping(sid, severity=Severity.WARNING, rule="flapping", **traits):
    """Return a SIM that connects again and again."""
    cause = Cause(rule, severity, "Reconnects")
    return SickSim(sid, f"pump-{sid[2:]}", (cause,), traits=told(traits))


def told(traits):
    """Return traits by what they are."""
    return {Trait[name.upper()]: value for name, value in traits.items()}


def outage(*sids, trait=Trait.CELL, value="cell-9", first=NOON):
    """Return SIMs that fell silent together."""
    at, sims = first.timestamp(), len(sids)
    return Outage(frozenset(sids), at, at + 600, trait, value, sims, sims, 0, 5, 0)


class Day:
    """An alert that is scanned for again and again; times are minutes after noon."""

    def __init__(self, alert=None, sims=SIMS):
        self.alert = alert or an_alert()
        self.sims = frozenset(sims)
        self.state = AlertState({})
        self.incidents: dict[str, Incident] = {}
        self.steps = []
        self._ids = (f"i{number}" for number in count(1))

    def scan(self, minutes, *sick, outages=(), failed=(), unreachable=None, reads=None, **more):
        """Scan, with these SIMs sick; give what changed."""
        now = NOON + minutes * MINUTE
        reading = ScanReading(
            at=now,
            sick={sim.sid: sim for sim in sick},
            read=(self.sims if reads is None else frozenset(reads)) - frozenset(failed),
            failed=frozenset(failed),
            outages=outages if isinstance(outages, dict) else {SILENT: outages},
            unreachable=unreachable,
            **more,
        )
        recent = [
            i for i in self.incidents.values() if i.is_open or now - i.resolved_at < 24 * HOUR
        ]
        step = observe(
            self.alert, self.state, recent, reading, lines=LINES, new_id=lambda: next(self._ids)
        )
        self.state = AlertState.from_json(step.state.to_json())
        for each in step.incidents:
            self.incidents[each.id] = from_json(Incident, to_json(each))
        self.steps.append(step)
        return step

    def tick(self, minutes):
        """Let time bring what it brings by itself."""
        for id_, incident in self.incidents.items():
            self.incidents[id_] = tick(self.alert, incident, NOON + minutes * MINUTE)

    def act(self, act, *args, id_="i1"):
        """Have somebody do something with an incident."""
        self.incidents[id_] = act(self.incidents[id_], *args)

    def story(self, id_="i1"):
        """Return what happened to an incident."""
        return [event.kind.value for event in self.incidents[id_].events]

    def mentions(self, id_="i1"):
        """Return what somebody was mentioned for."""
        events = self.incidents[id_].events
        return [(event.kind.value, *event.mentions) for event in events if event.mentions]

    def down(self):
        """Return the SIMs that are down in each open incident, and what they share."""
        return [
            (sorted(member.sid for member in i.down), i.value)
            for i in self.incidents.values()
            if i.is_open
        ]
