"""The SIMs that were asked for in a thread, then and now."""

from datetime import timedelta

import pytest

from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity
from bot.kore.errors import KoreUnavailable
from bot.sessions.handover import LookedUp, hand_over, sids_of
from bot.sessions.redaction import redacted
from bot.sessions.snapshot import ChangeKind, snapshot_of
from bot.struct import replace
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.builders import a_sim

HOUR = timedelta(hours=1)


def sid(number):
    return "DE" + f"{number:032x}"


def report(number, **changes):
    """Return the report on one of several SIMs."""
    return a_report(sim=a_sim(sid=sid(number), unique_name=f"pump-{number}"), **changes)


def looked_up(number, hours_ago, person="U1", request="", **changes):
    """Return a look-up of it some hours ago."""
    snapshot = snapshot_of(report(number, **changes))
    return LookedUp(NOW - hours_ago * HOUR, person, snapshot, request)


def test_each_sim_is_compared_with_how_it_first_stood():
    """Several look-ups of one SIM are one row, from the first of them on."""
    seen = [
        looked_up(1, 5),
        looked_up(2, 4, "U2", state=State.OFFLINE),
        looked_up(1, 3, state=State.OFFLINE),
    ]
    answers = {sid(1): report(1, state=State.OFFLINE), sid(2): report(2)}

    handed = hand_over(seen, answers, NOW)

    down, back = handed.sims
    assert ("pump-1", 2, NOW - 5 * HOUR) == (down.then.name, down.times, down.first_at)
    assert [ChangeKind.WENT_SILENT] == [change.kind for change in down.changes]
    assert [ChangeKind.CAME_BACK] == [change.kind for change in back.changes]
    assert (3, ("U1", "U2"), NOW - 5 * HOUR) == (handed.questions, handed.people, handed.first_at)
    assert (sid(1), sid(2)) == sids_of(seen)


@pytest.mark.parametrize(
    ("now", "needs"),
    [
        (report(1), False),
        (report(1, findings=(a_finding(severity=Severity.INFO),)), False),
        (report(1, findings=(a_finding(severity=Severity.WARNING),)), True),
        (report(1, state=State.OFFLINE), True),
        (report(1, state=State.UNKNOWN), True),
        (KoreUnavailable(), True),
    ],
    ids=["fine", "info", "warning", "offline", "unknown", "unread"],
)
def test_who_needs_a_look(now, needs):
    """What is online with nothing grave does not; what could not be read does."""
    handed = hand_over([looked_up(1, 1)], {sid(1): now}, NOW)

    assert needs is bool(handed.open)


def test_questions_are_counted_not_sims():
    """Five SIMs of one question are one question; the gravest stand first."""
    seen = [looked_up(n, 2, request="r1") for n in range(5)] + [looked_up(1, 1, request="r2")]
    warned = report(3, findings=(a_finding(severity=Severity.WARNING),))
    grave = report(4, findings=(a_finding(),))

    handed = hand_over(seen, {sid(1): report(1), sid(3): warned, sid(4): grave}, NOW)

    assert (2, 2) == (handed.questions, handed.omitted)
    assert ["pump-4", "pump-3", "pump-1"] == [each.then.name for each in handed.sims]
    assert 2 == len(handed.triage.troubled)


def test_what_is_not_read_has_no_changes():
    """Nobody knows."""
    (sim,) = hand_over([looked_up(1, 1)], {sid(1): KoreUnavailable()}, NOW).sims

    assert () == sim.changes


def test_those_who_need_a_look_come_first():
    """In the order of their first look-up, as do the others."""
    seen = [looked_up(number, 9 - number) for number in (1, 2, 3, 4)]
    answers = {sid(n): report(n, state=State.OFFLINE if n % 2 == 0 else State.ONLINE) for n in
               (1, 2, 3, 4)}  # fmt: skip

    handed = hand_over(seen, answers, NOW)

    assert ["pump-2", "pump-4", "pump-1", "pump-3"] == [sim.then.name for sim in handed.sims]


def test_those_over_the_limit_are_counted():
    """Who was not asked for again is not forgotten."""
    handed = hand_over([looked_up(1, 2), looked_up(2, 1)], {sid(2): report(2)}, NOW)

    assert 1 == handed.omitted
    assert ["pump-2"] == [sim.then.name for sim in handed.sims]


def test_a_redacted_report_stays_so():
    """Why something is left out is said, and no change tells it."""
    before = looked_up(1, 1)
    before = replace(before, snapshot=replace(before.snapshot, imei14="35" + "1" * 12))
    handed = hand_over([before], {sid(1): redacted(report(1), "left out")}, NOW)

    assert "left out" == handed.redacted
    assert "35111" not in str(handed.sims[0].changes)


@pytest.mark.parametrize(("since", "step"), [(6, "do not reset."), (2, "Check its antenna.")])
def test_a_sim_of_an_outage_is_not_reset(since, step):
    """Others of it being back makes no reset right; a silence that began later is its own."""
    outage = a_finding(rule="common_outage")
    ghost = a_finding(rule="ghost_session", evidence={"since": NOW - since * HOUR})
    down = {"state": State.STALE, "findings": (ghost,)}

    handed = hand_over([looked_up(1, 5, findings=(outage,))], {sid(1): report(1, **down)}, NOW)

    (sim,) = handed.open
    assert sim.now.cause.next_step.endswith(step)
    assert () == tuple(each for each in sim.changes if each.finding)
