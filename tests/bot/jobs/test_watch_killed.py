"""Watches of real bot processes that are killed with -9, on both databases."""

import asyncio
import os
import random
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.serve import serving
from bot.slack.manifest import bot_scopes
from bot.store.watches import WatchRows
from bot.watches.watch import Ending
from tests.slack_rig import APP_TOKEN, BOT_TOKEN, slack_side

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
DOWN = ("pump-7", "tank-3", "tank-8", "camera-2")
PATIENCE = 90.0


class Holding:
    """An app before which answers to one path are held back, once what was asked for is done."""

    def __init__(self, app):
        self._app = app
        self._path = None
        self.held = asyncio.Event()

    def hold(self, path):
        """Hold the answers to this path for ever."""
        self._path = path

    async def __call__(self, scope, receive, send):
        if self._path is None or scope.get("path") != self._path:
            await self._app(scope, receive, send)
            return
        said = []

        async def keep(message):
            said.append(message)

        await self._app(scope, receive, keep)
        self._path = None
        self.held.set()
        await asyncio.Event().wait()


class Scene:
    """Both stand-ins, the store, and the processes of the bot."""

    def __init__(self, database, kore, slack, holding, env):
        self.rows = WatchRows(database)
        self.kore = kore
        self.slack = slack
        self.holding = holding
        self.env = env

    @asynccontextmanager
    async def bot(self):
        """Run a bot until the block ends, then kill it."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env=self.env,
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        reading = asyncio.create_task(_until_ready(process.stderr))
        try:
            lines = await reading
            assert lines[-1], b"".join(lines)
            reading = asyncio.create_task(process.stderr.read())
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await reading

    async def watch(self, name):
        """Type the command."""
        workspace = self.slack.workspace
        delivery = await workspace.command("ana", "#fleet-ops", "/simsessions", f"watch {name}")
        assert delivery.ok, delivery

    async def until(self, holds):
        """Wait until this is so, and give it."""
        async with asyncio.timeout(PATIENCE):
            while not (found := await holds()):  # noqa: ASYNC110 -- other processes
                await asyncio.sleep(0.05)
        return found

    async def watches(self):
        """Return all open watches."""
        return await self.rows.of_person("U0ANA0001")

    async def carded(self, count):
        """Return whether so many watches have their cards."""
        found = await self.watches()
        return len(found) == count and all(each.card_ts for each in found)

    async def all_over(self):
        """Return whether no watch is open."""
        return not await self.watches()

    def notices(self):
        """Count the notices by the SIM that they are about."""
        texts = [m.text for m in self.slack.seen_by("ben") if m.text.startswith("✅")]
        return Counter(next(name for name in DOWN if f" {name} is " in text) for text in texts)


@pytest.fixture
async def scene(database, database_url):
    clock = SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as kore_url, slack_side(clock) as slack:
        needed, optional = bot_scopes()
        slack.api.scopes |= needed | optional
        holding = Holding(slack.api.app)
        async with serving(holding) as base:
            env = {
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "SLACK_BOT_TOKEN": BOT_TOKEN,
                "SLACK_APP_TOKEN": APP_TOKEN,
                "SLACK_API_URL": f"{base}/api/",
                "KORE_API_URL": kore_url,
                "KORE_TOKEN_URL": kore_url + TOKEN_PATH,
                "KORE_CLIENT_ID": kore.client_id,
                "KORE_CLIENT_SECRET": kore.client_secret,
                "PORT": "0",
                "SIMSESSIONS_DATABASE_URL": database_url,
                "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
                "SIMSESSIONS_WATCH_INTERVAL": "1",
            }
            yield Scene(database, kore, slack, holding, env)


async def test_killed_between_the_post_and_its_record(scene):
    """
    The notice is out and the process dies before it knows: the next one finds it and adds none.
    """
    async with scene.bot():
        await scene.watch("pump-7")
        await scene.until(lambda: scene.carded(1))
        scene.holding.hold("/api/chat.postMessage")
        scene.kore.events.recover("pump-7")
        async with asyncio.timeout(PATIENCE):
            await scene.holding.held.wait()
    assert {"pump-7": 1} == scene.notices()

    async with scene.bot():
        await scene.until(lambda: _posted(scene, "reached"))

    assert {"pump-7": 1} == scene.notices()


async def test_killed_at_random_moments(scene):
    """However often two replicas are killed, every watch tells its end once, and none is lost."""
    chance = random.Random(os.environ.get("PYTEST_XDIST_WORKER"))
    async with scene.bot():
        for name in DOWN:
            await scene.watch(name)
        await scene.until(lambda: _begun(scene, len(DOWN)))
    for number in range(4):
        async with scene.bot(), scene.bot():
            if number == 1:
                for name in DOWN:
                    scene.kore.events.recover(name)
            await asyncio.sleep(chance.uniform(0.2, 4.0))
    async with scene.bot(), scene.bot():
        await scene.until(scene.all_over)
        await scene.until(lambda: _told(scene, len(DOWN)))

    assert dict.fromkeys(DOWN, 1) == scene.notices()


async def test_what_ended_while_the_bot_was_down_is_told_at_once(scene):
    """A watch whose time ran out without a process says so when there is one again."""
    async with scene.bot():
        await scene.watch("pump-7 for 1min")
        await scene.until(lambda: scene.carded(1))
    (row,) = await scene.watches()
    await _ends_earlier(scene, row, 600)

    async with scene.bot():
        await scene.until(lambda: _posted(scene, "expired"))

    texts = [m.text for m in scene.slack.seen_by("ben") if m.text.startswith("⏱")]
    assert (1, Ending.EXPIRED) == (len(texts), (await scene.rows.get(row.id)).ending)
    assert "while I was not running" in texts[0]


async def _until_ready(log):
    """Read the log until the bot is ready, or until it ends."""
    lines = [await log.readline()]
    while lines[-1] and b'"ready"' not in lines[-1]:
        lines.append(await log.readline())
    return lines


async def _begun(scene, count):
    return len(await scene.watches()) == count


async def _told(scene, count):
    return sum(scene.notices().values()) >= count


async def _posted(scene, word):
    """Return whether the post of a notice is recorded."""

    asked = text("SELECT count(*) FROM posts WHERE state = 'posted' AND key LIKE :like")
    async with scene.rows._db.read() as tx:
        return await tx.scalar(asked, {"like": f"%:{word}"})


async def _ends_earlier(scene, row, seconds):

    earlier = text("UPDATE watches SET ends = ends - :s, started = started - :s WHERE id = :id")
    async with scene.rows._db.write() as tx:
        await tx.execute(earlier, {"s": seconds, "id": row.id})
