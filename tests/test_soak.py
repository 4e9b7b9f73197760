"""The soak of tests/soak.py for some seconds a store; by hand it runs as long as one likes."""

import random

import pytest

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
