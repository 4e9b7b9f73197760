"""Questions of a real bot process that is killed with -9 before it could answer, on both stores."""

import os
import signal
import sqlite3
from contextlib import asynccontextmanager, closing, suppress

import pytest
from sqlalchemy import func, select

from bot.app.bot import EVENTS_PATH
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import hang
from bot.emulators.serve import free_port, serving
from bot.emulators.slack.people import BOT
from bot.sessions.questions import HOLD_AGAIN_SECONDS
from bot.slack.identity import bot_scopes
from bot.store.schema import jobs
from tests.bot.jobs.processes import Processes, is_alive
from tests.databases import file_of, on_both, time_passes
from tests.slack_rig import SIGNING_SECRET, slack_side
from tests.waiting import until

pytestmark = pytest.mark.slow
PATIENCE = ("BUDGET", "READ_TIMEOUT")
WORKED_ON, ASK_AGAIN = (
    "I was interrupted while I worked on your question",
    " If no answer has come, ask again.",
)


class Scene:
    """The processes of the bot, KORE that does not answer, and Slack."""

    def __init__(self, processes, slack):
        self.bots = processes
        self.kore = processes.kore
        self.slack = slack

    async def is_written_down(self, count, *, or_was=False):
        """Return whether so many questions are; with `or_was` those count too that are over."""
        asked = select(func.count()).where(jobs.c.kind == "interrupted")
        asked = asked if or_was else asked.where(jobs.c.ended.is_(None))
        async with self.bots.database.read() as tx:
            return await tx.scalar(asked) == count


@pytest.fixture
async def scene(database, database_url, forks):
    async with scene_of(database, database_url, forks) as made:
        yield made


@asynccontextmanager
async def scene_of(database, database_url, forks, port=0, **env):
    """Put it up; with a port Slack comes by signed HTTP."""
    clock = SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        slack.api.scopes |= set().union(*bot_scopes())
        url, patient = slack.api_url, {f"SIMSESSIONS_KORE_{n}": "50" for n in PATIENCE}
        if port:
            slack.api.request_url = f"http://127.0.0.1:{port}{EVENTS_PATH}"
            patient |= {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING_SECRET}
            patient |= {"PORT": str(port)}
        env |= patient
        yield Scene(Processes(forks, database, database_url, kore, kore_url, url, **env), slack)


@on_both
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
    assert cut.text.startswith(f"{WORKED_ON}.")
    assert [] == list(slack.direct("ana"))
    assert [f"{WORKED_ON} pump-7.{ASK_AGAIN}"] == [each.text for each in slack.direct("ben")]


async def _seen(slack, words):
    return [each for each in slack.seen_by("ana") if words in each.text]


@on_both
@pytest.mark.parametrize("over_http", [False, True], ids=["socket", "http"])
async def test_what_was_taken_up_a_moment_before_is_not_lost(
    database, database_url, forks, over_http
):
    """Whoever had an ack hears of it, though nothing of it is in the store when we are killed."""
    port = free_port() if over_http else 0
    async with scene_of(database, database_url, forks, port) as scene:
        workspace, slack = scene.slack.workspace, scene.slack
        scene.kore.faults.add(hang(times=None))
        async with scene.bots.killed("run"):
            await workspace.say("ana", "#fleet-ops", f"<@{BOT.id}> pump-7")
            await slack.api.dispatcher.settled()
            told = await workspace.command("ben", "#fleet-ops", "/simsessions", "pump-7")
        assert not told.error
        async with scene.bots.killed("run"):
            await until(lambda: scene.is_written_down(2, or_was=True))
            await time_passes(database, HOLD_AGAIN_SECONDS)
            await until(lambda: _interrupted(slack, "ana"))
            await until(lambda: _interrupted(slack, "ben"))
        for person in ("ana", "ben"):
            assert [f"{WORKED_ON} pump-7.{ASK_AGAIN}"] == [m.text for m in slack.direct(person)]


async def test_what_is_cut_before_it_is_known_to_be_new_is_not_lost(database, database_url, forks):
    """A bot that stops while the store is asked whether it has a mention already leaves a note."""
    async with scene_of(database, database_url, forks, SIMSESSIONS_DRAIN="0") as scene:
        slack, locked = scene.slack, closing(sqlite3.connect(file_of(database_url)))
        async with stopping(*scene.bots.start("run")) as stop:
            with locked as busy:
                busy.execute("BEGIN IMMEDIATE")
                await slack.workspace.say("ana", "#fleet-ops", f"<@{BOT.id}> pump-7")
                await slack.api.dispatcher.settled()
                await stop()
        async with scene.bots.killed("run"):
            await until(lambda: scene.is_written_down(1, or_was=True), 20)
            await time_passes(database, HOLD_AGAIN_SECONDS)
            await until(lambda: _interrupted(slack, "ana"))


@asynccontextmanager
async def stopping(pid, log):
    """Return what tells a bot to stop, and waits until it has cut its answers; see it end."""

    async def says(word):
        return f'"{word}"' in log.read_text()

    async def stop():
        os.kill(pid, signal.SIGTERM)
        await until(lambda: says("stopped"))

    async def gone():
        return not is_alive(pid)

    try:
        await until(lambda: says("ready"))
        yield stop
        await until(gone)
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def _interrupted(slack, person):
    return [each for each in slack.direct(person) if each.text.startswith(WORKED_ON)]


async def test_nothing_in_the_question_speaks_to_slack(database, database_url, forks):
    """What was typed is shown as it is in the direct message, and the number in it shortened."""
    async with scene_of(database, database_url, forks) as scene:
        scene.kore.faults.add(hang(times=None))
        typed = "<!channel> *490154203237518*"
        async with scene.bots.killed("run"):
            await scene.slack.workspace.command("ben", "#fleet-ops", "/simsessions", typed)
            await until(lambda: scene.is_written_down(1))
        async with scene.bots.killed("run"):
            await until(lambda: _interrupted(scene.slack, "ben"))

        (told,) = scene.slack.direct("ben")
    assert "`&lt;!channel&gt; *…7518*`" in told.blocks[0]["text"]["text"]
