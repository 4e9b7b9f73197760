"""Reading what to watch, until when and for how long."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watches.watch import Condition, WatchRequest, parse_watch_request
from tests.measures import cpu_at_most

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
        ("pump-7 for 1 hour and 60 minutes", WatchRequest("pump-7", None, HOURS)),
        ("pump-7 for half an hour", WatchRequest("pump-7", None, HOURS / 4)),
        ("pump-7 for 1 week", WatchRequest("pump-7", None, WEEK)),
        ("pump-7 for 7200s", WatchRequest("pump-7", None, HOURS)),
        ("pump-7 until online for 2h", WatchRequest("pump-7", Condition.ONLINE, HOURS)),
        ("pump-7 for 2h until online", WatchRequest("pump-7", Condition.ONLINE, HOURS)),
        (
            "8901 2600 1234 5678 909 for 2 hours",
            WatchRequest("8901 2600 1234 5678 909", None, HOURS),
        ),
        ("pump-7 2h", WatchRequest("pump-7", None, HOURS, whole="pump-7 2h")),
        ("pump-7 a week", WatchRequest("pump-7", None, WEEK, whole="pump-7 a week")),
        ("pump-7 2 hours", WatchRequest("pump-7", None, HOURS, whole="pump-7 2 hours")),
        (
            "pump-7 until online 2h",
            WatchRequest("pump-7", Condition.ONLINE, HOURS, whole="pump-7 2h"),
        ),
        ("2h", WatchRequest("2h")),
        ("until online", WatchRequest("until online")),
        ("", WatchRequest("")),
        ("forge-7", WatchRequest("forge-7")),
    ],
)
def test_a_request_is_read_in_any_order(text, expected):
    """The SIM comes first; condition and duration may follow in either order, or not at all."""
    assert expected == parse_watch_request(text, WEEK)


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
    """Nothing is guessed: what is not understood, too short or too long is a fault, in words."""
    request = parse_watch_request(text, WEEK)

    assert ("pump-7", True) == (request.sim, bool(request.fault))


def test_the_longest_is_named():
    """Who asks for too long reads how long a watch may be."""
    assert "at most 7d" in parse_watch_request("pump-7 for 30d", WEEK).fault


@given(st.text())
def test_any_text_is_read(text):
    """Whatever is typed gives a request or a fault, and never an error."""
    assert isinstance(parse_watch_request(text, WEEK), WatchRequest)


@pytest.mark.parametrize("piece", ["9", "\t", " ", "until ", "for ", "1h "])
def test_a_long_text_is_read_once(piece):
    """However long it is, no part of it is read again and again: the square would take minutes."""
    with cpu_at_most(4):
        parse_watch_request(f"pump-7 {piece * 40_000}x", WEEK)
