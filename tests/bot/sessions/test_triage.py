"""Many SIMs put in order."""

from datetime import timedelta

import pytest

from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.state import State
from bot.kore.errors import KoreUnavailable
from bot.sessions.triage import Outage, Unread, gravity, last_seen, triage, verdict
from bot.sims.errors import SimNotFound
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.builders import NOON, a_session, a_sim

GONE = SimNotFound("I found no such SIM.")


def sim(number, **changes):
    """Return a report on one of many."""
    about = a_sim(sid=f"DE{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=about, query=f"pump-{number}", **changes)


def found(severity, rule="flapping"):
    return {"findings": (a_finding(severity=severity, rule=rule),)}


def an_outage(sims=3, asked=5, network="Telcel"):
    told = {"sims": sims, "asked": asked, "network": network, "first": NOON, "last": NOW}
    return a_finding(rule="common_outage", title="Common outage", evidence=told)


def names(made):
    return [row.query for row in made.rows]


def test_the_worst_comes_first():
    """
    By severity, then by state, then by name; what could not be read stands after the warnings.
    """
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


def test_outages_are_told_once_the_largest_first():
    """Each network's outage stands once, however many SIMs report it."""
    answers = [
        sim(1, findings=(an_outage(3, 8, "Telcel"),)),
        sim(2, findings=(an_outage(3, 8, "Telcel"),)),
        sim(3, findings=(an_outage(4, 8, "Movistar"),)),
        sim(4, findings=(an_outage(sims=None),)),
    ]

    outages = triage(["a", "b", "c", "d"], answers).outages

    assert (Outage(4, 8, "Movistar", NOON, NOW), Outage(3, 8, "Telcel", NOON, NOW)) == outages


@pytest.mark.parametrize(
    ("findings", "rule", "weight"),
    [
        ((), None, 0),
        ((a_finding(rule="healthy", severity=Severity.INFO),), "healthy", 0),
        ((a_finding(rule="gone_silent"), an_outage()), "common_outage", 3),
        ((a_finding(severity=Severity.WARNING),), "flapping", 2),
    ],
)
def test_verdict_and_gravity(findings, rule, weight):
    """What several share says most; good news weighs nothing."""
    report = a_report(findings=findings)
    told = verdict(report)

    assert rule == (told.rule if isinstance(told, Finding) else None)
    assert weight == gravity(report)


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
