import pytest

from bot.diagnosis.rules.never_seen import never_seen
from tests.bot.diagnosis.cases import D, closed, evidence, still_open, words

FIRES = [
    ("active", ()),
    ("ready", ()),
    ("active", (still_open(5, start=None), closed(5, 1, start=None))),
]
MUST_NOT = [
    ("new SIMs are explained", "new", (), False),
    ("blocked SIMs are explained", "suspended", (), False),
    ("a change is under way", "updating", (), False),
    ("an unknown status", None, (), False),
    ("a status nobody has heard of", "inactive", (), False),
    ("unread is not empty", "active", (), True),
    ("a session that ended long ago", "active", (closed(29 * D, 5),), False),
    ("a session open for 35 days", "active", (still_open(35 * D),), False),
    ("a session of which little is known", "active", (still_open(5, None),), False),
]


@pytest.mark.parametrize(("status", "sessions"), FIRES)
def test_an_empty_window_is_critical(status, sessions):
    """A SIM that may connect and has an empty window is critical; rows without start are none."""
    assert ["critical"] == words(never_seen, evidence(*sessions, status=status))


@pytest.mark.parametrize(("why", "status", "sessions", "unread"), MUST_NOT)
def test_what_is_not_never_seen(why, status, sessions, unread):
    """A SIM that may not connect, and a window that holds or may hold a session, find nothing."""
    assert [] == words(never_seen, evidence(*sessions, status=status, unread=unread)), why
