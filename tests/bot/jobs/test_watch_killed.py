"""Watches of real bot processes that are killed with -9, on both databases."""

import asyncio
import os
import random
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.slack.identity import bot_scopes
from bot.store.idempotency import POSTED
from bot.store.schema import posts, watches
from bot.store.watches import WatchRows
from bot.watches.watch import Ending
from tests.bot.jobs.processes import Holding, Processes
from tests.slack_rig import slack_side
from tests.waiting import until

pytestmark = pytest.mark.slow
DOWN = ("pump-7", "tank-3", "camera-2")


class Scene:
    """The processes of the bot, Slack before which answers are held, and the store."""

    def __init__(self, processes, slack, holding):
        self.bots = processes
        self.kore = processes.kore
        self.rows = WatchRows(processes.database)
        self.slack = slack
        self.holding = holding

    async def watch(self, name):
        """Type the command."""
        workspace = self.slack.workspace
        delivery = await workspace.command("ana", "#fleet-ops", "/simsessions", f"watch {name}")
        assert delivery.ok, delivery

    async def watches(self):
        """Return all open watches."""
        return await self.rows.of_person("U0ANA0001")

    async def has_card(self):
        """Return whether the only watch has its card."""
        return [bool(each.card_ts) for each in await self.watches()] == [True]

    async def all_begun(self):
        """Return whether there is a watch for each command."""
        return len(await self.watches()) == len(DOWN)

    async def all_told(self):
        """Return whether no watch is open, and as many notices are out as there were watches."""
        return not await self.watches() and self.notices().total() >= len(DOWN)

    async def recorded(self, word):
        """Return how many posts of such notices are recorded."""
        asked = select(func.count()).where(posts.c.state == POSTED, posts.c.key.endswith(word))
        async with self.bots.database.read() as tx:
            return await tx.scalar(asked)

    def notices(self):
        """Count the notices by the SIM that they are about."""
        texts = [m.text for m in self.slack.seen_by("ben") if m.text.startswith("✅")]
        return Counter(next(name for name in DOWN if f" {name} is " in text) for text in texts)


@pytest.fixture
async def scene(database, database_url, forks):
    clock = SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes |= set().union(*bot_scopes())
        holding = Holding(slack.api.app)
        async with serving(holding) as base:
            url, often = f"{base}/api/", {"SIMSESSIONS_WATCH_INTERVAL": "1"}
            processes = Processes(forks, database, database_url, kore, kore_url, url, **often)
            yield Scene(processes, slack, holding)


async def test_killed_between_the_post_and_its_record(scene):
    """The notice is out and its process dies unaware: the next one finds it and adds none."""
    async with scene.bots.killed("run"):
        await scene.watch("pump-7")
        await until(scene.has_card)
        scene.holding.hold("/api/chat.postMessage")
        scene.kore.events.recover("pump-7")
        await asyncio.wait_for(scene.holding.held.wait(), 90)
    assert {"pump-7": 1} == scene.notices()

    async with scene.bots.killed("run"):
        await until(lambda: scene.recorded(":reached"))

    assert {"pump-7": 1} == scene.notices()


async def test_killed_at_random_moments(scene):
    """However often two replicas are killed, every watch tells its end once, and none is lost."""
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    async with scene.bots.killed("run"):
        for name in DOWN:
            await scene.watch(name)
        await until(scene.all_begun)
    for number in range(3):
        async with scene.bots.killed("run", 2):
            for name in DOWN if number == 1 else ():
                scene.kore.events.recover(name)
            await asyncio.sleep(chance.uniform(0.1, 1.2))
    async with scene.bots.killed("run", 2):
        await until(scene.all_told)

    assert dict.fromkeys(DOWN, 1) == scene.notices()


async def test_what_ended_while_the_bot_was_down_is_told_at_once(scene):
    """A watch whose time ran out without a process says so when there is one again."""
    async with scene.bots.killed("run"):
        await scene.watch("pump-7 for 1min")
        await until(scene.has_card)
    (row,) = await scene.watches()
    earlier = {"ends": watches.c.ends - 600, "started": watches.c.started - 600}
    async with scene.bots.database.write() as tx:
        await tx.execute(update(watches).values(earlier))

    async with scene.bots.killed("run"):
        await until(lambda: scene.recorded(":expired"))

    texts = [m.text for m in scene.slack.seen_by("ben") if m.text.startswith("⏱")]
    assert (1, Ending.EXPIRED) == (len(texts), (await scene.rows.get(row.id)).ending)
    assert "while I was not running" in texts[0]
