"""A channel's digest."""

from datetime import UTC, datetime, time

from bot.digests.schedule import DigestSchedule, Frequency, QuietHours
from bot.digests.subscription import PauseReason
from tests.bot.digests.subscriptions import PUMPS, subscription

FRIDAY = datetime(2026, 1, 9, 8, 30, tzinfo=UTC)


def test_when_it_comes_next():
    """The next time is by the clock of its zone, and given in UTC."""
    assert datetime(2026, 1, 12, 8, 0, tzinfo=UTC) == PUMPS.next_due(FRIDAY)
    assert UTC is PUMPS.next_due(FRIDAY).tzinfo


def test_a_paused_one_does_not_come():
    """Whoever or whatever paused it."""
    assert {None} == {subscription(paused=why).next_due(FRIDAY) for why in PauseReason}


def test_what_falls_into_its_quiet_hours():
    """They are those of its own zone."""
    lunch = subscription(
        schedule=DigestSchedule(Frequency.HOURS), quiet_hours=QuietHours(time(9), time(10, 30))
    )

    assert lunch.is_quiet_at(datetime(2026, 1, 9, 9, 0, tzinfo=UTC))
    assert not lunch.is_quiet_at(datetime(2026, 1, 9, 10, 0, tzinfo=UTC))
    assert not PUMPS.is_quiet_at(datetime(2026, 1, 9, 9, 0, tzinfo=UTC))
    assert datetime(2026, 1, 9, 10, 0, tzinfo=UTC) == lunch.next_due(FRIDAY)


def test_its_schedule_bears_its_id():
    """A name may change; the schedule and the keys of its runs do not."""
    assert "digest:0a1b2c3d" == PUMPS.schedule_name
    assert PUMPS.schedule_name == subscription(name="Wells").schedule_name
