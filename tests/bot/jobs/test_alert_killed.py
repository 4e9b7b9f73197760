"""Alerts whose workers are killed again and again while SIMs fall and come back: real processes.

SIMSESSIONS_KILLS=20 pytest tests/bot/jobs/test_alert_killed.py   # for longer
"""

import asyncio
import os
import random
from collections import Counter
from datetime import timedelta

import pytest

from bot.alerts.incident import EventKind
from bot.alerts.rows import incident_from_row
from bot.app.jobs import alert_work, subscriptions
from bot.clock import SystemClock
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import Card
from bot.emulators.serve import serving
from bot.jobs.incident_posts import fingerprint
from bot.store.jobs import JobQueue
from tests.alert_rig import ON_CALL, an_alert
from tests.bot.jobs.processes import Processes, until
from tests.digest_rig import SCOPES
from tests.slack_rig import slack_side

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("SIMSESSIONS_KILLS", "3"))
POLES = [Card(f"pole-{number}", 950 + number) for number in range(6)]
WELL, DOWN = "active", "suspended"


class Scene:
    """An alert for each pole, both stand-ins, and the store."""

    def __init__(self, processes, slack):
        database = processes.database
        self.workers = processes
        self.kore = processes.kore
        self.slack = slack
        queue = JobQueue(database)
        self.work = alert_work(database, queue, None, subscriptions(database, queue))

    async def begin(self):
        """Add the alerts; each is scanned as often as can be."""
        for number, pole in enumerate(POLES):
            one = Selection(SelectionKind.LISTED, sims=(ListedSim(pole.sid, pole.name),))
            alert = an_alert(
                id=f"a{number}",
                name=pole.name,
                selection=one,
                made_at=SystemClock().now(),
                interval=timedelta(seconds=1),
            )
            await self.work.alerts.add(alert)

    async def primed(self):
        """Return whether each alert has seen its pole once."""
        looked = [await self.work.alerts.look(f"a{n}") for n in range(len(POLES))]
        return all(state.primed for _, state in looked)

    async def stored(self):
        """Return all incidents, with their cards."""
        async with self.workers.database.read() as tx:
            rows = await self.work.incidents.rows.open_in("T0ACMEIOT", "C0FLEETOP", tx)
        return [incident_from_row(row) for row in rows]

    async def settled(self):
        """Return the incidents once every pole is down, and all of it is told and drawn."""
        every = await self.stored()
        is_shown = all(
            each.incident.down
            and each.told == each.incident.seq - 1
            and each.card
            and each.card.fingerprint == fingerprint(each.incident)
            for each in every
        )
        return every if is_shown and len(every) == len(POLES) else None

    def storm(self, chance):
        """Let some poles fall or come back."""
        for pole in chance.sample(POLES, 3):
            self.kore.events.set_status(pole.name, chance.choice((WELL, DOWN)))

    def posts(self):
        """Return how often each post stands in the channel, by its key."""
        every = self.slack.seen_by("ana")
        return Counter(message.metadata["event_payload"]["key"] for message in every)


@pytest.fixture
async def scene(database, database_url, forks):
    clock = SystemClock()
    kore = KoreApi(clock)
    for pole in POLES:
        kore.add(pole.sim(clock.now()), pole.always_on(clock.now(), hours=16))
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes = frozenset(SCOPES)
        yield Scene(Processes(forks, database, database_url, kore, kore_url, slack.api_url), slack)


async def test_workers_killed_while_poles_fall_and_come_back(scene):
    """However often they are killed, each incident opens once, and each mention is posted once."""
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    await scene.begin()
    async with scene.workers.killed("worker"):
        await until(scene.primed)
    for _ in range(KILLS):
        async with scene.workers.killed("worker", chance.choice((1, 2))):
            scene.storm(chance)
            await asyncio.sleep(chance.uniform(0.2, 3.0))
    for pole in POLES:
        scene.kore.events.set_status(pole.name, DOWN)
    async with scene.workers.killed("worker", 2):
        every = await until(scene.settled, 180.0)
    told = [event for each in every for event in each.incident.events]
    seen = scene.slack.seen_by("ana")

    assert {f"a{n}" for n in range(len(POLES))} == {each.incident.alert for each in every}
    assert [EventKind.OPENED] * len(POLES) == [e.kind for e in told if e.kind is EventKind.OPENED]
    assert {1} == set(scene.posts().values())
    assert sum(bool(e.mentions) for e in told) == sum(ON_CALL in message.text for message in seen)
    assert len(POLES) == sum(message.thread_ts is None for message in seen)
