"""The soak of tests/soak.py for some seconds a store; by hand it runs as long as one likes."""

import asyncio
import random
import socket

import pytest

from bot.ops.tasks import cancel_and_wait
from tests.soak import soak_of

pytestmark = pytest.mark.slow
SEEDS = {"sqlite": 7, "postgresql": 8}
IMPATIENT = {"SIMSESSIONS_KORE_READ_TIMEOUT": "0.5", "SIMSESSIONS_KORE_BUDGET": "1.5"}


async def test_everybody_is_answered_once(forks, database_url, kind):
    """Whatever fails and is killed, nothing is lost or doubled, and the logs are clean."""
    chance, over_http = random.Random(SEEDS[kind]), kind == "postgresql"
    async with soak_of(forks, database_url, chance, over_http=over_http, **IMPATIENT) as its:
        soak, chaos = its
        await soak.run(2, chaos, rate=5, kill_every=1)

        assert [] == await soak.wrongs(), await soak.figures()


@pytest.mark.parametrize("kind", ["sqlite"])
async def test_whoever_asks_at_the_very_end_hears_from_slack(forks, database_url):
    """Where a soak ends before a command is acknowledged, Slack still says what became of it."""
    async with soak_of(forks, database_url, random.Random(1)) as (soak, _):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            soak.slack.api.dispatcher._http.ack_seconds = 0.2
            soak.slack.api.request_url = f"http://127.0.0.1:{mute.getsockname()[1]}"
            watching = asyncio.ensure_future(soak._watches("pump-7"))
            await soak._until(lambda: soak.questions, 10)
            await cancel_and_wait(watching)
            await soak._until(lambda: soak.questions[0].error, 10)

        assert "told by Slack" == soak.questions[0].state
