"""`simsessions worker`, by itself and as the bot starts it."""

import asyncio
import json
import os
import re
import signal
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import pytest
from sqlalchemy import update

from bot.app.jobs import subscriptions
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.location import FILE_NAME
from bot.store.schema import schedules
from tests.bot.cli.conftest import kept_in, started
from tests.digest_rig import pumps

pytestmark = pytest.mark.slow
PATIENCE = 180  # seconds; beside other work three processes take long to start


class Process:
    """A process of ours; its log can be awaited."""

    def __init__(self, process):
        self.process = process
        self.pid = process.pid

    async def logs(self, message):
        """Read on until this is logged; give the line."""
        async with asyncio.timeout(PATIENCE):
            async for line in self.process.stderr:
                if (told := json.loads(line))["message"] == message:
                    return told
        raise AssertionError(message)

    async def ended(self):
        """Wait for the end; give the exit code and the rest of the log."""
        async with asyncio.timeout(PATIENCE):
            rest = await self.process.stderr.read()
            return await self.process.wait(), rest.decode()

    def children(self):
        """Return the pids of those that it has started."""
        told = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in told.split()]


@pytest.fixture
def start(kore, slack, tmp_path):
    """A starter of processes; what still runs at the end is killed."""

    @asynccontextmanager
    async def begun(*arguments, stdin=DEVNULL, **settings):
        ours = {"PORT": "0", "SIMSESSIONS_DRAIN": "3"} | kept_in(tmp_path)
        settings = ours | kore.settings | slack.settings | settings
        process = await started(tmp_path, *arguments, settings=settings, stdin=stdin, stderr=PIPE)
        try:
            yield Process(process)
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    return begun


def is_alive(pid):
    """Return whether a process runs; one that only waits to be reaped does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def gone(*pids):
    """Wait until none of them runs."""
    async with asyncio.timeout(PATIENCE):
        while any(map(is_alive, pids)):  # noqa: ASYNC110 -- other processes
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_works_until_it_is_told_to_stop(start, simsessions, slack, ending):
    """Ready and healthy, without taking part in what Slack sends, and gone with 0 at a signal."""
    async with start("worker") as worker:
        port = (await worker.logs("working"))["port"]
        health = await simsessions("health", PORT=str(port))
        sockets = len(slack.api.socket.connections)
        worker.process.send_signal(ending)
        code, log = await worker.ended()

    assert (0, 0, 0) == (health.code, code, sockets)
    assert [] == re.findall(r"Traceback|stand-in", log)


async def test_it_ends_with_whoever_holds_its_input(start):
    """Its end of the pipe tells it, however the other end went."""
    async with start("worker", "--until-stdin-ends", stdin=PIPE) as worker:
        await worker.logs("working")
        worker.process.stdin.close()
        code, _ = await worker.ended()

    assert 0 == code


async def due(tmp_path):
    """Have a digest due in the store of the processes."""
    database = await Database.open(f"sqlite:///{tmp_path}/{FILE_NAME}")
    about = pumps(id="00000007", name="pumps", channel="C0FLEETOP")
    await subscriptions(database, JobQueue(database)).add(about)
    async with database.write() as tx:
        await tx.execute(update(schedules).values(next_due=int(time())))
    await database.aclose()


async def test_a_token_that_is_revoked_ends_it(start, slack, tmp_path):
    """The first call that Slack refuses is enough: exit code 4."""
    async with start("worker") as worker:
        await worker.logs("working")
        slack.api.faults.fail("*", "token_revoked", times=99)
        await due(tmp_path)
        code, log = await worker.ended()

    assert 4 == code
    assert "SLACK_BOT_TOKEN: Slack refuses it (token_revoked)" in log


async def test_all_that_lacks_is_told_before_anything_starts(simsessions):
    """Without settings it says what it needs, and ends with 4."""
    done = await simsessions("worker")

    assert 4 == done.code
    assert "SLACK_BOT_TOKEN: missing" in done.err


async def test_a_bot_takes_its_workers_along(start):
    """At a signal they end with it, in order."""
    async with start("run", SIMSESSIONS_WORKERS="2") as bot:
        for message in ("ready", "working", "working"):
            await bot.logs(message)
        workers = bot.children()
        bot.process.terminate()
        code, log = await bot.ended()
        await gone(*workers)

    assert (2, 0) == (len(workers), code)
    assert "Traceback" not in log


async def test_a_worker_that_dies_is_started_again(start):
    """The log says so, and another one works in its place."""
    async with start("run", SIMSESSIONS_WORKERS="1") as bot:
        await bot.logs("working")
        (first,) = bot.children()
        os.kill(first, signal.SIGKILL)
        told = await bot.logs("worker-ended")
        await bot.logs("working")
        (second,) = bot.children()

    assert -signal.SIGKILL == told["code"]
    assert first != second
    await gone(second)


async def test_a_bot_whose_worker_ends_asks_whether_its_token_is_good(start, slack):
    """A worker may be the first to learn that it is not: then the bot ends with 4 as well."""
    async with start("run", SIMSESSIONS_WORKERS="1") as bot:
        await bot.logs("working")
        slack.api.faults.fail("auth.test", "token_revoked", times=99)
        os.kill(bot.children()[0], signal.SIGKILL)
        code, log = await bot.ended()

    assert 4 == code
    assert "SLACK_BOT_TOKEN: Slack refuses it (token_revoked)" in log


async def test_workers_of_a_bot_that_is_killed_end(start):
    """Nobody is left behind, though nobody could tell them."""
    async with start("run", SIMSESSIONS_WORKERS="2") as bot:
        for _ in range(2):
            await bot.logs("working")
        workers = bot.children()
        os.kill(bot.pid, signal.SIGKILL)
        await gone(*workers)

    assert 2 == len(workers)
