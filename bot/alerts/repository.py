"""Stores alerts and incidents, each change together with the jobs that scan and post for them.

alert:{id}              one a subscription: scans again and again
incident:{id}           one an open incident: its card, its thread, reminders, escalation
incident_summary:{id}   one for the incidents that share a card

Locks are taken in this order: jobs, the alert, its incidents by id.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.alerts.alert import KIND, Alert, AlertState, Mute
from bot.alerts.incident import Event, Incident, mute, resolve, with_mute
from bot.alerts.rows import (
    StoredIncident,
    alert_from_row,
    alert_to_row,
    incident_from_row,
    incident_to_row,
)
from bot.digests.subscription import PauseReason
from bot.digests.subscriptions import pick
from bot.errors import UserError
from bot.store.alerts import AlertRows, IncidentRows
from bot.store.database import Database
from bot.store.jobs import JobQueue, NewJob
from bot.store.transaction import Transaction
from bot.struct import replace

INCIDENT_JOB, SUMMARY_JOB, SWEEP_JOB = "incident", "incident_summary", "incident_sweep"
MOST_CARDS = 10
"""Open incidents of a channel that have a card of their own; the rest share one."""
RECENT = timedelta(hours=24)
"""So long after its end an incident can come back."""


class AlertNameTaken(UserError):
    """The channel has an alert of that name."""

    sentence = "This channel has an alert of that name. Give another name, or edit that one."


class NoSuchAlert(UserError):
    """The alert is not there (any more); `near` are those whose names come near."""

    sentence = "That alert is not there any more. `/simsessions alert list` shows those that are."

    def __init__(self, sentence: str | None = None, near: tuple[Alert, ...] = ()) -> None:
        super().__init__(sentence)
        self.near = near


class NoSuchIncident(UserError):
    """The incident is no longer kept."""

    sentence = "That incident is no longer kept."


OnEvents = Callable[[Alert, Incident, tuple[Event, ...], Transaction], Awaitable[None]]
"""Is told, in the transaction that saves them, what happened to an incident."""


class Incidents:
    """The incidents. `on_events` is whoever else is to be told. Raises StoreError too."""

    def __init__(
        self,
        database: Database,
        rows: IncidentRows,
        queue: JobQueue,
        on_events: OnEvents | None = None,
    ) -> None:
        self._db = database
        self.rows = rows
        self._queue = queue
        self._on_events = on_events

    async def save(
        self, alert: Alert, before: Incident | None, after: Incident, tx: Transaction
    ) -> Incident:
        """Save what became of an incident, or a new one, and have it shown at once.

        Whoever calls this for one that is there has locked its job: `lock`.
        """
        if before is None:
            after = replace(after, summary=await self._summary_for(after, tx))
            await self.rows.add(incident_to_row(after) | _NO_CARD, tx)
        else:
            await self.rows.save_story(incident_to_row(after), tx)
        if self._on_events and (events := after.since(before.seq if before else 1)):
            await self._on_events(alert, after, events, tx)
        await self.schedule(after, tx)
        return after

    async def schedule(self, incident: Incident, tx: Transaction | None = None) -> None:
        """Have an incident's card drawn, and what its thread lacks posted, at once."""
        jobs = [NewJob(INCIDENT_JOB, incident_key(incident.id), {"incident": incident.id})]
        if incident.summary:
            args = {"incident": incident.summary}
            jobs.append(NewJob(SUMMARY_JOB, f"{SUMMARY_JOB}:{incident.summary}", args))
        jobs.append(NewJob(SWEEP_JOB, SWEEP_JOB, {}, 60.0))
        await self._queue.add(*jobs, tx=tx, anew=True)
        for job in jobs[:-1]:
            await self._queue.hasten(job.key, tx)

    async def lock(self, ids: Iterable[str], tx: Transaction) -> None:
        """Lock the jobs of incidents before the incidents themselves."""
        for id_ in sorted(ids):
            await self._queue.lock(incident_key(id_), tx)

    async def of_alert(self, alert: str, tx: Transaction) -> tuple[Incident, ...]:
        """Return those that are open or ended a while ago, locked until the transaction ends."""
        rows = await self.rows.of_alert(alert, RECENT.total_seconds(), tx)
        return tuple(incident_from_row(row).incident for row in rows)

    async def ids(self, alert: str, tx: Transaction) -> list[str]:
        """Return the ids of those of an alert that are open or ended a while ago, not locked."""
        return await self.rows.ids_of_alert(alert, RECENT.total_seconds(), tx)

    async def current(self, alert: str) -> tuple[Incident, ...]:
        """Return the open ones of an alert as they are stored now."""
        rows = await self.rows.open_of(alert)
        return tuple(incident_from_row(row).incident for row in rows)

    async def get(self, id_: str) -> StoredIncident:
        """Return one by its id. Raises NoSuchIncident."""
        found = await self.find(id_)
        if found is None:
            raise NoSuchIncident
        return found

    async def of_summary(self, summary: str | None) -> tuple[Incident, ...]:
        """Return the incidents that share a card; none without one."""
        rows = await self.rows.of_summary(summary) if summary else ()
        return tuple(incident_from_row(row).incident for row in rows)

    async def reschedule(self, ids: Sequence[str]) -> None:
        """Have incidents looked at whose jobs were lost; one that has its job is left alone."""
        jobs = [NewJob(INCIDENT_JOB, incident_key(id_), {"incident": id_}) for id_ in ids]
        await self._queue.add(*jobs, anew=True)

    async def find(self, id_: str) -> StoredIncident | None:
        """Return one by its id; None where it is no longer kept."""
        row = await self.rows.get(id_)
        return incident_from_row(row) if row else None

    async def open_in(self, team: str, channel: str) -> tuple[Incident, ...]:
        """Return the open ones of a channel, the oldest first."""
        rows = await self.rows.open_in(team, channel)
        return tuple(incident_from_row(row).incident for row in rows)

    async def between(
        self,
        team: str | None,
        start: datetime,
        end: datetime,
        channel: str | None = None,
        accounts: frozenset[str] | None = None,
    ) -> tuple[Incident, ...]:
        """Return those that were open at some time between two, the newest first; None: of all.

        Those that turned out to be part of another are left out.
        """
        moments = start.timestamp(), end.timestamp()
        rows = await self.rows.between(team, *moments, channel, accounts)
        found = (incident_from_row(row).incident for row in rows)
        return tuple(each for each in found if each.merged_into is None)

    async def _summary_for(self, new: Incident, tx: Transaction) -> str | None:
        """Return whose card a new incident shares; None where there is room for its own."""
        there = await self.rows.open_in(new.team, new.channel, tx)
        alone = [row for row in there if row.summary is None]
        if len(alone) < MOST_CARDS:
            return None
        return next((row.summary for row in there if row.summary), new.id)


class Alerts:
    """The alerts. Every method raises StoreError too."""

    def __init__(
        self, database: Database, rows: AlertRows, incidents: Incidents, queue: JobQueue
    ) -> None:
        self._db = database
        self._rows = rows
        self._incidents = incidents
        self._queue = queue

    async def add(self, alert: Alert) -> None:
        """Store a new one and have its SIMs scanned. Raises AlertNameTaken."""
        async with self._db.write() as tx:
            if not await self._rows.add(alert_to_row(alert), tx):
                raise AlertNameTaken
            await self._schedule(alert, tx)

    async def change(self, alert: Alert) -> None:
        """Store its changes; what is wrong with SIMs that are new to it is not told.

        Raises AlertNameTaken and NoSuchAlert.
        """
        async with self._db.write() as tx:
            await self._queue.lock(alert.job_key, tx)
            row = await self._rows.get(alert.id, tx)
            if row is None:
                raise NoSuchAlert
            before = alert_from_row(row)
            kept = replace(alert, mutes=before.mutes)
            if not await self._rows.change(alert_to_row(kept), tx):
                raise AlertNameTaken
            if _looks_for(before) != _looks_for(kept):
                await self._rows.save_state(alert.id, _unprimed(row.state), tx)
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
        self,
        alert: Alert,
        id_: str,
        act: Callable[[Alert, Incident], Incident],
        tx: Transaction,
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

    async def state(self, alert: str, tx: Transaction) -> tuple[Alert, AlertState] | None:
        """Return an alert and what it has seen, locked; None where it is gone."""
        row = await self._rows.get(alert, tx)
        return (alert_from_row(row), AlertState.from_json(row.state)) if row else None

    async def save_state(self, alert: str, state: AlertState, tx: Transaction) -> None:
        """Save what an alert has seen."""
        await self._rows.save_state(alert, state.to_json(), tx)

    async def states_in(self, team: str, channel: str) -> list[AlertState]:
        """Return what the running alerts of a channel have seen."""
        rows = await self._rows.in_channel(team, channel)
        return [AlertState.from_json(row.state) for row in rows if row.paused is None]

    async def find(self, alert: str) -> Alert | None:
        """Return one by its id; None where it is gone."""
        row = await self._rows.get(alert)
        return alert_from_row(row) if row else None

    async def get(self, alert: str) -> Alert:
        """Return one by its id. Raises NoSuchAlert."""
        found = await self.find(alert)
        if found is None:
            raise NoSuchAlert
        return found

    async def look(self, alert: str) -> tuple[Alert, AlertState] | None:
        """Return an alert and what it has seen so far; None where it is gone."""
        row = await self._rows.get(alert)
        return (alert_from_row(row), AlertState.from_json(row.state)) if row else None

    async def named(self, name: str, team: str, channel: str, person: str) -> Alert:
        """Return the channel's one of that name, else the person's own. Raises NoSuchAlert."""
        here = await self.in_channel(team, channel)
        mine = tuple(one for one in await self.made_by(team, person) if one not in here)
        return pick(name, here, mine, "alert", NoSuchAlert)

    async def in_channel(self, team: str, channel: str) -> tuple[Alert, ...]:
        """Return a channel's, by name."""
        return tuple(map(alert_from_row, await self._rows.in_channel(team, channel)))

    async def made_by(self, team: str, person: str) -> tuple[Alert, ...]:
        """Return those that a person made, by name."""
        return tuple(map(alert_from_row, await self._rows.made_by(team, person)))

    async def every(self) -> tuple[Alert, ...]:
        """Return all, by name."""
        return tuple(map(alert_from_row, await self._rows.every()))

    async def _schedule(self, alert: Alert, tx: Transaction) -> None:
        if alert.paused:
            return
        await self._queue.add(NewJob(KIND, alert.job_key, {"alert": alert.id}), tx=tx, anew=True)
        await self._queue.hasten(alert.job_key, tx)


_NO_CARD = {"cards": 0, "told": 0}


def incident_key(id_: str) -> str:
    """Return the key of an incident's job."""
    return f"{INCIDENT_JOB}:{id_}"


def _looks_for(alert: Alert) -> tuple[object, ...]:
    return alert.selection, alert.causes, alert.least


def _unprimed(state: str | None) -> str:
    """Return the state of an alert whose next scan opens nothing that is new to it."""
    return replace(AlertState.from_json(state), primed=False).to_json()
