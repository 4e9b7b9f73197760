"""Questions of a real bot process that is killed with -9 before it could answer, on both stores."""

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import hang
from bot.emulators.serve import serving
from bot.emulators.slack.people import BOT
from bot.slack.manifest import bot_scopes
from bot.store.schema import jobs
from tests.bot.jobs.processes import Processes, until
from tests.slack_rig import slack_side

pytestmark = pytest.mark.slow
PATIENCE = ("BUDGET", "READ_TIMEOUT")
INTERRUPTED = "I was interrupted while I worked on your question."


class Scene:
    """The processes of the bot, KORE that does not answer, and Slack."""

    def __init__(self, processes, slack):
        self.bots = processes
        self.kore = processes.kore
        self.slack = slack

    async def is_written_down(self, count):
        """Return whether so many questions are."""
        asked = select(func.count()).where(jobs.c.kind == "interrupted", jobs.c.ended.is_(None))
        async with self.bots.database.read() as tx:
            return await tx.scalar(asked) == count


@pytest.fixture
async def scene(database, database_url, forks):
    clock = SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes |= set().union(*bot_scopes())
        url, patient = slack.api_url, {f"SIMSESSIONS_KORE_{n}": "50" for n in PATIENCE}
        yield Scene(Processes(forks, database, database_url, kore, kore_url, url, **patient), slack)


async def test_who_asked_hears_of_it(scene):
    """Aloud in place of what showed the progress, else directly; once, and of nothing answered."""
    workspace, slack = scene.slack.workspace, scene.slack
    async with scene.bots.killed("run"):
        await workspace.say("ana", "#fleet-ops", f"<@{BOT.id}> truck-42")
        await until(lambda: _seen(slack, "truck-42 is"))
        scene.kore.faults.add(hang("DataSessions", times=None))
        await workspace.say("ana", "#fleet-ops", f"<@{BOT.id}> pump-7")
        await workspace.command("ben", "#fleet-ops", "/simsessions", "pump-7")
        await until(lambda: _seen(slack, "Looking up pump-7"))
        await until(lambda: scene.is_written_down(2))
    async with scene.bots.killed("run"):
        await until(lambda: scene.is_written_down(0))

    fine, cut = slack.seen_by("ana")
    assert "truck-42 is online" in fine.text
    assert cut.text.startswith(INTERRUPTED)
    assert [] == list(slack.direct("ana"))
    assert [True] == [each.text.startswith(INTERRUPTED) for each in slack.direct("ben")]


async def _seen(slack, words):
    return [each for each in slack.seen_by("ana") if words in each.text]
