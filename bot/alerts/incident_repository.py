"""Stores incidents, each change together with the jobs that post for them.

incident:{id}           one an open incident: its card, its thread, reminders, escalation
incident_summary:{id}   one for the incidents that share a card

Locks are taken in this order: jobs, the alert, its incidents by id.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.incident import Event, Incident
from bot.errors import UserError
from bot.store.alerts import IncidentRows
from bot.store.database import Database, Record, Transaction
from bot.store.jobs import JobQueue, NewJob
from bot.struct import Struct, from_json, replace, to_json

INCIDENT_JOB, SUMMARY_JOB, SWEEP_JOB = "incident", "incident_summary", "incident_sweep"
MOST_CARDS = 10
"""Open incidents of a channel that have a card of their own; the rest share one."""
RECENT = timedelta(hours=24)
"""So long after its end an incident can come back."""


class NoSuchIncident(UserError):
    """The incident is no longer kept."""

    sentence = "That incident is no longer kept."


class IncidentCard(Struct):
    """Where an incident's card stands, and what it showed when it was edited last."""

    channel: str
    ts: str | None
    edited_at: datetime
    fingerprint: str


class StoredIncident(Struct):
    """An incident with its card; None: it has none yet.

    `cards` numbers the next card; `told` is the last event that its thread tells.
    """

    incident: Incident
    card: IncidentCard | None = None
    cards: int = 0
    told: int = 0


OnEvents = Callable[[Alert, Incident, tuple[Event, ...], Transaction], Awaitable[None]]
"""Is told, in the transaction that saves them, what happened to an incident."""


class Incidents:
    """The incidents. `on_events` is called with what happened to one. Raises StoreError too."""

    def __init__(
        self, database: Database, queue: JobQueue, on_events: OnEvents | None = None
    ) -> None:
        self._db = database
        self.rows = IncidentRows(database)
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
            await self._queue.run_now(job.key, tx)

    async def lock(self, ids: Iterable[str], tx: Transaction) -> None:
        """Lock the jobs of incidents before the incidents themselves."""
        for id_ in sorted(ids):
            await self._queue.lock(incident_key(id_), tx)

    async def of_alert(self, alert: str, tx: Transaction) -> tuple[Incident, ...]:
        """Return those that are open or ended a while ago, locked until the transaction ends."""
        return _incidents(await self.rows.of_alert(alert, RECENT.total_seconds(), tx))

    async def ids(self, alert: str, tx: Transaction) -> list[str]:
        """Return the ids of those of an alert that are open or ended a while ago, not locked."""
        return await self.rows.ids_of_alert(alert, RECENT.total_seconds(), tx)

    async def current(self, alert: str) -> tuple[Incident, ...]:
        """Return the open ones of an alert as they are stored now."""
        return _incidents(await self.rows.open_of(alert))

    async def get(self, id_: str) -> StoredIncident:
        """Return one by its id. Raises NoSuchIncident."""
        found = await self.find(id_)
        if found is None:
            raise NoSuchIncident
        return found

    async def of_summary(self, summary: str | None) -> tuple[Incident, ...]:
        """Return the incidents that share a card; none without one."""
        return _incidents(await self.rows.of_summary(summary) if summary else ())

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
        return _incidents(await self.rows.open_in(team, channel))

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
        found = _incidents(await self.rows.between(team, *moments, channel, accounts))
        return tuple(each for each in found if each.merged_into is None)

    async def _summary_for(self, new: Incident, tx: Transaction) -> str | None:
        """Return whose card a new incident shares; None where there is room for its own."""
        there = await self.rows.open_in(new.team, new.channel, tx)
        alone = [row for row in there if row.summary is None]
        if len(alone) < MOST_CARDS:
            return None
        return next((row.summary for row in there if row.summary), new.id)


def _incidents(rows: Iterable[Record]) -> tuple[Incident, ...]:
    return tuple(incident_from_row(row).incident for row in rows)


_NO_CARD = {"cards": 0, "told": 0}


def incident_key(id_: str) -> str:
    """Return the key of an incident's job."""
    return f"{INCIDENT_JOB}:{id_}"


def incident_to_row(incident: Incident) -> dict[str, Any]:
    """Return what is stored of an incident, by column, but for its card."""
    resolved = incident.resolved_at
    return {
        "id": incident.id,
        "alert": incident.alert,
        "team": incident.team,
        "channel": incident.channel,
        "opened": incident.opened_at.timestamp(),
        "resolved": resolved.timestamp() if resolved else None,
        "severity": int(incident.severity),
        "details": to_json(incident).decode(),
        "summary": incident.summary,
        "account": incident.account,
    }


def card_to_row(stored: StoredIncident) -> dict[str, Any]:
    """Return what is stored of an incident's card."""
    card = stored.card
    return {
        "id": stored.incident.id,
        "cards": stored.cards,
        "card_channel": card.channel if card else None,
        "card_ts": card.ts if card else None,
        "edited": card.edited_at.timestamp() if card else None,
        "drawn": card.fingerprint if card else None,
        "told": stored.told,
    }


def incident_from_row(row: Record) -> StoredIncident:
    """Return the incident of a row, with its card."""
    card = None
    if row.card_channel is not None:
        edited_at = datetime.fromtimestamp(row.edited or 0, UTC)
        card = IncidentCard(row.card_channel, row.card_ts, edited_at, row.drawn or "")
    incident = replace(from_json(Incident, row.details), account=row.account)
    return StoredIncident(incident, card, row.cards, row.told)
