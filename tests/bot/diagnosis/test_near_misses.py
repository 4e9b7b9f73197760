"""Which rules came close without speaking."""

import pytest

from bot.diagnosis.near_misses import near_misses
from bot.diagnosis.rule import diagnose
from tests.bot.diagnosis.cases import LIMITS, D, H, evidence, reports, starts, still_open

EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}
NEAR = [
    ("away for long", reports(H, 2.5 * H, 9), {"gone_silent"}),
    ("away for a moment", reports(H, 50, 9), set()),
    (
        "at the weekend",
        starts(
            *(
                50 * H + 7 * D * w + D * d + H * h
                for w in range(4)
                for d in range(5)
                for h in range(9)
            )
        ),
        {"gone_silent"},
    ),
    (
        "away for a moment, and twice a day until two days ago",
        [*reports(20, 36, 1.25), *reports(12 * H, 36 * H, 27)],
        set(),
    ),
    ("a meter that sleeps", [still_open(9 * D, 3 * D, radio_link="NB-IoT")], {"ghost_session"}),
    ("every ten minutes", reports(10, 4, 9, lasting=3), {"flapping"}),
    ("more often than usual", [*reports(3 * H, 9, 1), *reports(6 * H, 25 * H, 20)], set()),
    ("far more often than usual", [*reports(90, 9, 1), *reports(6 * H, 25 * H, 20)], {"degraded"}),
    ("one try in vain", [*starts(20, **EMPTY), *reports(H, 60, 9)], set()),
    ("two tries in vain", [*starts(20, 40, **EMPTY), *reports(H, 60, 9)], {"attach_without_data"}),
    (
        "two without an answer",
        [*starts(20, 40, packets_downloaded=0), *reports(H, 60, 9)],
        {"uplink_only"},
    ),
    ("it spoke", starts(20, 40, 60, **EMPTY), set()),
    ("no session", [], set()),
]


@pytest.mark.parametrize(("why", "sessions", "rules"), NEAR)
def test_what_was_near(why, sessions, rules):
    """Each rule that was near and silent says why, and no other."""
    known = evidence(*sessions)
    near = near_misses(known, LIMITS, diagnose(known, LIMITS))

    assert rules == {each.rule for each in near}, why
    assert all(each.says.format_map(each.evidence) for each in near)
