"""Jobs of each kind run on SQLite; `on_both` marks those that run on PostgreSQL too."""

import pytest

from bot.demo.stories.sims import common_outage
from tests.alert_rig import WELL, alerting, come_back
from tests.databases import one_store

kind = one_store


@pytest.fixture
async def rig(database):
    """Return an alert's rig over five wells that are all well."""
    async with alerting(database, stories=[common_outage]) as made:
        come_back(made, *WELL)
        yield made
