from datetime import timedelta

from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.kore.cache import Fetched
from bot.kore.errors import KoreUnavailable
from bot.sessions.fetch import Allowance, Read
from bot.sessions.verdict import Judge
from tests.bot.diagnosis.cases import H, a_plan, ago, still_open
from tests.bot.sessions.conftest import rules
from tests.builders import NOON, SID, a_sim

JUDGE = Judge(Thresholds())
OLD, OLDER = ago(5), ago(9)


def a_read(*rows, sim=None, **told):
    """Return a SIM with these rows as they were read."""
    sessions = Fetched(rows, OLDER, **told)
    return Read("pump-7", Fetched(sim or a_sim(), OLD), sessions, None)


def test_a_report_has_all_that_was_read():
    """State, rows newest first, summary, findings and the plan stand in the report."""
    plan = a_plan(data_enabled=False)
    read = a_read(still_open(3 * H, 2 * H), still_open(H))
    report = JUDGE.report(read, Allowance(rate_plan=plan), NOON)

    assert (State.ONLINE, ago(H), 2) == (report.state, report.since, report.summary.sessions)
    assert [ago(H), ago(3 * H)] == [session.start for session in report.sessions]
    assert ("plan_blocks_data", "critical") == rules(report)[0]
    assert plan is report.rate_plan


def test_a_report_is_as_old_as_its_oldest_part():
    """Age, staleness and skipped rows are those of SIM and sessions together."""
    report = JUDGE.report(a_read(still_open(H), stale=True, skipped_rows=2), Allowance(), NOON)

    assert (OLDER, NOON, True, 2) == (
        report.as_of,
        report.made_at,
        report.stale,
        report.skipped_rows,
    )


def test_sessions_that_failed_leave_the_age_of_the_sim():
    """Without sessions the report is as old as the SIM, and says why there are none."""
    report = JUDGE.report(
        Read("pump-7", Fetched(a_sim(), OLD), KoreUnavailable("down"), None), Allowance(), NOON
    )

    assert (OLD, None, None, "down") == (
        report.as_of,
        report.sessions,
        report.summary,
        report.problem,
    )


def lost(number, minutes):
    """Return the report on a SIM that was lost so many minutes ago."""
    read = a_read(
        still_open(9 * H, minutes, imei=None, packets_uploaded=90_000),
        sim=a_sim(sid=f"DE{number:032}"),
    )
    return JUDGE.report(read, Allowance(), NOON)


def test_together_they_tell_more():
    """
    What shows over several SIMs is added to those that it concerns; errors stay in their places.
    """
    online = JUDGE.report(a_read(still_open(H)), Allowance(), NOON)
    error = BotError()
    told = JUDGE.together([lost(7, 300), error, lost(8, 301), online, lost(9, 302)])

    outages = ["common_outage" in {f.rule for f in getattr(each, "findings", ())} for each in told]
    assert [True, False, True, False, True] == outages
    assert error is told[1]
    assert online == told[3]
    assert SID == told[3].sim.sid


def test_the_judge_s_thresholds_hold():
    """What is stale depends on the thresholds that the judge was given."""
    patient = Judge(Thresholds(stale_after=timedelta(hours=9)))

    assert State.ONLINE is patient.report(a_read(still_open(9 * H, 8 * H)), Allowance(), NOON).state
