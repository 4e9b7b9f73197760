import pytest

from bot.diagnosis.rules.ghost_session import ghost_session
from tests.bot.diagnosis.cases import SECOND, D, H, closed, evidence, still_open, words

FIRES = [
    ("over an hour", [still_open(9 * H, H + SECOND)], "warning"),
    ("exactly 4 hours", [still_open(9 * H, 4 * H)], "warning"),
    ("over 4 hours", [still_open(9 * H, 4 * H + SECOND)], "critical"),
    ("open for 35 days", [still_open(35 * D, 5 * H)], "critical"),
    ("older sessions do not matter", [still_open(D, 2 * H), closed(2 * D, H)], "warning"),
    ("in odd order", [closed(2 * D, H), still_open(D, 2 * H)], "warning"),
    ("the later copy is old as well", [still_open(D, 9 * H), still_open(D, 5 * H)], "critical"),
]
MUST_NOT = [
    ("exactly an hour", [still_open(9 * H, H)]),
    ("fresh", [still_open(9 * H, 4)]),
    ("without last_updated", [still_open(9 * D, None)]),
    ("closed", [closed(9 * D, H)]),
    ("only an older one is open", [closed(H, 5), still_open(9 * D, 8 * D)]),
    ("another copy is fresh", [still_open(D, 9 * H), still_open(D, 5)]),
    ("another copy is closed", [still_open(D, 9 * H), closed(D, 16 * H)]),
    ("updated in the future", [still_open(H, -2)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_an_open_session_without_news_is_a_ghost(why, sessions, word):
    """A newest session that is open without news is a warning after 1 h and critical after 4 h."""
    assert [word] == words(ghost_session, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_ghost(why, sessions):
    """Fresh, closed and unknown sessions are no ghosts, and older open rows say nothing."""
    assert [] == words(ghost_session, evidence(*sessions)), why
