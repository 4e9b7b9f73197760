from datetime import timedelta

import pytest

from bot.diagnosis.rules.ghost_session import ghost_session
from tests.bot.diagnosis.cases import (
    SECOND,
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

BUSY = {"packets_uploaded": 90_000, "packets_downloaded": 90_000}
FEW = {"packets_uploaded": 100, "packets_downloaded": 80}
SLEEPER = FEW | {"radio_link": "NB-IoT"}
ROUTER = [closed(D * n, D - 1, **BUSY) for n in range(4, 30)]


def dead(since, start=3 * D, **changes):
    """Return a session open without news, of a busy one."""
    return still_open(start, since, **BUSY | changes)


FIRES = [
    ("over 4 h", [dead(4 * H + SECOND)], "warning"),
    ("over 8 h", [dead(8 * H + SECOND)], "critical"),
    ("open for 35 days", [dead(5 * H, 35 * D)], "warning"),
    ("always on", [dead(5 * H), *ROUTER], "warning"),
    ("in odd order", [*ROUTER, dead(9 * H)], "critical"),
    ("the later copy is old as well", [dead(9 * H), dead(5 * H)], "warning"),
    ("beside another dead one", [dead(9 * H), dead(5 * H, 2 * D)], "warning"),
    ("an hour's session of a new SIM", [dead(5 * H, 7 * H)], "warning"),
    ("a meter after 5 days", [still_open(15 * D, 5 * D + SECOND, **SLEEPER)], "warning"),
    ("and after weeks: it may sleep so long", [still_open(28 * D, 20 * D, **SLEEPER)], "warning"),
    ("a gauge with few packets after its own time", [still_open(4 * D, 3 * D, **FEW)], "critical"),
    (
        "an hourly one beyond three reports",
        [dead(4 * H + 1, 4 * H + 3), *reports(H, 300, 9)],
        "warning",
    ),
    (
        "a daily one after three days",
        [dead(73 * H, 73 * H + 3), *reports(D, 97 * H, 25)],
        "warning",
    ),
]
MUST_NOT = [
    ("exactly 4 hours", [dead(4 * H)]),
    ("fresh", [dead(4)]),
    ("without last_updated", [dead(None)]),
    ("another one without last_updated", [dead(9 * H), still_open(D, None)]),
    ("closed", [closed(9 * D, H)]),
    ("only an older one is open", [closed(H, 5), dead(8 * D, 9 * D)]),
    ("another one is fresh", [dead(70 * H, 90 * H), dead(3, 60 * H)]),
    ("the older one is fresh, the newer closed", [dead(2, 60 * H), closed(32 * H, H)]),
    ("another copy is fresh", [dead(9 * H), dead(5)]),
    ("another copy is closed", [dead(9 * H), closed(3 * D, 3 * D - 3 * H)]),
    ("updated in the future", [dead(-2, H)]),
    ("a meter that sleeps for four days", [still_open(15 * D, 4 * D, **SLEEPER)]),
    ("a gauge within its own time", [still_open(4 * D, 18 * H, **FEW)]),
    ("a daily one, not closed", [dead(20 * H, 20 * H + 3), *reports(D, 44 * H, 25)]),
    ("packets unknown", [still_open(4 * D, 20 * H, packets_uploaded=None)]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_an_open_session_without_news_is_a_ghost(why, sessions, word):
    """An open session is a ghost after 4 h without news, if packets and rhythm are no reason."""
    assert [word] == words(ghost_session, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_ghost(why, sessions):
    """Fresh, closed and unknown sessions are no ghosts, nor is what sleeps or rests as ever."""
    assert [] == words(ghost_session, evidence(*sessions)), why


@pytest.mark.parametrize(("hours", "told"), [(1, ["warning"]), (3, []), (9, [])])
def test_the_learnt_age_is_the_line(hours, told):
    """Where it is learnt how old the news of the living may be, that is the line instead of 4 h."""
    known = evidence(dead(2 * H), learnt=timedelta(hours=hours))

    assert told == words(ghost_session, known)


def test_stops_are_shown_with_their_line():
    """The finding tells since when there is no news, and how long that may be so."""
    (finding,) = found(ghost_session, evidence(dead(9 * H)))

    assert (9, 4) == tuple(
        finding.evidence[name].total_seconds() / 3600 for name in ("silent_for", "line")
    )
    assert [] == words(ghost_session, evidence(*starts(5)))
