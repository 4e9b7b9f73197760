"""Alerts whose workers are killed again and again while SIMs fall and come back: real processes.

SIMSESSIONS_KILLS=20 pytest tests/bot/jobs/test_alert_killed.py   # for longer
"""

import asyncio
import json
import os
import random
import resource
import signal
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.alerts.incident import EventKind
from bot.alerts.incident_repository import incident_from_row
from bot.app.jobs import alert_work
from bot.clock import SystemClock
from bot.digests.subscription import ListedSim, Selection, SelectionKind
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import Card
from bot.emulators.serve import serving
from bot.jobs.alert_posts import fingerprint
from bot.store.errors import StoreError
from bot.store.jobs import JobQueue
from tests.alert_rig import ON_CALL, SECOND, an_alert
from tests.bot.alerts.receiver import OK, receiving, status
from tests.bot.jobs.processes import Holding, Processes
from tests.chaos import CUT_OFF
from tests.databases import asked
from tests.digest_rig import SCOPES
from tests.slack_rig import slack_side
from tests.waiting import until

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("SIMSESSIONS_KILLS", "3"))
POLES = [Card(f"pole-{number}", 950 + number) for number in range(4)]
WELL, DOWN = "active", "suspended"


class Scene:
    """An alert for each pole, both stand-ins, and the store."""

    def __init__(self, processes, slack, holding):
        database = processes.database
        self.workers = processes
        self.kore = processes.kore
        self.slack = slack
        self.holding = holding
        self.queue = queue = JobQueue(database)
        self.work = alert_work(database, queue, None)
        self.alerts = 0

    async def begin(self, poles=POLES, **changes):
        """Add the alerts; each is scanned as often as can be."""
        self.alerts = len(poles)
        for number, pole in enumerate(poles):
            one = Selection(SelectionKind.LISTED, sims=(ListedSim(pole.sid, pole.name),))
            alert = an_alert(
                id=f"a{number}",
                name=pole.name,
                selection=one,
                made_at=SystemClock().now(),
                interval=timedelta(seconds=1),
                well=timedelta(milliseconds=50),
                webhook="ops",
                **changes,
            )
            await self.work.alerts.add(alert)

    async def primed(self):
        """Return whether each alert has seen its pole once."""
        looked = [
            await self.work.alerts.with_state(each.id) for each in await self.work.alerts.every()
        ]
        return all(state.primed for _, state in looked)

    async def killed_in_a_post(self):
        """Run a worker and kill it once Slack has a post of which it does not know yet."""
        self.holding.held.clear()
        async with self.workers.killed("worker"):
            self.holding.hold("/api/chat.postMessage")
            await asyncio.wait_for(self.holding.held.wait(), 90)

    async def stored(self):
        """Return all incidents, with their cards."""
        rows = await self.work.incidents.rows.between("T0ACMEIOT", 0, 2e10)
        return [incident_from_row(row) for row in rows]

    async def all_down(self):
        """Return the incidents once there is one for each alert, and every pole is down."""
        every = [each.incident for each in await self.stored()]
        is_down = all(each.is_open and each.down for each in every)
        return every if is_down and len(every) == self.alerts else None

    async def all_over(self):
        """Return the incidents once all are resolved, told and drawn."""
        every = await self.stored()
        is_shown = all(
            not each.incident.is_open
            and each.told == each.incident.seq - 1
            and each.card
            and each.card.fingerprint == fingerprint(each.incident)
            for each in every
        )
        news = await self.queue.live("webhook", "")
        return [each.incident for each in every] if is_shown and not news else None

    def set_all(self, status_):
        """Let every pole fall, or come back."""
        for pole in POLES:
            self.kore.events.set_status(pole.name, status_)

    def storm(self, chance):
        """Let some poles fall or come back."""
        for pole in chance.sample(POLES, 3):
            self.kore.events.set_status(pole.name, chance.choice((WELL, DOWN)))

    def posts(self):
        """Return how often each post stands in the channel, by its key."""
        every = self.slack.seen_by("ana")
        return Counter(message.metadata["event_payload"]["key"] for message in every)


@pytest.fixture
async def scene(database, database_url, forks, receiver):
    clock = SystemClock()
    kore = KoreApi(clock)
    for pole in POLES:
        kore.add(pole.sim(clock.now()), pole.always_on(clock.now(), hours=16))
    to = {
        "SIMSESSIONS_WEBHOOKS": f"ops={receiver.base} secret=s",
        "SIMSESSIONS_WEBHOOKS_INTERNAL": "yes",
    }
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes = frozenset(SCOPES)
        holding = Holding(slack.api.app)
        async with serving(holding) as base:
            url = f"{base}/api/"
            made = Processes(forks, database, database_url, kore, kore_url, url, **to)
            yield Scene(made, slack, holding)


@pytest.fixture
async def receiver():
    """Return a receiver of webhooks that fails now and then."""
    async with receiving() as made:
        yield made


async def storm(scene, receiver, chance, fall):
    """Kill workers again and again while `fall` has poles fall or come back."""
    for _ in range(KILLS):
        receiver.answers[:] = chance.sample([status(500), status(429), b"", OK, OK, OK], 3)
        async with scene.workers.killed("worker", chance.choice((1, 2))):
            fall()
            await asyncio.sleep(chance.uniform(0.2, 2.0))


async def test_killed_between_each_mention_and_its_record(scene):
    """The card, the escalation and the end are out, nobody knows, and each stands there once."""
    await scene.begin(POLES[:1], mention_second=(SECOND,), escalate_after=timedelta(0))
    async with scene.workers.killed("worker"):
        await until(scene.primed)
    for status_ in (DOWN, DOWN, WELL):
        scene.kore.events.set_status(POLES[0].name, status_)
        await scene.killed_in_a_post()
    async with scene.workers.killed("worker"):
        (over,) = await until(scene.all_over)
    texts = [message.text for message in scene.slack.seen_by("ana")]

    kinds = [event.kind for event in over.events if event.kind is not EventKind.BACK]
    assert [EventKind.OPENED, EventKind.ESCALATED, EventKind.RESOLVED] == kinds
    assert {1} == set(scene.posts().values())
    assert [1, 1] == [sum(group in text for text in texts) for group in (ON_CALL, SECOND)]


class Store:
    """What a worker's store is on, taking nothing for the length of a block."""

    def __init__(self, url, pid):
        self.url, self.pid = url, pid

    @asynccontextmanager
    async def full(self):
        """Let no file of the worker grow; on PostgreSQL the database is read-only."""
        await self._set(1 << 16, "SET default_transaction_read_only = on")
        try:
            yield
        finally:
            await self._set(resource.RLIM_INFINITY, "RESET default_transaction_read_only")

    async def _set(self, most, words):
        if self.url.startswith("sqlite:"):
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            return
        name = self.url.partition("?")[0].rpartition("/")[2]
        await asked(self.url, f"ALTER DATABASE {name} {words}")
        await asked(self.url, CUT_OFF)


async def quiet(holds):
    """Return whether it holds, and False while the store cannot tell."""
    with suppress(StoreError):
        return await holds()
    return False


async def test_a_store_that_takes_nothing_while_alerts_run(scene, database_url):
    """What happened meanwhile is told once it is back, and nothing twice."""
    await scene.begin(POLES[:2], mention_second=(SECOND,), escalate_after=timedelta(0))
    pid, log = scene.workers.start("worker")
    try:
        await until(scene.primed)
        store = Store(database_url, pid)
        for status_ in (DOWN, WELL):
            scene.set_all(status_)
            await asyncio.sleep(1.0)  # in the middle of it
            async with store.full():
                await asyncio.sleep(3.0)
        scene.set_all(DOWN)
        await until(lambda: quiet(scene.all_down), 120.0)
        scene.set_all(WELL)
        every = await until(lambda: quiet(scene.all_over), 120.0)
    finally:
        os.kill(pid, signal.SIGKILL)
    told = [event for each in every for event in each.events]
    seen = scene.slack.seen_by("ana")

    assert "store-lost" in log.read_text()
    assert {1} == set(scene.posts().values())
    calls = [m.text for m in seen if ON_CALL in m.text or SECOND in m.text]
    assert sum(bool(event.mentions) for event in told) == len(calls)


async def test_workers_killed_while_poles_fall_and_come_back(scene, receiver):
    """
    However often they are killed, each incident opens once, and each mention is posted once; each
    end of it is told once, and others hear of it all in its order.
    """
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    await scene.begin()
    async with scene.workers.killed("worker"):
        await until(scene.primed)
    await storm(scene, receiver, chance, lambda: scene.storm(chance))
    scene.set_all(DOWN)
    async with scene.workers.killed("worker", 2):
        every = await until(scene.all_down, 180.0)
    await storm(scene, receiver, chance, lambda: scene.set_all(WELL))
    async with scene.workers.killed("worker", 2):
        every = await until(scene.all_over, 180.0)
    told = [event for each in every for event in each.events]
    kinds = Counter(event.kind for event in told)
    seen = scene.slack.seen_by("ana")

    assert {f"a{n}" for n in range(len(POLES))} == {each.alert for each in every}
    assert len(POLES) == kinds[EventKind.OPENED] == len(every)
    assert kinds[EventKind.RESOLVED] == len(POLES) + kinds[EventKind.REOPENED]
    assert {1} == set(scene.posts().values())
    assert sum(bool(e.mentions) for e in told) == sum(ON_CALL in message.text for message in seen)
    cards = [message.text for message in seen if message.thread_ts is None]
    assert len(POLES) == len(cards)
    assert [] == [card for card in cards if not card.startswith("✅")]
    assert_in_order(receiver, every)


def assert_in_order(receiver, incidents):
    """Others heard all news of each incident, each under one key, from its opening to its end."""
    bodies = dict[str, bytes]()
    for headers, body in receiver.requests:
        assert body == bodies.setdefault(headers["idempotency-key"], body)
    for incident in incidents:
        mine = [key for key in bodies if key.startswith(incident.id)]
        news = [json.loads(bodies[key])["event"] for key in mine]
        numbers = [int(key.rpartition("-")[2]) for key in mine]
        assert sorted(numbers) == numbers
        assert ("opened", "resolved") == (news[0], news[-1])
        assert incident.seq == numbers[-1]
