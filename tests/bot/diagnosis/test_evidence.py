import itertools
from datetime import timedelta

import pytest

from bot.diagnosis.evidence import _TIMELESS, Evidence, State, cleaned, since, state_of
from bot.diagnosis.fields import networks_of
from bot.kore.models import SessionRows
from tests.bot.diagnosis.cases import LIMITS, SECOND, D, H, ago, closed, evidence, still_open
from tests.builders import NOON, SID, a_session, a_sim


def test_sessions_are_newest_first_whatever_their_order():
    """The order in which KORE gives the rows does not matter."""
    rows = [closed(30, 1), closed(60, 1), closed(90, 1)]

    for mixed in itertools.permutations(rows):
        assert rows == list(evidence(*mixed).sessions)


def test_rows_that_were_read_before_read_the_same_later():
    """What is kept of KORE's rows is what they say at any later time, and at an earlier one."""
    closed_ones = (closed(9 * H, 60), closed(D, H), closed(2 * D, H))
    odd = a_session(start=ago(3 * H), end="soon", last_updated=ago(2 * H))
    lately = a_session(start=ago(3 * H), end="soon", last_updated=ago(H / 2))
    assert odd.end_is_given
    mixed = ((newest, *closed_ones) for newest in (still_open(5), odd, lately))
    for rows in (closed_ones, *mixed, ()):
        kept, seen = SessionRows(rows), evidence(*rows)
        for hours in (0, 1, 5, -40, 30):
            now = seen.now + timedelta(hours=hours)
            read, anew = (Evidence(seen.sim, told, now) for told in (kept, rows))

            for name in (*_TIMELESS, "sessions", "before_current"):
                assert getattr(anew, name) == getattr(read, name), (rows, hours, name)
            for name in ("starts", "intervals", "longest", "is_always_on", "missed"):
                told = [getattr(each.rhythm, name) for each in (read, anew)]
                mine, theirs = (each() if callable(each) else each for each in told)
                assert theirs == mine, (rows, hours, name)


NO_SESSIONS = [still_open(5, start=None), closed(9, 1, start=None), still_open(-25 * H, None)]


def test_rows_without_start_are_left_out():
    """A row without `start`, or with one that lies days ahead, is no session."""
    assert () == evidence(*NO_SESSIONS).sessions


def test_unread_sessions_stay_unread():
    """None is not the same as no session."""
    unread = evidence(unread=True)

    assert (None, None, ()) == (unread.sessions, unread.newest, unread.in_order)


COPIES = [
    ("the one updated last stays", still_open(H, 30), still_open(H, 5)),
    ("also when it is the open one", closed(H, 5), still_open(H, 5)),
    ("known beats unknown", still_open(H, None), still_open(H, 50)),
    ("at the same time the closed one", still_open(H, 30), closed(H, 30)),
    ("else the one that tells more", still_open(H, 5, packets_uploaded=None), still_open(H, 5)),
    ("a row without its SIM is of this one", still_open(H, 9, sim_sid=None), still_open(H, 5)),
]


@pytest.mark.parametrize(("why", "early", "late"), COPIES)
def test_copies_of_a_session_are_one(why, early, late):
    """Of rows with the same SIM and start the one updated last stays, in either order."""
    assert (late,) == evidence(early, late).sessions, why
    assert (late,) == evidence(late, early).sessions, why


def test_another_start_or_sim_is_another_session():
    """Only rows of one SIM with one start are the same session."""
    rows = [still_open(H), still_open(H + SECOND), still_open(H, sim_sid="DE" + "f" * 32)]

    assert 3 == len(cleaned(rows, SID, NOON))


def test_an_unknown_sid_does_not_make_sessions_one():
    """`sid` may be null on every row; it is not what tells sessions apart."""
    assert 2 == len(evidence(closed(H, 5, sid=None), closed(2 * H, 5, sid=None)).sessions)


ODD_TIMES = [
    ("ends more than 2 min before it starts", {"end": ago(H + 3)}, "end"),
    ("ends more than a day ahead", {"end": ago(-25 * H)}, "end"),
    ("has news of more than a day ahead", {"last_updated": ago(-25 * H)}, "last_updated"),
    ("has news from before it started", {"last_updated": ago(H + 3)}, "last_updated"),
]


@pytest.mark.parametrize(("why", "changes", "field"), ODD_TIMES)
def test_times_that_cannot_be_are_unknown(why, changes, field):
    """A time well before the session's own start, or well ahead, is no time; the row stays."""
    (session,) = evidence(still_open(H, 5, **changes)).sessions

    assert getattr(session, field) is None, why


OPEN = [
    ("without an end", [still_open(H, None)], 1),
    ("several", [still_open(H), still_open(9 * D, 8 * D)], 2),
    ("an end that cannot be read, with news", [still_open(H, 5, end="soon")], 1),
    ("an end that cannot be read, without", [still_open(9 * H, 2 * H, end="soon")], 0),
    ("an end that cannot be read, and nothing else", [still_open(H, None, end="soon")], 0),
    ("an end before its start, with news", [still_open(H, 5, end=ago(3 * H))], 1),
    ("closed", [closed(H, 5)], 0),
]


@pytest.mark.parametrize(("why", "sessions", "number"), OPEN)
def test_all_open_sessions_are_current(why, sessions, number):
    """Several sessions may be open; one whose end cannot be read is, while there is news of it."""
    assert number == len(evidence(*sessions).open), why


CURRENT = [
    ("the newest", [closed(H, 5), closed(2 * H, 5)], 0),
    ("the open one with the latest news", [still_open(H, 40), still_open(9 * H, 2)], 1),
    ("an older one with news beside a closed one", [closed(H, 5), still_open(9 * H, 2)], 1),
    ("not one that died before a newer one did", [closed(H, 5), still_open(9 * D, 8 * D)], 0),
]


@pytest.mark.parametrize(("why", "sessions", "place"), CURRENT)
def test_the_session_that_is_shown(why, sessions, place):
    """The open session with the latest news is shown, else the newest."""
    assert sessions[place] == evidence(*sessions).current, why


def test_networks_are_one_however_they_are_written():
    """Of one operator 26, 260 and 026 are one network; of another, or of none, they are not."""
    told = [("26", "A"), ("260", "A"), ("026", "a"), ("260", "B"), ("410", "A"), ("30", None)]
    rows = [closed(H * n, 5, operator_mnc=m, operator_name=o) for n, (m, o) in enumerate(told, 1)]
    networks = networks_of(rows)

    assert [310, 260, 260, 260, 260, 410, 30] == [310, *(network.mnc for network in networks)]
    assert [None, None] == networks_of([a_session(operator_mnc=None), a_session(operator_mcc="x")])


@pytest.mark.parametrize(
    ("minutes", "number"), [(D, 1), (D + SECOND, 0), (1, 1), (-5, 1), (35 * D, 0)]
)
def test_a_day_includes_its_beginning(minutes, number):
    """Sessions that started exactly a day ago are of the last day; what started before is not."""
    known = evidence(closed(minutes, 1))

    assert number == len(known.started_within(NOON - ago(D)))


def test_evidence_is_frozen():
    """Nothing can be changed by a rule."""
    known = Evidence(a_sim(), (), NOON)

    with pytest.raises(AttributeError):
        known.sessions = None


BLOCKED = ["suspended", "deactivated", "canceled", "deleted", "Suspended", "Cancelled"]
EPOCH = "1970-01-01T00:00:00Z"
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
    ("one of two is unknown", [still_open(9 * H, None), still_open(D, 9 * H)], State.UNKNOWN),
    ("its end cannot be read, with news", [still_open(H, 5, end=EPOCH)], State.ONLINE),
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
@pytest.mark.parametrize("status", [*BLOCKED, "new"])
def test_the_sim_comes_first(status, sessions):
    """A blocked SIM is blocked, and a new one not activated, whatever its sessions say."""
    expected = State.NOT_ACTIVATED if status == "new" else State.BLOCKED

    assert expected is state_of(evidence(*sessions, status=status), LIMITS)


def test_unread_sessions_are_unknown_unless_the_sim_tells():
    """Sessions that could not be read make the state unknown, but a blocked SIM stays blocked."""
    states = [state_of(evidence(unread=True, status=s), LIMITS) for s in ("active", "suspended")]

    assert [State.UNKNOWN, State.BLOCKED] == states


SINCE = [
    ("online", {}, [still_open(H)], ago(H)),
    ("stale", {}, [still_open(9 * H, 2 * H)], ago(2 * H)),
    ("offline", {}, [closed(H, 5)], ago(55)),
    ("blocked", {"status": "suspended", "date_updated": ago(D)}, [still_open(H)], ago(D)),
    ("not activated", {"status": "new", "date_updated": ago(D)}, [], ago(D)),
    ("blocked at an unknown time", {"status": "suspended"}, [closed(H, 5)], None),
    ("never seen", {"date_updated": ago(D)}, [], None),
    ("unknown", {"date_updated": ago(D)}, [still_open(H, None)], None),
]


@pytest.mark.parametrize(("why", "sim", "sessions", "moment"), SINCE)
def test_since_when_the_state_holds(why, sim, sessions, moment):
    """Since the newest session's start, last update or end, or the SIM's last change."""
    known = evidence(*sessions, **sim)

    assert moment == since(state_of(known, LIMITS), known), why
