"""Bots and workers as real processes between both stand-ins, killed with -9 when a block ends."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from bot.emulators.kore.api import TOKEN_PATH
from tests.databases import time_passes
from tests.slack_rig import APP_TOKEN, BOT_TOKEN

ROOT = Path(__file__).parents[3]
LEASES_SECONDS = 60.0
AT_WORK = {"run": b'"ready"', "worker": b'"working"'}


class Processes:
    """Starts processes on one store; `env` is beside what leads to the stand-ins."""

    def __init__(self, database, database_url, kore, kore_url, slack_url, **env):
        self.database = database
        self.kore = kore
        self._env = env | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack_url,
            "KORE_API_URL": kore_url,
            "KORE_TOKEN_URL": kore_url + TOKEN_PATH,
            "KORE_CLIENT_ID": kore.client_id,
            "KORE_CLIENT_SECRET": kore.client_secret,
            "PORT": "0",
            "SIMSESSIONS_DATABASE_URL": database_url,
            "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
        }

    @asynccontextmanager
    async def killed(self, command, count=1):
        """Run so many processes of `simsessions <command>` and kill them at the end of the block.

        Then the time passes for which their claims would hold, and their posts may be on the way.
        """
        processes = [await self._started(command) for _ in range(count)]
        reading = []
        try:
            await asyncio.gather(*(until_logged(p, AT_WORK[command]) for p in processes))
            reading = [asyncio.create_task(process.communicate()) for process in processes]
            yield
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
            await asyncio.gather(*(reading or (process.communicate() for process in processes)))
            await time_passes(self.database, LEASES_SECONDS)

    async def _started(self, command):
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", command),
            env=self._env,
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )


async def until_logged(process, message):
    """Read the log until this is in it."""
    lines = [await process.stderr.readline()]
    while message not in lines[-1]:
        assert lines[-1], b"".join(lines).decode()
        lines.append(await process.stderr.readline())


async def until(holds, seconds=90.0):
    """Wait until this is so, whatever process makes it so, and return it."""
    async with asyncio.timeout(seconds):
        while not (found := await holds()):  # noqa: ASYNC110 -- other processes
            await asyncio.sleep(0.02)
    return found
