"""Reading what is to be watched, until when and for how long."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watches.parse import WatchRequest, length_words, parse_watch_request
from bot.watches.watch import Condition

WEEK = timedelta(days=7)
HOURS = timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pump-7", WatchRequest("pump-7")),
        ("  pump 7  ", WatchRequest("pump 7")),
        ("pump-7 until online", WatchRequest("pump-7", Condition.ONLINE)),
        ("pump-7 UNTIL Offline", WatchRequest("pump-7", Condition.OFFLINE)),
        ("pump-7 until changes", WatchRequest("pump-7", Condition.CHANGES)),
        ("pump-7 until change", WatchRequest("pump-7", Condition.CHANGES)),
        ("pump-7 for 2h", WatchRequest("pump-7", None, HOURS)),
        ("pump-7 until online for 2h", WatchRequest("pump-7", Condition.ONLINE, HOURS)),
        ("pump-7 for 2h until online", WatchRequest("pump-7", Condition.ONLINE, HOURS)),
        (
            "8901 2600 1234 5678 909 for 2 hours",
            WatchRequest("8901 2600 1234 5678 909", None, HOURS),
        ),
        ("until online", WatchRequest("until online")),
        ("", WatchRequest("")),
        ("forge-7", WatchRequest("forge-7")),
    ],
)
def test_a_wish_is_read_in_any_order(text, expected):
    """
    The SIM comes first; goal and length may follow in either order, or not at all.
    """
    assert expected == parse_watch_request(text, WEEK)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("1min", 1),
        ("90 min", 90),
        ("90m", 90),
        ("1.5h", 90),
        ("1h30min", 90),
        ("1 h 30 min", 90),
        ("1 hour and 30 minutes", 90),
        ("2 H", 120),
        ("1d", 1440),
        ("7 days", 10_080),
    ],
)
def test_lengths_are_read_as_people_write_them(said, minutes):
    """
    Units may be short or long, apart or together.
    """
    assert timedelta(minutes=minutes) == parse_watch_request(f"pump-7 for {said}", WEEK).length


@pytest.mark.parametrize(
    "text",
    [
        "pump-7 until tomorrow",
        "pump-7 until",
        "pump-7 until online offline",
        "pump-7 for",
        "pump-7 for ever",
        "pump-7 for 2",
        "pump-7 for -2h",
        "pump-7 for 2x",
        "pump-7 for 2h ago",
        "pump-7 for 30s",
        "pump-7 for 0h",
        "pump-7 for 8d",
        "pump-7 for 99999999999999999999h",
        "pump-7 for 2h for 3h",
        "pump-7 until online until offline",
    ],
)
def test_what_cannot_be_kept_is_said(text):
    """
    Nothing is guessed: whatever is not understood, too short or too long is a fault, in words.
    """
    wish = parse_watch_request(text, WEEK)

    assert ("pump-7", True) == (wish.sim, bool(wish.fault))


def test_the_longest_is_named():
    """
    Who asks for too long reads how long a watch may be.
    """
    assert "at most 7d" in parse_watch_request("pump-7 for 30d", WEEK).fault


@given(st.text())
def test_any_text_is_read(text):
    """
    Whatever is typed gives a wish or a fault, and never an error.
    """
    assert isinstance(parse_watch_request(text, WEEK), WatchRequest)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(days=7), "7d"),
        (timedelta(hours=2), "2h"),
        (timedelta(minutes=90), "90min"),
    ],
)
def test_a_length_is_written_as_it_may_be_typed(length, expected):
    """
    What is said can be typed back.
    """
    assert expected == length_words(length)
    assert length == parse_watch_request(f"x for {expected}", WEEK).length
