from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.diagnosis.metering import month_start, used_bytes
from tests.bot.diagnosis.cases import D, ago, used
from tests.builders import NOON, a_sim

STARTS = [
    ("earlier this month", "2025-03-04T09:00:00Z", "2026-01-20T12:00:00Z", "2026-01-04"),
    ("today", "2025-03-20T23:59:00Z", "2026-01-20T00:00:00Z", "2026-01-20"),
    ("later this month", "2025-03-21T00:00:00Z", "2026-01-20T12:00:00Z", "2025-12-21"),
    ("the 31st in a short month", "2025-01-31T00:00:00Z", "2026-02-28T12:00:00Z", "2026-02-28"),
    ("the 31st before the end", "2025-01-31T00:00:00Z", "2026-03-30T12:00:00Z", "2026-02-28"),
    ("the 29th in a leap year", "2024-02-29T00:00:00Z", "2028-03-01T12:00:00Z", "2028-02-29"),
    ("the day in UTC", "2025-03-05T23:30:00-05:00", "2026-01-20T12:00:00Z", "2026-01-06"),
    ("now in another zone", "2025-03-20T00:00:00Z", "2026-01-19T20:00:00-05:00", "2026-01-20"),
]


@pytest.mark.parametrize(("why", "created", "now", "start"), STARTS)
def test_the_month_begins_on_the_day_of_creation(why, created, now, start):
    """The metering month begins at 00:00 UTC of the day of the month on which the SIM was made."""
    begins = month_start(a_sim(date_created=created), datetime.fromisoformat(now))

    assert datetime.fromisoformat(f"{start}T00:00:00+00:00") == begins, why


def test_an_unknown_day_makes_it_30_days():
    """Without `date_created` it is the last 30 days, to the minute."""
    now = datetime(2026, 1, 31, 12, 30, 45, tzinfo=timezone(timedelta(hours=0)))

    assert datetime(2026, 1, 1, 12, 30, tzinfo=UTC) == month_start(a_sim(), now)


@pytest.mark.parametrize(
    ("records", "total"),
    [
        ([], None),
        ([used(None)], None),
        ([used(0)], 0),
        ([used(3), used(4)], 7),
        ([used(3), used(None)], 3),
        ([used(9, home=4)], 4),
        ([used(3, period={"start": ago(40 * D), "end": ago(30 * D)}), used(4)], 4),
        ([used(3, period={"start": ago(31 * D), "end": ago(5 * D)})], 3),
        ([used(3, period={})], 3),
    ],
)
def test_usage_is_summed_up_where_it_is_told(records, total):
    """What was used since the month began is summed up, and unknown where no record tells."""
    assert total == used_bytes(tuple(records), NOON - timedelta(days=30))
