"""Alerts of other apps that real bot processes answer while they are killed with -9."""

import asyncio
import os
import random
from collections import Counter

import pytest

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.slack.identity import bot_scopes
from bot.store.channels import ListeningChannel, ListeningRows
from tests.bot.jobs.processes import Holding, Processes
from tests.slack_rig import slack_side
from tests.waiting import until

pytestmark = pytest.mark.slow
KILLS, ALERTS = 4, 3
HERE = ListeningChannel("C0FLEETOP", "T0ACMEIOT", None, "U0ANA0001", 0.0)


class Scene:
    """The processes of the bot, in whose store #fleet-ops listens."""

    def __init__(self, processes, slack, holding):
        self.bots = processes
        self.slack = slack
        self.holding = holding
        self.raised = []

    async def alert(self):
        """Have Grafana raise one that no other is like."""
        text = f"Check {'abcdefghijklmnop'[len(self.raised)]}: pump-7 is down"
        self.raised.append(await self.slack.workspace.alert("#fleet-ops", text))

    def answered(self):
        """Count the answers by the alert that they stand under."""
        return Counter(m.thread_ts for m in self.slack.seen_by("ben") if m.thread_ts)

    async def all_answered(self):
        """Return whether there is no alert without an answer."""
        return {each.ts for each in self.raised} <= set(self.answered())


@pytest.fixture
async def scene(database, database_url, forks):
    clock = SystemClock()
    await ListeningRows(database).start(HERE)
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes |= set().union(*bot_scopes())
        holding = Holding(slack.api.app)
        async with serving(holding) as base:
            processes = Processes(forks, database, database_url, kore, kore_url, f"{base}/api/")
            yield Scene(processes, slack, holding)


async def test_killed_between_the_answer_and_its_record(scene):
    """The answer is out and the process dies before it knows: the next one adds none."""
    async with scene.bots.killed("run"):
        scene.holding.hold("/api/chat.postMessage")
        await scene.alert()
        await asyncio.wait_for(scene.holding.held.wait(), 90)
    async with scene.bots.killed("run"):
        await scene.alert()
        await until(scene.all_answered)

    assert {1} == set(scene.answered().values())


async def test_killed_at_random_moments(scene):
    """Two bots at a time, and Slack that sends all again: each alert has one answer."""
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    for _ in range(KILLS):
        async with scene.bots.killed("run", 2):
            for _ in range(ALERTS):
                await scene.alert()
            await asyncio.sleep(chance.uniform(0.0, 0.6))
    async with scene.bots.killed("run", 2):
        await scene.slack.api.dispatcher.redeliver_all()
        await until(scene.all_answered)
        await scene.slack.api.dispatcher.redeliver_all()

    assert KILLS * ALERTS == len(scene.answered())
    assert {1} == set(scene.answered().values())
