"""What the tests of jobs share."""

import pytest

from bot.ops.metrics import Metrics
from tests.bot.jobs.engines import Hurried
from tests.bot.jobs.replica import services_on


@pytest.fixture
def services(database):
    """Return what an engine needs of them, and no more."""
    made = services_on(database, Metrics())
    made.clock = Hurried()
    return made


@pytest.fixture
def queue(services):
    return services.queue
