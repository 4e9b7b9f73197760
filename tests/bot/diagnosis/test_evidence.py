""""""

import itertools
from datetime import timedelta

import pytest

from bot.diagnosis.evidence import Evidence, bursts, busiest, cleaned, middle
from tests.bot.diagnosis.cases import SECOND, D, H, ago, closed, evidence, starts, still_open
from tests.builders import NOON, SID, a_sim


def test_sessions_are_newest_first_whatever_their_order():
    """The order in which KORE gives the rows does not matter."""
    rows = starts(30, 90, 60)

    for mixed in itertools.permutations(rows):
        assert [rows[0], rows[2], rows[1]] == list(evidence(*mixed).sessions)


def test_rows_without_start_are_left_out():
    """A row without `start` is no session."""
    assert () == evidence(still_open(5, start=None), closed(9, 1, start=None)).sessions


def test_unread_sessions_stay_unread():
    """None is not the same as no session."""
    unread = evidence(unread=True)

    assert (None, None, ()) == (unread.sessions, unread.newest, unread.in_order)


COPIES = [
    ("the one updated last stays", still_open(H, 30), still_open(H, 5)),
    ("also when it is the open one", closed(H, 5), still_open(H, 5)),
    ("known beats unknown", still_open(H, None), still_open(H, 50)),
    ("at the same time the closed one", still_open(H, 30), closed(H, 30)),
    (
        "at the same time the one that tells more",
        still_open(H, 5, packets_uploaded=None),
        still_open(H, 5),
    ),
    (
        "a row that does not name its SIM is of this one",
        still_open(H, 9, sim_sid=None),
        still_open(H, 5),
    ),
]


@pytest.mark.parametrize(("why", "early", "late"), COPIES)
def test_copies_of_a_session_are_one(why, early, late):
    """Of rows with the same SIM and start the one updated last stays, in either order."""
    assert (late,) == evidence(early, late).sessions, why
    assert (late,) == evidence(late, early).sessions, why


def test_another_start_or_sim_is_another_session():
    """Only rows of one SIM with one start are the same session."""
    rows = [still_open(H), still_open(H + SECOND), still_open(H, sim_sid="DE" + "f" * 32)]

    assert 3 == len(cleaned(rows, SID))


def test_an_unknown_sid_does_not_make_sessions_one():
    """`sid` may be null on every row; it is not what tells sessions apart."""
    assert 2 == len(evidence(closed(H, 5, sid=None), closed(2 * H, 5, sid=None)).sessions)


def test_gaps_are_never_negative_and_follow_closed_rows_only():
    """Overlaps count as 0, and after a row without `end` there is no gap."""
    rows = [closed(100, 10), closed(80, 10), still_open(60, 55), closed(50, 10), closed(42, 2)]

    assert [10, 10, 0] == [gap.total_seconds() / 60 for gap in evidence(*rows).gaps]


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


HOUR = timedelta(hours=1)


def test_bursts_include_their_ends():
    """A moment exactly one span before counts."""
    moments = [ago(m) for m in (120, 61, 60, 30, 0)]

    assert [1, 2, 3, 3, 3] == [burst.size for burst in bursts(moments, HOUR)]


def test_the_latest_of_the_fullest_is_told():
    """Of two equally full spans the later one is given."""
    moments = [ago(m) for m in (500, 490, 100, 90)]

    assert (2, ago(100), ago(90)) == busiest(moments, HOUR)


def test_without_moments_there_is_no_burst():
    """Nothing has no fullest span."""
    assert busiest([], HOUR) is None


def test_the_middle_of_two_is_their_mean():
    """An even number of durations has a median between the middle two."""
    durations = [timedelta(hours=h) for h in (9, 1, 3, 2)]

    assert timedelta(hours=2.5) == middle(durations)
