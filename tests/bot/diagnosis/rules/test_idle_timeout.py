import pytest

from bot.diagnosis.rules.idle_timeout import idle_timeout
from tests.bot.diagnosis.cases import SECOND, D, H, closed, evidence, found, still_open, words


def lengths(*minutes, first=2 * D, apart=6 * H):
    """Return closed sessions of these lengths, one after the other."""
    return [closed(first - apart * n, lasting) for n, lasting in enumerate(minutes)]


FIRES = [
    ("an hour", lengths(60, 60, 60)),
    ("4 hours", lengths(240, 241, 239)),
    ("exactly 10 % below", lengths(54, 54, 54)),
    ("exactly 10 % above", lengths(66, 66, 66)),
    ("exactly 10 % below 4 h", lengths(216, 216, 216)),
    ("exactly 10 % above 4 h", lengths(264, 264, 264)),
    ("a spread of exactly 5 %", lengths(60, 63, 61)),
    ("after others", lengths(5, 300, 60, 60, 60)),
    ("before others", lengths(60, 60, 60, 5, 17)),
    ("in odd order", lengths(60, 61, 60)[::-1]),
    ("before an open one", [*lengths(60, 61, 60), still_open(9, 1)]),
    ("the first exactly 7 days ago", lengths(60, 60, 60, first=7 * D)),
]
MUST_NOT = [
    ("two only", lengths(60, 60)),
    ("not in a row", lengths(60, 60, 5, 60)),
    ("an open one between", [*lengths(60, 60), still_open(D + 2 * H, D), closed(D, 60)]),
    ("a spread of over 5 %", lengths(60, 63 + SECOND, 61)),
    ("below 10 %", lengths(54 - SECOND, 54, 54)),
    ("above 10 %", lengths(66 + SECOND, 66, 66)),
    ("2 hours", lengths(120, 120, 120)),
    ("some of an hour, some of 4", lengths(60, 240, 60)),
    ("the first before the last 7 days", lengths(60, 60, 60, first=7 * D + SECOND)),
    ("all still open", [still_open(60 * n, 60 * n - 60) for n in (1, 2, 3)]),
    ("doubled rows are one", lengths(60, 60) * 2),
    ("ended before they began", lengths(-60, -60, -60)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_three_lengths_of_a_timer_in_a_row_are_told(why, sessions):
    """Three closed sessions in a row as long as each other and as an idle timer are info."""
    assert ["info"] == words(idle_timeout, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_timer(why, sessions):
    """Fewer, unlike, other lengths, or sessions that are not in a row, show no timer."""
    assert [] == words(idle_timeout, evidence(*sessions)), why


def test_the_newest_row_is_told_once():
    """Many such sessions make one finding, with the lengths of the newest three."""
    (finding,) = found(idle_timeout, evidence(*lengths(60, 60, 60, 62, 62, 62)))

    assert 62 * 60 == finding.evidence["shortest"].total_seconds()
