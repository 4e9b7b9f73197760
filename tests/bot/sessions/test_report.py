from datetime import timedelta

import pytest

from bot.sessions.report import Summary, in_device_since, summarise
from tests.builders import NOON, a_session


def test_a_window_is_counted():
    """Sessions, distinct networks and cells are counted, packets summed up."""
    sessions = [
        a_session(packets_uploaded=1, packets_downloaded=2),
        a_session(operator_mnc="0260", cell_id="other", packets_uploaded=10, packets_downloaded=20),
        a_session(operator_mcc="334", operator_mnc="20", packets_uploaded=0, packets_downloaded=0),
    ]

    assert Summary(3, 2, 2, 11, 22, NOON, 0) == summarise(sessions)


def test_what_is_not_told_is_not_counted():
    """Unknown networks, cells and packets are left out, sessions without packets counted."""
    unknown = {"operator_mnc": None, "cell_id": None, "packets_uploaded": None}
    sessions = [a_session(**unknown), a_session(packets_downloaded=None, packets_uploaded=7)]

    assert Summary(2, 1, 1, 7, 296, NOON, 2) == summarise(sessions)


def test_empty_sessions_are_not_those_of_unknown_packets():
    """Of one that is open, or tells one number alone, it is not known to be empty."""
    none = {"packets_uploaded": 0, "packets_downloaded": 0}
    ended = none | {"end": NOON + timedelta(hours=1)}
    unknown = ended | {"packets_downloaded": None}
    told = summarise([a_session(**each) for each in (ended, ended, none, unknown, {})])

    assert (2, 1) == (told.empty_sessions, told.sessions_without_packets)


def test_packets_that_nobody_tells_are_unknown():
    """A sum of nothing is unknown, not 0."""
    told = summarise([a_session(packets_uploaded=None, packets_downloaded=None)])

    assert (None, None, 1) == (
        told.packets_uploaded,
        told.packets_downloaded,
        told.sessions_without_packets,
    )


def test_an_empty_window_is_empty():
    """Without sessions there is nothing to count and nothing to sum up."""
    assert Summary(0, 0, 0, None, None, None, 0) == summarise([])


DAY = timedelta(days=1)
OTHER_DEVICE = "353166091234560"
EARLIER = [
    ("renewed after a minute", {"end": NOON - timedelta(minutes=1)}, NOON - DAY),
    ("away for an hour", {"end": NOON - timedelta(hours=1)}, NOON),
    ("another device", {"end": NOON, "imei": OTHER_DEVICE}, NOON),
    ("of unknown end", {"end": None, "last_updated": None}, NOON),
]


@pytest.mark.parametrize(("why", "earlier", "since"), EARLIER)
def test_a_renewed_session_is_no_arrival(why, earlier, since):
    """A SIM is in its device since the first of the sessions that follow each other closely."""
    rows = a_session(start=NOON), a_session(**{"start": NOON - DAY} | earlier)

    assert since == in_device_since(rows[0], rows), why
