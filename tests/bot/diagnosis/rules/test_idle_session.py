import pytest

from bot.diagnosis.rules.idle_session import idle_session
from tests.bot.diagnosis.cases import SECOND, D, H, closed, evidence, still_open, words

EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}
FIRES = [
    ("older than an hour", [still_open(H + SECOND, 5, **EMPTY)]),
    ("updated exactly an hour ago", [still_open(2 * H, H, **EMPTY)]),
    ("an older one beside a closed one", [closed(H, 5), still_open(9 * H, 5, **EMPTY)]),
    ("for days", [still_open(3 * D, 5, **EMPTY), closed(9 * D, H)]),
]
MUST_NOT = [
    ("exactly an hour", [still_open(H, 5, **EMPTY)]),
    ("without news", [still_open(9 * H, H + SECOND, **EMPTY)]),
    ("without last_updated", [still_open(9 * H, None, **EMPTY)]),
    ("a packet up", [still_open(9 * H, 5, packets_uploaded=1, packets_downloaded=0)]),
    ("a packet down", [still_open(9 * H, 5, packets_uploaded=0, packets_downloaded=1)]),
    ("unknown up", [still_open(9 * H, 5, packets_uploaded=None, packets_downloaded=0)]),
    ("unknown down", [still_open(9 * H, 5, packets_uploaded=0, packets_downloaded=None)]),
    ("closed", [closed(9 * H, H, **EMPTY)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_live_session_without_a_packet_is_told(why, sessions):
    """A live session of more than an hour with known counters of 0 is info."""
    assert ["info"] == words(idle_session, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_idle(why, sessions):
    """A young, stale, closed or used session, or one with unknown counters, is not idle."""
    assert [] == words(idle_session, evidence(*sessions)), why
