"""`simsessions run`, as a process between the two stand-ins."""

import gc
import json
import re
import signal
from asyncio.subprocess import PIPE
from contextlib import suppress

from bot.cli.commands.run import without_collecting
from tests.bot.cli.conftest import kept_in, started


async def ready(folder, settings):
    """Start the bot and wait until it logs its port."""
    settings = {"PORT": "0"} | kept_in(folder) | settings
    process = await started(folder, "run", settings=settings, stderr=PIPE)
    async for line in process.stderr:
        if b'"ready"' in line:
            return process, str(json.loads(line)["port"])
    raise AssertionError


async def test_it_runs_until_it_is_told_to_stop(kore, slack, simsessions, tmp_path):
    """Ready, healthy, and gone with 0 at a signal; so it is with Ctrl-C in test_process.py."""
    process, port = await ready(tmp_path, kore.settings | slack.settings)
    health = await simsessions("health", PORT=port)
    process.send_signal(signal.SIGTERM)
    _, err = await process.communicate()

    assert 0 == health.code
    assert 0 == process.returncode
    assert [] == re.findall(rb"Traceback|stand-in", err)


async def test_all_that_lacks_is_told_before_anything_starts(simsessions):
    """Without settings it says what it needs, and ends with 4."""
    done = await simsessions("run")

    assert 4 == done.code
    assert ["KORE_CLIENT_ID", "KORE_CLIENT_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"] == (
        re.findall(r"- (\w+): missing", done.err)
    )


def test_the_collector_is_back_after_the_imports():
    """Garbage is collected again once the block ends, also where an import fails."""
    frozen = gc.get_freeze_count()
    with suppress(ImportError), without_collecting():
        during = gc.isenabled()
        raise ImportError

    assert (False, True) == (during, gc.isenabled())
    assert gc.get_freeze_count() > frozen
