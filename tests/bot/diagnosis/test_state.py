from datetime import timedelta

import pytest

from bot.diagnosis.state import State, since, state_of
from tests.bot.diagnosis.cases import LIMITS, SECOND, D, H, ago, closed, evidence, still_open

BLOCKED = ["suspended", "deactivated", "canceled", "deleted", "Suspended"]
BY_SESSIONS = [
    ("just now", [still_open(H, 1)], State.ONLINE),
    ("exactly an hour", [still_open(9 * H, H)], State.ONLINE),
    ("in the future", [still_open(H, -3)], State.ONLINE),
    ("over an hour", [still_open(9 * H, H + SECOND)], State.STALE),
    ("open for 35 days", [still_open(35 * D, 5)], State.ONLINE),
    ("closed", [closed(H, 5)], State.OFFLINE),
    ("closed long ago", [closed(29 * D, 5)], State.OFFLINE),
    ("an older row was never closed", [closed(H, 5), still_open(D, D - 5)], State.STALE),
    ("the newest by start, not by place", [closed(D, 5), still_open(H)], State.ONLINE),
    ("the older one of two has news", [closed(32 * H, H), still_open(60 * H, 2)], State.ONLINE),
    ("one of two open ones has news", [still_open(90 * H, 70 * H), still_open(H)], State.ONLINE),
    (
        "of one of two nothing is known",
        [still_open(9 * H, None), still_open(D, 9 * H)],
        State.UNKNOWN,
    ),
    (
        "its end cannot be read, with news",
        [still_open(H, 5, end="1970-01-01T00:00:00Z")],
        State.ONLINE,
    ),
    ("its end cannot be read", [still_open(9 * H, 8 * H, end="soon")], State.OFFLINE),
    ("no session", [], State.NEVER_SEEN),
    ("rows without start", [still_open(5, start=None)], State.NEVER_SEEN),
    ("open without news", [still_open(H, None)], State.UNKNOWN),
    ("closed without news", [closed(H, 5, last_updated=None)], State.OFFLINE),
    ("two copies, one without news", [still_open(H, None), still_open(H, 5)], State.ONLINE),
]


@pytest.mark.parametrize(("why", "sessions", "state"), BY_SESSIONS)
@pytest.mark.parametrize("status", ["active", "ready", "updating", "scheduled", None, "unheard-of"])
def test_the_newest_session_gives_the_state(why, sessions, state, status):
    """A SIM that may connect, or whose status says nothing, is what its newest session is."""
    assert state is state_of(evidence(*sessions, status=status), LIMITS), why


@pytest.mark.parametrize(("hours", "state"), [(1, State.STALE), (3, State.ONLINE)])
def test_the_learnt_age_makes_it_online(hours, state):
    """News that is no older than that of others that live is fresh."""
    known = evidence(still_open(9 * H, 2 * H), learnt=timedelta(hours=hours))

    assert state is state_of(known, LIMITS)


@pytest.mark.parametrize("sessions", [[], [still_open(H)], [closed(H, 5)]])
@pytest.mark.parametrize("status", BLOCKED)
def test_the_sim_comes_first(status, sessions):
    """A blocked SIM is blocked whatever its sessions say."""
    assert State.BLOCKED is state_of(evidence(*sessions, status=status), LIMITS)


def test_a_new_sim_is_not_activated():
    """A new SIM is not activated, with sessions or without."""
    states = {state_of(evidence(*s, status="new"), LIMITS) for s in ([], [still_open(H)])}

    assert {State.NOT_ACTIVATED} == states


def test_unread_sessions_are_unknown_unless_the_sim_tells():
    """Sessions that could not be read make the state unknown, but a blocked SIM stays blocked."""
    states = [state_of(evidence(unread=True, status=s), LIMITS) for s in ("active", "suspended")]

    assert [State.UNKNOWN, State.BLOCKED] == states


SINCE = [
    ("online", {}, [still_open(H)], ago(H)),
    ("stale", {}, [still_open(9 * H, 2 * H)], ago(9 * H)),
    ("offline", {}, [closed(H, 5)], ago(55)),
    ("blocked", {"status": "suspended", "date_updated": ago(D)}, [still_open(H)], ago(D)),
    ("not activated", {"status": "new", "date_updated": ago(D)}, [], ago(D)),
    ("blocked at an unknown time", {"status": "suspended"}, [closed(H, 5)], None),
    ("never seen", {"date_updated": ago(D)}, [], None),
    ("unknown", {"date_updated": ago(D)}, [still_open(H, None)], None),
]


@pytest.mark.parametrize(("why", "sim", "sessions", "moment"), SINCE)
def test_since_when_the_state_holds(why, sim, sessions, moment):
    """The state holds since the start or end of the newest session, or the SIM's last change."""
    known = evidence(*sessions, **sim)

    assert moment == since(state_of(known, LIMITS), known), why
