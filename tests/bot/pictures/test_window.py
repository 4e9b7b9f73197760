"""The days that a picture shows."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from bot.pictures.window import Window
from tests.builders import NOON

BERLIN = ZoneInfo("Europe/Berlin")
SUMMER_ENDS = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)  # the clock went back on the 25th


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(NOON), "6 Dec 2025 12:00 – 5 Jan 2026 12:00 UTC"),
        (Window(NOON, 1), "4 Jan 2026 12:00 – 5 Jan 2026 12:00 UTC"),
        (
            Window(SUMMER_ENDS, 2, BERLIN),
            "24 Oct 2026 14:00 – 26 Oct 2026 13:00 Europe/Berlin",
        ),
        (
            Window(NOON, 1, timezone(timedelta(hours=-7))),
            "4 Jan 2026 05:00 – 5 Jan 2026 05:00 UTC-07:00",
        ),
    ],
)
def test_words(window, words):
    """
    Both ends are told in the reader's own time, and whose time it is.
    """
    assert words == window.words


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (1, ["12:00", "15:00", "18:00", "21:00", "Mon 5", "03:00", "06:00", "09:00"]),
        (3, ["12:00", "18:00", "Sat 3", "06:00", "12:00", "18:00", "Sun 4", "06:00"]),
        (7, ["Tue 30", "Wed 31", "Thu 1", "Fri 2", "Sat 3", "Sun 4", "Mon 5"]),
        (14, ["Tue 23 Dec", "Fri 26 Dec", "Mon 29 Dec", "Thu 1 Jan", "Sun 4 Jan"]),
        (30, ["Mon 8 Dec", "Mon 15 Dec", "Mon 22 Dec", "Mon 29 Dec", "Mon 5 Jan"]),
    ],
)
def test_ticks(days, labels):
    """
    Each window has enough labels to find one's way, and not more than fit; these come first.
    """
    told = [tick.label for tick in Window(NOON, days).ticks() if tick.label]

    assert labels == told[:8]


def test_each_midnight_has_a_tick():
    """
    Where only Mondays are named, the other days have a small line all the same.
    """
    moments = [tick.moment for tick in Window(NOON).ticks()]

    assert [datetime(2025, 12, 7, tzinfo=UTC) + n * timedelta(days=1) for n in range(30)] == moments


def test_ticks_stay_inside():
    """
    No tick lies before the window or after now.
    """
    for days in range(1, 31):
        window = Window(NOON, days, BERLIN)

        assert all(window.begin <= tick.moment <= NOON for tick in window.ticks())


def test_a_day_is_as_long_as_the_zone_has_it():
    """
    The Sunday on which summer ends has 25 hours, and is a weekend from midnight to midnight.
    """
    begin, end = list(Window(SUMMER_ENDS, 2, BERLIN).weekends())[-1]

    assert timedelta(hours=25) == end.astimezone(UTC) - begin.astimezone(UTC)
    assert (6, 0) == (begin.weekday(), end.weekday())


def test_weekends_cover_saturdays_and_sundays_only():
    """
    Thirty days that begin on a Saturday touch five weekends.
    """
    days = [begin.weekday() for begin, _ in Window(NOON).weekends()]

    assert [5, 6] * 5 == days
