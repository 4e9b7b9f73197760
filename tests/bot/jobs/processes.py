"""Bots and workers as processes between both stand-ins, killed with -9 when a block ends."""

import asyncio
import itertools
import os
import signal
from contextlib import asynccontextmanager, suppress

from bot.demo.partner import settings_of
from tests.databases import time_passes
from tests.slack_rig import APP_TOKEN, BOT_TOKEN
from tests.waiting import until

LEASES_SECONDS = 60.0
AT_WORK = {"run": '"ready"', "worker": '"working"'}
numbers = itertools.count()


class Processes:
    """Starts processes on one store; `env` is beside what leads to the stand-ins."""

    def __init__(self, forks, database, database_url, kore, kore_url, slack_url, **env):  # noqa: PLR0913, PLR0917 -- what leads there
        self.database = database
        self.kore = kore
        self._forks = forks
        self._env = {
            "PATH": os.environ["PATH"],
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack_url,
            **settings_of(kore, kore_url),
            "PORT": "0",
            "SIMSESSIONS_DATABASE_URL": database_url,
            "SIMSESSIONS_DATA_DIR": f"{forks.folder}/{next(numbers)}.data",
            "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
        } | env

    def start(self, command, **env):
        """Start `simsessions <command>`; return its pid and the file of its log."""
        return self._forks.start(command, self._env | env)

    @asynccontextmanager
    async def killed(self, command, count=1):
        """Return the pids of so many `simsessions <command>`; kill them at the end of the block.

        Then the time passes for which their claims would hold, and their posts may be on the way.
        """
        started = [self.start(command) for _ in range(count)]

        async def at_work():
            assert all(is_alive(pid) for pid, _ in started), [log.read_text() for _, log in started]
            return all(AT_WORK[command] in log.read_text() for _, log in started)

        async def gone():
            return not any(is_alive(pid) for pid, _ in started)

        try:
            await until(at_work)
            yield [pid for pid, _ in started]
        finally:
            for pid, _ in started:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await until(gone)
            await time_passes(self.database, LEASES_SECONDS)


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


def is_alive(pid):
    """Return whether there is such a process."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False
