import pytest

from bot.diagnosis.rules.parallel_networks import parallel_networks
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, still_open, words

ELSEWHERE = {"operator_mnc": "410", "operator_name": "AT&T"}


def pair(start, lasting=2 * H):
    """Return two sessions side by side on two networks."""
    return [closed(start, lasting), closed(start - 5, lasting, **ELSEWHERE)]


FIRES = [
    ("both are alive", [still_open(9 * H), still_open(3 * H, 2, **ELSEWHERE)], "warning"),
    ("twice today", [*pair(20 * H), *pair(9 * H)], "warning"),
    ("in odd order", [still_open(3 * H, 2, **ELSEWHERE), still_open(9 * H)], "warning"),
    (
        "with others in between",
        [still_open(9 * H), closed(8 * H, 5), still_open(3 * H, 2, **ELSEWHERE), closed(H, 5)],
        "warning",
    ),
    ("as ever", [s for n in range(18) for s in pair(12 * H * n + 4 * H)], "info"),
]
MUST_NOT = [
    ("one network", [still_open(9 * H), still_open(3 * H)]),
    ("one of them is dead", [still_open(9 * H, 2 * H), still_open(3 * H, 2, **ELSEWHERE)]),
    ("closed late, once", pair(9 * H)),
    (
        "closed late, once, with two after it",
        [
            closed(20 * H, 9 * H),
            closed(19 * H, 2 * H, **ELSEWHERE),
            closed(16 * H, 2 * H, **ELSEWHERE),
        ],
    ),
    ("a hand-over", [closed(20 * H, 11 * H), still_open(9 * H + 30, 2, **ELSEWHERE)]),
    ("for less than an hour", [still_open(9 * H), still_open(55, 2, **ELSEWHERE)]),
    ("days ago", [*pair(3 * D), *pair(4 * D)]),
    ("26 and 260", [still_open(9 * H, 2, operator_mnc="26"), still_open(3 * H)]),
    ("unknown", [still_open(9 * H), still_open(3 * H, 2, operator_mnc=None)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_two_networks_at_once_are_a_warning(why, sessions, word):
    """Sessions on two networks, alive side by side for over an hour, are no hand-over."""
    assert [word] == words(parallel_networks, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_a_hand_over(why, sessions):
    """One network, a short overlap, a dead session, and what is not told find nothing."""
    assert [] == words(parallel_networks, evidence(*sessions)), why


def test_both_networks_are_named():
    """The finding names both networks."""
    (finding,) = found(
        parallel_networks, evidence(still_open(9 * H), still_open(3 * H, 2, **ELSEWHERE))
    )

    told = (finding.evidence["network"], finding.evidence["other"])
    assert ("T-Mobile USA (310-260)", "AT&T (310-410)") == told
