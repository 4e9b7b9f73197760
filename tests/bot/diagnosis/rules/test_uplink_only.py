import pytest

from bot.diagnosis.rules.uplink_only import uplink_only
from tests.bot.diagnosis.cases import (
    D,
    H,
    closed,
    evidence,
    found,
    reports,
    still_open,
    verdict,
    words,
)


def sent(start, up, down, lasting=5):
    """Return a closed session with these counters."""
    return closed(start, lasting, packets_uploaded=up, packets_downloaded=down)


LOST = [sent(60, 5, 0), sent(90, 99, 0), sent(100, 7, 0)]
GOOD = reports(6 * H, 7 * H, 20)

FIRES = [
    ("the newest three", [*LOST, sent(120, 50, 50)], "warning"),
    (
        "an open one is still young",
        [still_open(3, 1, packets_uploaded=2, packets_downloaded=0), *LOST, *GOOD],
        "warning",
    ),
    (
        "an open one is not answered either",
        [still_open(H, 1, packets_downloaded=0), *LOST[1:], *GOOD],
        "warning",
    ),
    (
        "unknown ones are passed over",
        [sent(30, None, 0), sent(75, 80, None), *LOST, *GOOD],
        "warning",
    ),
    ("empty ones are passed over", [sent(30, 0, 0), *LOST, *GOOD], "warning"),
    (
        "days apart",
        [sent(D, 5, 0), sent(9 * D, 9, 0), sent(19 * D, 9, 0), sent(20 * D, 9, 9)],
        "warning",
    ),
    ("in odd order", [*GOOD, *LOST], "warning"),
    ("never answered, by design", reports(6 * H, 60, 20, packets_downloaded=0), "info"),
    (
        "more in a row than its habit",
        [sent(10 * n, 9, 0) for n in range(1, 6)]
        + [s for n, s in enumerate(GOOD) if n % 8]
        + [sent(7 * H + 48 * H * n, 9, 0) for n in range(1, 9)],
        "warning",
    ),
]
MUST_NOT = [
    ("two only", [*LOST[:2], *GOOD]),
    ("4 packets up", [sent(60, 4, 0), *LOST[1:], *GOOD]),
    ("one packet down", [sent(60, 50, 1), *LOST[1:], *GOOD]),
    ("the newest was answered", [sent(30, 50, 9), *LOST, *GOOD]),
    ("it is being answered", [still_open(30), *LOST, *GOOD]),
    ("down is unknown", [sent(n, 50, None) for n in (60, 90, 120)]),
    ("up is unknown", [sent(n, None, 0) for n in (60, 90, 120)]),
    ("doubled rows are one", [*LOST[:2], *LOST[:2], *GOOD]),
    (
        "one in three is never answered",
        [*LOST, *(sent(200 + 30 * n, 9, 9 * (n % 3 > 0)) for n in range(90))],
    ),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_unanswered_sessions_in_a_row_are_found(why, sessions, word):
    """Three sessions that moved nothing are a warning, or info where it was always so."""
    assert [word] == words(uplink_only, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_uplink_only(why, sessions):
    """An answer, too few packets, counters that are unknown, or a habit find nothing."""
    assert [] == words(uplink_only, evidence(*sessions)), why


def test_the_packets_are_summed_up():
    """The finding tells what they sent together, and how many were answered before."""
    (finding,) = found(uplink_only, evidence(*LOST, sent(120, 50, 50)))

    assert (111, 1, 1) == tuple(
        finding.evidence[name] for name in ("uploaded", "answered", "before")
    )


def test_tries_that_follow_one_another_have_the_same_cause():
    """A device that flaps since nobody answers it is told to look at its server first."""
    tries = [sent(6 * n + 2, 9, 0, lasting=2) for n in range(40)]

    assert [("uplink_only", "warning"), ("flapping", "critical")] == [
        each for each in verdict(evidence(*tries, *GOOD)) if each[1] != "info"
    ]
