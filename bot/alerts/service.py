"""What handlers and jobs work with: alerts, incidents, and scans that several share."""

from collections.abc import Collection
from datetime import timedelta

from bot.alerts.alert import Alert, AlertState, usual_interval
from bot.alerts.incident import Incident
from bot.alerts.repository import Alerts, Incidents
from bot.clock import Clock
from bot.digests.fleet import Fleet, SharedScans
from bot.digests.subscriptions import Subscriptions
from bot.slack.directory import ChannelAccess
from bot.struct import Struct


class AlertService(Struct):
    """`per_second` is what KORE may be asked; None: as it comes.

    What it lists of incidents is of the accounts that whoever reads it may see.
    """

    alerts: Alerts
    incidents: Incidents
    channels: ChannelAccess
    clock: Clock
    team: str
    per_second: float | None = None

    async def of_person(self, person: str) -> tuple[Alert, ...]:
        """Return the alerts that a person made, and those of the channels that they are in."""
        every = [one for one in await self.alerts.every() if one.team == self.team]
        others = {one.channel for one in every if one.made_by != person}
        theirs = await self.channels.channels_of(person) if others else frozenset()
        return tuple(one for one in every if one.made_by == person or one.channel in theirs)

    async def open_of(
        self, alerts: Collection[Alert], accounts: frozenset[str]
    ) -> tuple[Incident, ...]:
        """Return the open incidents of alerts, the newest first."""
        ids, now = {alert.id for alert in alerts}, self.clock.now()
        soon = now + timedelta(minutes=1)
        found = await self.incidents.between(self.team, now, soon, accounts=accounts)
        return tuple(each for each in found if each.is_open and each.alert in ids)

    async def open_by_alert(self, channel: str, accounts: frozenset[str]) -> dict[str, int]:
        """Return how many incidents of each alert are open in a channel, by id."""
        counts: dict[str, int] = {}
        opened = await self.incidents.open_in(self.team, channel)
        for incident in (each for each in opened if each.account in accounts):
            counts[incident.alert] = counts.get(incident.alert, 0) + 1
        return counts


FEW = 300
"""SIMs that may be scanned as often as somebody wants."""


class AlertWork(Struct):
    """Each is ready for use. `per_second` is what KORE may be asked; None: as it comes."""

    alerts: Alerts
    incidents: Incidents
    fleet: Fleet
    digests: Subscriptions
    per_second: float | None = None

    def scans_of(self, accounts: frozenset[str]) -> SharedScans:
        """Return the scans of these accounts' SIMs."""
        return SharedScans(self.fleet, self.digests, accounts)

    def interval_of(self, alert: Alert, state: AlertState) -> timedelta:
        """Return the time between two scans: of many SIMs at least half of what is usual."""
        usual = usual_interval(state.sims, self.per_second)
        if alert.interval is None:
            return usual
        return max(alert.interval, usual / 2) if state.sims > FEW else alert.interval
