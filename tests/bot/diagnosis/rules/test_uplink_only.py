import pytest

from bot.diagnosis.rules.uplink_only import uplink_only
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, still_open, words


def sent(start, up, down, lasting=5):
    """Return a closed session with these counters."""
    return closed(start, lasting, packets_uploaded=up, packets_downloaded=down)


FIRES = [
    ("the newest two", [sent(60, 5, 0), sent(90, 99, 0), sent(120, 50, 50)]),
    ("an open one is passed over", [still_open(30), sent(60, 5, 0), sent(90, 99, 0)]),
    ("unknown ones are passed over", [sent(30, None, 0), sent(60, 5, 0), sent(90, 9, 0)]),
    ("also unknown down", [sent(60, 5, 0), sent(75, 80, None), sent(90, 9, 0)]),
    ("days apart", [sent(D, 5, 0), sent(20 * D, 9, 0)]),
    ("in odd order", [sent(120, 50, 50), sent(90, 99, 0), sent(60, 5, 0)]),
]
MUST_NOT = [
    ("one only", [sent(60, 50, 0)]),
    ("4 packets up", [sent(60, 4, 0), sent(90, 99, 0)]),
    ("one packet down", [sent(60, 50, 1), sent(90, 99, 0)]),
    ("the second was answered", [sent(60, 50, 0), sent(90, 99, 3), sent(120, 9, 0)]),
    ("the newest was answered", [sent(60, 50, 9), sent(90, 99, 0), sent(120, 9, 0)]),
    ("down is unknown", [sent(60, 50, None), sent(90, 99, None)]),
    ("up is unknown", [sent(60, None, 0), sent(90, None, 0)]),
    ("one is known only", [sent(60, 50, 0), sent(90, 99, None)]),
    (
        "both are open",
        [still_open(H, 1, packets_downloaded=0), still_open(D, D - 5, packets_downloaded=0)],
    ),
    ("doubled rows are one", [sent(60, 50, 0), sent(60, 50, 0)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_two_unanswered_sessions_are_a_warning(why, sessions):
    """
    The newest two closed sessions with known counters that sent and received nothing are found.
    """
    assert ["warning"] == words(uplink_only, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_uplink_only(why, sessions):
    """An answer in either, too few packets, or counters that are unknown, find nothing."""
    assert [] == words(uplink_only, evidence(*sessions)), why


def test_the_packets_are_summed_up():
    """The finding tells what both sent together."""
    (finding,) = found(uplink_only, evidence(sent(60, 5, 0), sent(90, 99, 0)))

    assert 104 == finding.evidence["uploaded"]
