"""Who takes care of which SIM, on both databases."""

from datetime import timedelta

import pytest

from bot.sessions.owners import Owners
from bot.sessions.triage import owner_of
from bot.store.channels import KEEP, OwnerRows
from tests.fakes import FakeClock
from tests.watch_rig import now_clock

SIDS = ("DE" + "A" * 32, "DE" + "b" * 32)


@pytest.fixture
def clock() -> FakeClock:
    return now_clock()


@pytest.fixture
def owners(database, clock):
    return Owners(OwnerRows(database), clock)


async def test_the_newest_word_counts_in_its_channel(owners, clock):
    """Taking over moves a SIM to another; other channels and other SIMs know nothing of it."""
    await owners.take("C1", SIDS, "ana")
    clock.move(60)
    await owners.take("C1", [SIDS[0].lower()], "ben")

    now = await owners.of("C1", SIDS)
    assert ["ana", "ben"] == [owner.person for owner in now]
    assert ["ben", "ana"] == [owner_of(now, sid).person for sid in SIDS]
    assert timedelta(seconds=60) == now[1].since - now[0].since
    assert () == await owners.of("C2", SIDS)
    assert owner_of(now, "DE" + "c" * 32) is None


async def test_it_is_forgotten_after_a_week(owners, clock):
    """Whoever was on it then is not any more."""
    clock.move(-KEEP - 60)
    await owners.take("C1", SIDS, "ana")

    assert () == await owners.of("C1", SIDS)
