"""Stores alerts, each change together with the job that scans for it; what others do with them.

alert:{id}   one an alert: scans again and again; locked in the order of incidents
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.alert import KIND, Alert, AlertState, Mute, usual_interval
from bot.alerts.incident import Incident, mute, resolve, with_mute
from bot.alerts.incident_repository import Incidents, NoSuchIncident, incident_from_row
from bot.clock import Clock
from bot.digests.fleet import Fleet, SharedScans
from bot.digests.subscription import PauseReason
from bot.digests.subscriptions import NamedRepository, NoneOfName, Subscriptions, paused_in, row_of
from bot.errors import UserError
from bot.slack.directory import ChannelAccess
from bot.store.alerts import AlertRows
from bot.store.database import Database, Record, Transaction
from bot.store.jobs import JobQueue, NewJob
from bot.struct import Struct, from_json, replace, to_json


class AlertNameTaken(UserError):
    """The channel has an alert of that name."""

    sentence = "This channel has an alert of that name. Give another name, or edit that one."


class NoSuchAlert(NoneOfName):
    """The alert is not there (any more)."""

    sentence = "That alert is not there any more. `/simsessions alert list` shows those that are."


def alert_to_row(alert: Alert) -> dict[str, Any]:
    """Return what is stored of an alert, by column, but for its state."""
    return row_of(alert, to_json(alert).decode())


def alert_from_row(row: Record) -> Alert:
    """Read what some version stored; what is new since has its usual value."""
    return replace(from_json(Alert, row.details), paused=paused_in(row))


class Alerts(NamedRepository[Alert]):
    """The alerts. Every method raises StoreError too."""

    noun, no_such = "alert", NoSuchAlert

    def __init__(self, database: Database, incidents: Incidents, queue: JobQueue) -> None:
        self._rows = AlertRows(database)
        super().__init__(database, self._rows, alert_from_row, queue)
        self._incidents = incidents

    async def add(self, alert: Alert) -> None:
        """Store a new one and have its SIMs scanned. Raises AlertNameTaken."""
        async with self._db.write() as tx:
            if not await self._rows.add(alert_to_row(alert), tx):
                raise AlertNameTaken
            await self._schedule(alert, tx)

    async def change(self, alert: Alert) -> None:
        """Store its changes; what is wrong already with SIMs that are new to it is not reported.

        Paused and muted is what is so now.

        Raises AlertNameTaken and NoSuchAlert.
        """
        async with self._db.write() as tx:
            await self._queue.lock(alert.job_key, tx)
            row = await self._rows.get(alert.id, tx)
            if row is None:
                raise NoSuchAlert
            before = alert_from_row(row)
            kept = replace(alert, mutes=before.mutes, paused=before.paused)
            if not await self._rows.change(alert_to_row(kept), tx):
                raise AlertNameTaken
            if before.looks_for != kept.looks_for:
                unprimed = replace(AlertState.from_json(row.state), primed=False)
                await self.save_state(alert.id, unprimed, tx)  # opens nothing that is new to it
            await self._schedule(kept, tx)

    async def pause(self, alert: Alert, why: PauseReason = PauseReason.ASKED) -> bool:
        """Pause it; return whether it ran before. Its open incidents stay as they are."""
        async with self._db.write() as tx:
            await self._queue.cancel(alert.job_key, tx)
            return await self._rows.set_paused(alert.id, why.value, tx)

    async def resume(self, alert: Alert) -> bool:
        """Resume it; return whether it was paused."""
        async with self._db.write() as tx:
            await self._queue.lock(alert.job_key, tx)
            changed = await self._rows.set_paused(alert.id, None, tx)
            await self._schedule(replace(alert, paused=None), tx)
        return changed

    async def remove(self, alert: Alert, by: str, now: datetime) -> None:
        """Delete it and resolve its open incidents."""
        ids = await self._incidents.rows.open_ids(alert.id)
        async with self._db.write() as tx:
            await self._queue.cancel(alert.job_key, tx)
            await self._incidents.lock(ids, tx)
            for incident in await self._incidents.of_alert(alert.id, tx):
                if incident.is_open:
                    await self._incidents.save(alert, incident, resolve(incident, by, now), tx)
            await self._rows.remove(alert.id, tx)

    async def act(self, id_: str, act: Callable[[Alert, Incident], Incident]) -> Incident:
        """Have somebody do something with an incident; return what became of it.

        Raises NoSuchIncident and NoSuchAlert.
        """
        stored = await self._incidents.get(id_)
        async with self._db.write() as tx:
            await self._incidents.lock([id_], tx)
            alert = await self._locked(stored.incident.alert, tx)
            return await self._act(alert, id_, act, tx)

    async def mute(self, id_: str, muted: Mute) -> Incident:
        """Keep a SIM of an incident quiet in its alert. Raises NoSuchIncident and NoSuchAlert."""
        stored = await self._incidents.get(id_)
        async with self._db.write() as tx:
            await self._incidents.lock([id_], tx)
            alert = with_mute(await self._locked(stored.incident.alert, tx), muted)
            await self._rows.change(alert_to_row(alert), tx)
            return await self._act(alert, id_, lambda _, incident: mute(incident, muted), tx)

    async def _act(
        self, alert: Alert, id_: str, act: Callable[[Alert, Incident], Incident], tx: Transaction
    ) -> Incident:
        row = await self._incidents.rows.get(id_, tx)
        if row is None:
            raise NoSuchIncident
        before = incident_from_row(row).incident
        after = act(alert, before)
        return before if after == before else await self._incidents.save(alert, before, after, tx)

    async def _locked(self, alert: str, tx: Transaction) -> Alert:
        row = await self._rows.get(alert, tx)
        if row is None:
            raise NoSuchAlert
        return alert_from_row(row)

    async def with_state(
        self, alert: str, tx: Transaction | None = None
    ) -> tuple[Alert, AlertState] | None:
        """Return an alert and what it has seen, locked with a transaction; None: it is gone."""
        row = await self._rows.get(alert, tx)
        return (alert_from_row(row), AlertState.from_json(row.state)) if row else None

    async def save_state(self, alert: str, state: AlertState, tx: Transaction) -> None:
        """Save what an alert has seen."""
        await self._rows.save_state(alert, state.to_json(), tx)

    async def states_in(self, team: str, channel: str) -> list[AlertState]:
        """Return what the running alerts of a channel have seen."""
        rows = await self._rows.in_channel(team, channel)
        return [AlertState.from_json(row.state) for row in rows if row.paused is None]

    async def _schedule(self, alert: Alert, tx: Transaction) -> None:
        if alert.paused:
            return
        await self._queue.add(NewJob(KIND, alert.job_key, {"alert": alert.id}), tx=tx, anew=True)
        await self._queue.run_now(alert.job_key, tx)


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
        return await self.alerts.of_person(self.team, person, self.channels)

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
