"""A digest whose workers are killed again and again: real processes, both databases."""

import asyncio
import os
import random
from collections import Counter

import pytest

from bot.clock import SystemClock
from bot.digests.fleet import unpack_sims
from bot.digests.subscription import KIND
from bot.digests.subscriptions import Subscriptions
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.jobs import JobQueue, NewJob
from bot.store.scans import ScanChunks
from tests.bot.jobs.processes import Processes
from tests.digest_rig import SCOPES, digest_of, pumps
from tests.slack_rig import slack_side
from tests.waiting import until

pytestmark = pytest.mark.slow
SIMS = 500
KILLS = 5


class Scene:
    """One digest that is due, both stand-ins, and what is still to do."""

    def __init__(self, processes, slack):
        database = processes.database
        self.workers = processes
        self.kore = processes.kore
        self.slack = slack
        self.queue = JobQueue(database)
        self.runs = DigestRuns(database)
        self.chunks = ScanChunks(database)
        self.subscriptions = Subscriptions(database, self.queue)
        self.due = SystemClock().now().timestamp()

    async def begin(self):
        """Make the digest due."""
        await self.subscriptions.add(pumps())
        key = f"{pumps().schedule_name}@{self.due}"
        await self.queue.add(NewJob(KIND, key, {"subscription": pumps().id, "due": self.due}))

    async def run(self):
        """Return the run as it stands; None before it has begun."""
        return await self.runs.find(pumps().id, self.due)

    async def ended(self):
        """Return the run once the digest is out."""
        run = await self.run()
        return run if run and run.is_over else None

    async def finished(self):
        """Return the SIMs of the chunks that are done."""
        run = await self.run()
        if run is None or run.chunks is None:
            return set()
        left = [sim.sid async for _, body in self.chunks.left(run.id) for sim in unpack_sims(body)]
        return {sid for sid in self.asked() if sid not in left}

    async def worked(self, sims):
        """Wait until so many more were asked for, or all is asked."""
        goal = min(SIMS, len(self.asked()) + sims)

        async def asked():
            return len(self.asked()) >= goal

        await until(asked)

    def asked(self):
        """Count how often each SIM's sessions were asked for."""
        paths = (each.path.split("/") for each in self.kore.requests)
        return Counter(path[3] for path in paths if path[-1] == "DataSessions")

    def parents(self):
        """Return the digests that stand in the channel."""
        return [each for each in self.slack.seen_by("ana") if each.thread_ts is None]


@pytest.fixture
async def scene(database, database_url, forks):
    clock = SystemClock()
    kore = KoreApi(clock, sims=SIMS, fleet_days=1)
    kore.requests = type(kore.requests)(maxlen=SIMS * 10)
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes = frozenset(SCOPES)
        env = {"SIMSESSIONS_WORKER_AT_ONCE": "20"}
        yield Scene(
            Processes(forks, database, database_url, kore, kore_url, slack.api_url, **env), slack
        )


async def test_workers_killed_at_random_moments(scene):
    """However often it is killed, a digest is posted once, and no chunk is done again."""
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    await scene.begin()
    done = {}
    for _ in range(KILLS):
        async with scene.workers.killed("worker"):
            await scene.worked(chance.randrange(80, 320))
            await asyncio.sleep(chance.uniform(0.0, 0.2))
        asked = scene.asked()
        done |= {sid: asked[sid] for sid in await scene.finished() if sid not in done}
    async with scene.workers.killed("worker"):
        run = await until(scene.ended)

    assert done
    assert done == {sid: scene.asked()[sid] for sid in done}
    assert (RunStage.POSTED, SIMS) == (run.stage, sum(run.counts.values()))
    assert 1 == len(scene.parents())
    assert {1} == set(Counter(message.text for message in scene.slack.seen_by("ana")).values())


async def test_two_workers_share_a_digest(scene):
    """Two workers on one store ask for each SIM once and post one digest."""
    async with scene.workers.killed("worker", 2):
        await scene.begin()
        run = await until(scene.ended)

    assert (RunStage.POSTED, 0) == (run.stage, digest_of(run).failed)
    assert {1} == set(scene.asked().values())
    assert (SIMS, 1) == (len(scene.asked()), len(scene.parents()))
