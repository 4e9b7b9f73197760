"""Many SIMs put in order."""

from datetime import timedelta

import pytest

from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity, When
from bot.errors import SimNotFound
from bot.kore.errors import KoreUnavailable
from bot.sessions.triage import (
    SharedOutage,
    Unread,
    can_come_back,
    gravity,
    is_troubled,
    last_seen,
    triage,
)
from bot.struct import replace
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.builders import NOON, a_session, a_sim

GONE = SimNotFound("I found no such SIM.")


def sim(number, **changes):
    """Return a report on one of many."""
    about = a_sim(sid=f"DE{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=about, query=f"pump-{number}", **changes)


def found(severity, rule="flapping"):
    return {"findings": (a_finding(severity=severity, rule=rule),)}


def an_outage(sims=3, well=2, value="Telcel", **more):
    told = {
        "sims": sims,
        "well": well,
        "trait": "network",
        "value": value,
        "first": NOON,
        "last": NOW,
    }
    return a_finding(rule="common_outage", title="Common outage", evidence=told | more)


def names(made):
    return [row.query for row in made.rows]


def test_the_worst_comes_first():
    """By severity, then by state, then by name; what was not read stands after the warnings."""
    answers = [
        sim(1, state=State.ONLINE, **found(Severity.INFO, "healthy")),
        sim(17, state=State.OFFLINE, **found(Severity.CRITICAL)),
        sim(7, state=State.OFFLINE, **found(Severity.CRITICAL)),
        GONE,
        sim(2, state=State.STALE, **found(Severity.WARNING)),
        sim(3, state=State.ONLINE, **found(Severity.INFO)),
        sim(4, state=State.ONLINE, **found(Severity.CRITICAL)),
    ]
    texts = ["pump-1", "pump-17", "pump-7", "gone-1", "pump-2", "pump-3", "pump-4"]

    made = triage(texts, answers)

    assert ["pump-7", "pump-17", "pump-4", "pump-2", "gone-1", "pump-3", "pump-1"] == names(made)


def test_a_sim_that_was_named_twice_is_one_row():
    """Its name and its SID give one row; an identifier that is not read never hides another."""
    made = triage(["pump-7", "DE…7", "a", "b"], [sim(7), sim(7), GONE, GONE])

    assert (1, 2) == (len(made.reports), len(made.unread))
    assert [Unread("a", GONE), Unread("b", GONE)] == list(made.unread)


def test_what_is_not_read_yet_is_counted():
    """None is waiting; what is beyond the limit is only counted."""
    made = triage(["a", "b", "c"], [None, sim(1), None], cut=7)

    assert (1, 2, 7) == (len(made.rows), made.waiting, made.cut)


def test_causes_are_counted_outages_first():
    """Each SIM counts under its one cause; an outage is one however many SIMs report it."""
    explained = a_finding(rule="gone_silent", explained_by="common_outage")
    answers = [
        *(sim(number, **found(Severity.CRITICAL)) for number in range(3)),
        sim(3, findings=(an_outage(value="Telcel", others=3, others_silent=1), explained)),
        sim(4, findings=(an_outage(value="Telcel", others=3, others_silent=1),)),
        sim(5, findings=(an_outage(value="Movistar"),)),
        sim(6, findings=(an_outage(sims=None),)),
        sim(7, **found(Severity.INFO)),
    ]

    made = triage([f"pump-{at}" for at in range(8)], answers)

    assert [
        (SharedOutage(3, 5, "network", "Telcel", NOON, NOW, 3, 1), 2),
        (SharedOutage(3, 5, "network", "Movistar", NOON, NOW), 1),
        (None, 3),
        (None, 1),
    ] == [(cause.outage, len(cause.reports)) for cause in made.causes]
    assert 7 == len(made.troubled) == sum(len(cause.reports) for cause in made.causes)


def test_what_is_unclear_is_counted():
    """What could not be read, stands in an unknown state or is old is nothing to be calm about."""
    made = triage(["a", "b", "c"], [GONE, sim(1, state=State.UNKNOWN), sim(2, stale=True)])

    assert 3 == made.unclear
    assert 0 == triage(["a"], [sim(1)]).unclear
    for part in ({"allowance_known": False}, {"skipped_rows": 1}):
        assert 1 == triage(["a"], [replace(sim(1), **part)]).unclear


@pytest.mark.parametrize(
    ("findings", "weight"),
    [
        ((), 0),
        ((a_finding(rule="healthy", severity=Severity.INFO),), 0),
        ((a_finding(rule="reconnects_often", severity=Severity.INFO),), 1),
        ((a_finding(when=When.OVER),), 0),
        ((an_outage(), a_finding(rule="gone_silent", explained_by="common_outage")), 3),
        ((a_finding(severity=Severity.WARNING),), 2),
    ],
)
def test_gravity_is_that_of_the_cause(findings, weight):
    """Good news, remarks and what is over weigh nothing."""
    report = a_report(findings=findings)

    assert (weight, weight >= 2) == (gravity(report), is_troubled(report))


@pytest.mark.parametrize(
    ("status", "can"),
    [
        ("active", True),
        ("suspended", True),
        (None, True),
        ("Canceled", False),
        ("deactivated", False),
    ],
)
def test_who_can_come_back(status, can):
    """A canceled or deactivated SIM will not be online again."""
    assert can is can_come_back(a_report(sim=a_sim(status=status)))


@pytest.mark.parametrize(
    ("session", "moment"),
    [
        (a_session(end=NOW), NOW),
        (a_session(last_updated=NOON), NOON),
        (a_session(last_updated=None), None),
    ],
)
def test_last_seen(session, moment):
    """The end of the newest session, else its last update; unknown is None."""
    assert moment == last_seen(a_report(sessions=(session,)))
    assert last_seen(a_report(sessions=None, made_at=NOW + timedelta(1))) is None


def test_a_kore_that_fails_is_a_row_too():
    """No identifier is ever dropped."""
    made = triage(["a", "b"], [KoreUnavailable(), GONE])

    assert ["a", "b"] == names(made)
