"""Fixtures: a small fleet at the stand-in, and what chooses SIMs of it."""

import pytest

from bot.digests.sim_selection import SimSelector
from tests.bot.sims.conftest import api, directory, kore, resolver

__all__ = ["api", "directory", "kore", "resolver"]


@pytest.fixture
def selector(kore, directory, resolver):
    return SimSelector(kore, directory, resolver)
