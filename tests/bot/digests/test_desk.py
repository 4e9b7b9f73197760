"""What handlers have done with digests."""

from datetime import UTC, datetime

from bot.digests.desk import run_key, stamp
from tests.bot.digests.subscriptions import PUMPS
from tests.builders import NOON


def test_a_run_by_hand_has_the_key_of_its_schedule():
    """
    A run asked for in the very second in which one is due is that one.
    """
    assert "2026-01-05T12:00:00Z" == stamp(datetime(2026, 1, 5, 12, tzinfo=UTC))
    assert f"digest:{PUMPS.id}@{stamp(NOON)}" == run_key(PUMPS, NOON)
