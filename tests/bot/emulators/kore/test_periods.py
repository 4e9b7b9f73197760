from datetime import timedelta

import pytest

from bot.emulators.kore.http import ApiError, Request
from bot.emulators.kore.periods import periods_of
from tests.builders import NOON


def asking(query: str) -> Request:
    return Request("GET", "/v1/Sims/x/UsageRecords", query, "http://kore.test", None, None, NOON)


def test_periods():
    """The periods cover Start to End, by default the last month, cut at full hours and days."""
    for query, count, first, last in (
        ("", 1, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=all", 1, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=daily", 31, "2025-12-06 12:00", "2026-01-05 12:00"),
        ("Granularity=hourly", 720, "2025-12-06 12:00", "2026-01-05 12:00"),
        (
            "Start=2026-01-05T10:30:00Z&Granularity=hourly",
            2,
            "2026-01-05 10:30",
            "2026-01-05 12:00",
        ),
        ("End=2026-01-01T00:00:00Z", 1, "2025-12-02 00:00", "2026-01-01 00:00"),
        ("Start=2026-01-05T12:00:00Z&Granularity=daily", 1, "2026-01-05 12:00", "2026-01-05 12:00"),
        ("Start=2026-01-05&End=2026-01-06", 1, "2026-01-05 00:00", "2026-01-06 00:00"),
        ("Start=2026-01-05T00%3A00%3A00Z", 1, "2026-01-05 00:00", "2026-01-05 12:00"),
    ):
        periods = periods_of(asking(query), NOON)
        told = len(periods), f"{periods[0][0]:%F %H:%M}", f"{periods[count - 1][1]:%F %H:%M}"

        assert (count, first, last) == told, query


@pytest.mark.parametrize(
    "query",
    [
        "Granularity=weekly",
        "Granularity=",
        "Start=soon",
        "End=later",
        "Start=",
        "Start=2026-01-06T00:00:00Z",
        "Start=2026-01-02T00:00:00Z&End=2026-01-01T00:00:00Z",
    ],
)
def test_bad_periods(query: str):
    """What is no time, no granularity, or runs backwards, is refused."""
    with pytest.raises(ApiError) as refused:
        periods_of(asking(query), NOON)

    assert 400 == refused.value.response.status


def test_the_default_is_a_month():
    """Without parameters the period is the last 30 days."""
    start, end = periods_of(asking(""), NOON)[0]

    assert timedelta(days=30) == end - start
