import pytest

from bot.diagnosis.engine import diagnose, diagnose_together
from bot.diagnosis.rule import Case
from tests.bot.diagnosis.cases import LIMITS, SECOND, D, H, closed, evidence, still_open

ELSEWHERE = {"operator_mcc": "334", "operator_mnc": "020"}


def sim(number, newest, **changes):
    """Return a SIM with one session, as it was found alone."""
    known = evidence(newest, sid=f"DE{number:032}", **changes)
    return Case(known.sim.sid, known.newest, diagnose(known, LIMITS))


def lost(*minutes, first=0, **changes):
    """Return SIMs whose open session was last heard of so many minutes ago."""
    return [sim(first + n, still_open(3 * D, m, **changes)) for n, m in enumerate(minutes)]


def gone(*minutes, first=0, **changes):
    """Return SIMs whose last session ended so many minutes ago."""
    return [sim(first + n, closed(m + H, H, **changes)) for n, m in enumerate(minutes)]


def fine(number, first=100):
    """Return so many SIMs that are online."""
    return [sim(first + n, still_open(H)) for n in range(number)]


def outage(found):
    """Return the common outage among the findings of a SIM."""
    return next(finding for finding in found if finding.rule == "common_outage")


def concerned(cases):
    """Return the places of the cases that a common outage concerns."""
    together = diagnose_together(cases, LIMITS)
    return [n for n, found in enumerate(together) if "common_outage" in {f.rule for f in found}]


FIRES = [
    ("3 ghosts", lost(120, 125, 130), [0, 1, 2]),
    ("3 silent ones", gone(2 * D, 2 * D + 5, 2 * D + 9), [0, 1, 2]),
    ("ghosts and silent ones", [*lost(1500, 1501), *gone(1502, first=9)], [0, 1, 2]),
    ("exactly 30 min", lost(120, 135, 150), [0, 1, 2]),
    ("exactly 20 %", lost(120, 125, 130) + fine(12), [0, 1, 2]),
    ("those lost at another time are not concerned", lost(120, 125, 130, 400), [0, 1, 2]),
    (
        "those on another network neither",
        lost(120, 121, 122) + lost(121, first=9, **ELSEWHERE),
        [0, 1, 2],
    ),
    ("one after the other", lost(100, 115, 130, 145), [0, 1, 2, 3]),
    (
        "26 is 026",
        lost(120, first=1, operator_mnc="26") + lost(121, 122, first=5, operator_mnc="026"),
        [0, 1, 2],
    ),
    ("asked for twice", [*lost(120, 125, 130), *lost(120)], [0, 1, 2, 3]),
    (
        "two outages",
        lost(120, 121, 122) + lost(600, 601, 602, first=9, **ELSEWHERE),
        [0, 1, 2, 3, 4, 5],
    ),
]
MUST_NOT = [
    ("2 SIMs", lost(120, 125)),
    ("one SIM three times", lost(120) * 3),
    ("2 SIMs, one of them twice", [*lost(120, 125), *lost(120)]),
    ("over 30 min", lost(120, 135, 150 + SECOND)),
    ("under 20 %", lost(120, 125, 130) + fine(13)),
    (
        "three networks",
        lost(120) + lost(121, first=5, **ELSEWHERE) + lost(122, first=9, operator_mnc="1"),
    ),
    ("unknown network", lost(120, 121, 122, operator_mnc=None)),
    ("still fresh", lost(10, 11, 12)),
    ("closed, not long ago", gone(120, 121, 122)),
    ("no SIM", []),
]


@pytest.mark.parametrize(("why", "cases", "places"), FIRES)
def test_sims_lost_together_share_an_outage(why, cases, places):
    """Three SIMs and a fifth of all, lost on one network within 30 min, share an outage."""
    assert places == concerned(cases), why


@pytest.mark.parametrize(("why", "cases"), MUST_NOT)
def test_what_is_no_common_outage(why, cases):
    """Fewer SIMs, other networks and other times are no common outage."""
    assert [] == concerned(cases), why


def test_it_stands_in_the_order_of_the_answer():
    """The outage is critical and stands among the critical findings where the table has it."""
    cases = lost(300, 301, 302)
    together = diagnose_together(cases, LIMITS)

    told = [(finding.rule, finding.severity.word) for finding in together[0]]
    assert [("common_outage", "critical"), ("ghost_session", "critical")] == told
    assert "common_outage" == together[0][1].explained_by


def test_the_larger_company_is_told():
    """
    A SIM at the edge of two spans tells of the fuller one, and each finding counts all asked for.
    """
    cases = lost(100, 105, 125, 135, 136, 137)
    outages = [outage(found) for found in diagnose_together(cases, LIMITS)]

    assert [3, 3, 4, 4, 4, 4] == [finding.evidence["sims"] for finding in outages]
    assert {6} == {finding.evidence["asked"] for finding in outages}


def test_a_suspended_sim_counts():
    """A SIM whose own state explains its silence still counts."""
    cases = [*lost(300, 301), sim(9, still_open(D, 302), status="suspended")]
    together = diagnose_together(cases, LIMITS)

    words = [outage(found).severity.word for found in together]
    assert ["critical", "critical", "critical"] == words
