import pytest

from bot.diagnosis.rules.degraded import degraded
from tests.bot.diagnosis.cases import (
    D,
    H,
    closed,
    evidence,
    found,
    reports,
    starts,
    still_open,
    words,
)

FEW, MANY = ({"packets_uploaded": n, "packets_downloaded": n} for n in (3, 300))
DAILY, SIX_HOURLY = reports(D, 30 * H, 25), reports(6 * H, 30 * H, 25, **MANY)
ROUTER = [closed(3 * D + D * n, D - 1, **MANY) for n in range(20)]
LIKE_A_STORM = starts(*(16 * H + 3 * n for n in range(40)))
BY_DAY = starts(*(D * day + H * n for day in range(20) for n in range(1, 9)))

FIRES = [
    ("a daily one every 20 min", [*reports(20, 5, 1.2), *DAILY]),
    ("four times a day became every 15 min", [*reports(15, 5, 1.1, **MANY), *SIX_HOURLY]),
    ("few packets in each report", [*reports(6 * H, H, 1.1, **FEW), *SIX_HOURLY]),
    ("for days", [*reports(6 * H, H, 3, **FEW), *reports(6 * H, 80 * H, 25, **MANY)]),
    ("an hourly one every five hours", [*reports(5 * H, H, 1.1), *reports(H, 26 * H, 20)]),
    ("for days, too", [*reports(5 * H, H, 3.5), *reports(H, 4 * D, 20)]),
    ("a router with hardly any traffic", [still_open(2 * D, 2, **FEW), *ROUTER]),
    (
        "an always-on one whose sessions are short",
        [
            *reports(2 * H, 70, 3, lasting=61, packets_uploaded=9, packets_downloaded=9),
            *reports(2 * H, 130, 23, lasting=58, packets_uploaded=9, packets_downloaded=9),
            *reports(2 * H, 3 * D + 70, 20, lasting=61, **MANY),
        ],
    ),
]
MUST_NOT = [
    ("as ever", [*reports(6 * H, H, 1.1, **MANY), *SIX_HOURLY]),
    ("a little more often", [*reports(4 * H, 5, 1.1), *reports(6 * H, 30 * H, 25)]),
    ("a storm that is over", [*starts(H, 7 * H), *LIKE_A_STORM, *DAILY]),
    (
        "a weekly burst",
        [s for w in range(4) for s in starts(*(w * 7 * D + 30 * n for n in range(1, 40)))],
    ),
    ("two days known only", [*reports(20, 5, 1.2), *reports(D, 30 * H, 2)]),
    ("far more packets", [*reports(6 * H, H, 1.1, **MANY), *reports(6 * H, 30 * H, 25, **FEW)]),
    (
        "small reports as now and then",
        [*reports(6 * H, H, 1.1, **FEW), *reports(6 * H, 33 * H, 9, **FEW), *SIX_HOURLY],
    ),
    ("packets unknown", [*reports(6 * H, H, 1.1, packets_uploaded=None), *SIX_HOURLY]),
    (
        "empty ones are another rule's",
        [*reports(6 * H, H, 1.1, packets_uploaded=0, packets_downloaded=0), *SIX_HOURLY],
    ),
    ("back after an outage", [*reports(H, 5, 0.1), *reports(H, 2 * D, 20)]),
    ("two reports missed", [*reports(5 * H, H, 0.4), *reports(H, 11 * H, 20)]),
    (
        "after a rest as each night",
        [s for d in range(20) for s in starts(*(d * D + H * n for n in range(1, 9)))],
    ),
    ("a router just back", [still_open(3 * H, 2, **FEW), *ROUTER]),
    ("silent", [*reports(6 * H, 3 * D, 1.1, **FEW), *reports(6 * H, 5 * D, 20, **MANY)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_what_is_far_from_usual_is_a_warning(why, sessions):
    """Four times the starts of a day, twice the longest interval, a fifth of the packets warn."""
    assert ["warning"] == words(degraded, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_degraded(why, sessions):
    """What is usual, what is over, more packets, and what is not known find nothing."""
    assert [] == words(degraded, evidence(*sessions)), why


def test_the_numbers_are_told():
    """The finding tells what is, and what was usual."""
    (finding,) = found(degraded, evidence(*reports(20, 5, 1.2), *DAILY))

    assert {"starts": 72, "usual": 1, "days": 24} == dict(finding.evidence)
