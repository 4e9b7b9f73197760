"""What the terminal does with alerts: lists them, tries one, and lists incidents."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from bot.alerts.alert import Alert, AlertState
from bot.alerts.incident import Incident
from bot.alerts.reading import Reader, Reading, Wanted, lines_of, outages_in
from bot.alerts.repository import Alerts, NoSuchAlert
from bot.alerts.transitions import observe
from bot.app.digest_once import passing_fleet
from bot.app.jobs import incidents_of
from bot.app.resources import opened_store
from bot.clock import SystemClock
from bot.digests.fleet import OnStart, passing_scan
from bot.digests.subscriptions import chosen
from bot.settings import Settings
from bot.store.alerts import AlertRows
from bot.store.database import Database
from bot.store.jobs import JobQueue


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert, how many of its incidents are open, and when it was scanned last."""

    one: Alert
    open: int
    scanned_at: datetime | None
    sims: int


@dataclass(frozen=True, slots=True)
class TriedAlert:
    """What an alert would open if all that it sees were new to it."""

    one: Alert
    reading: Reading
    incidents: tuple[Incident, ...]


async def listed(settings: Settings) -> tuple[ListedAlert, ...]:
    """Return all alerts of the store, by name. Raises StartError and StoreError."""
    async with opened_store(settings) as store:
        alerts = _alerts(store)
        every = await alerts.every()
        looked = [await alerts.look(one.id) for one in every]
        now = SystemClock().now()
        found = await incidents_of(store, JobQueue(store)).between(None, now, now + _MINUTE)
    opened = Counter(incident.alert for incident in found if incident.is_open)
    states = [each[1] if each else AlertState({}) for each in looked]
    return tuple(
        ListedAlert(one, opened[one.id], state.scanned_at, state.sims)
        for one, state in zip(every, states, strict=True)
    )


async def incidents(
    settings: Settings, since: datetime, channel: str | None
) -> tuple[Incident, ...]:
    """Return those that were open at some time since then, the newest first. Raises as `listed`."""
    async with opened_store(settings) as store:
        now = SystemClock().now() + _MINUTE
        return await incidents_of(store, JobQueue(store)).between(None, since, now, channel)


async def tried(settings: Settings, which: str, began: OnStart) -> TriedAlert:
    """Scan an alert's SIMs and keep nothing of it; Slack is not asked.

    Raises also KoreError and NoSuchAlert.
    """
    clock = SystemClock()
    async with opened_store(settings) as store:
        one = chosen(which, await _alerts(store).every(), "alert", NoSuchAlert)
        async with (
            passing_fleet(settings, store, clock) as fleet,
            passing_scan(one.id, one.selection, fleet, clock, began) as (run, _),
        ):
            reader = Reader(Wanted(one.causes, one.least), (), fleet.accounts)
            async for page in fleet.rows.every(run.id):
                reader.add(page)
            lines, reading = lines_of(settings.thresholds), reader.reading(clock.now())
            state = AlertState({}, primed=True, accounts=tuple(fleet.accounts))
            begun = reading.begun(state)
            outages = await outages_in(fleet.rows.every(run.id), None, begun, lines)
    reading, ids = replace(reading, outages=outages), count(1)
    at_once = replace(one, hold=timedelta(0), maintenance=())
    step = observe(
        at_once,
        state,
        (),
        reading,
        lines=lines,
        new_id=lambda: str(next(ids)),
    )
    return TriedAlert(one, reading, step.incidents)


_MINUTE = timedelta(minutes=1)


def _alerts(store: Database) -> Alerts:
    queue = JobQueue(store)
    return Alerts(store, AlertRows(store), incidents_of(store, queue), queue)
