"""A common outage over a fleet that streams by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.engine import diagnose_together
from bot.diagnosis.rule import Case, Finding, Severity
from bot.diagnosis.thresholds import Thresholds
from bot.digests.outage import FleetMember, Loss, Outage, loss_of, member_of, outages
from bot.store.scans import ScanRow
from tests.bot.watches.watch_builders import a_snapshot
from tests.builders import NOON, SID, a_session

MINUTE = 60.0
LIMITS = Thresholds()


def silent(rule="gone_silent"):
    """Return a finding."""
    return Finding(rule, Severity.CRITICAL, "Silent", "", "", "")


async def streamed(losses):
    """Return losses as the store does: by network, and by time."""
    for loss in sorted(losses, key=lambda each: (each.network, each.at)):
        yield loss


async def found(losses, asked):
    """Return the outages among so many SIMs that were asked for."""
    return await outages(streamed(losses), asked, LIMITS)


async def test_sims_lost_together_are_one_outage():
    """Three SIMs lost on one network within half an hour are an outage, told with its span."""
    losses = [Loss("334-20", n * 10 * MINUTE) for n in range(3)]

    assert (Outage("334-20", 3, 0.0, 20 * MINUTE),) == await found(losses, 10)


@pytest.mark.parametrize(
    ("losses", "asked"),
    [
        ([], 0),
        ([Loss("334-20", 0.0), Loss("334-20", 1.0)], 2),
        ([Loss("334-20", n * 20 * MINUTE) for n in range(9)], 9),
        ([Loss(f"334-{n}", 0.0) for n in range(9)], 9),
        ([Loss("334-20", 0.0) for _ in range(19)], 100),
    ],
)
async def test_what_is_no_outage(losses, asked):
    """Too few, too far apart, on several networks, or too small a part of all is no outage."""
    assert () == await found(losses, asked)


async def test_the_greatest_comes_first():
    """Each network has its own outage, and the one with the most SIMs is told first."""
    losses = [Loss("1-1", 0.0)] * 3 + [Loss("2-2", 0.0)] * 5

    assert ["2-2", "1-1"] == [outage.network for outage in await found(losses, 10)]


@pytest.mark.parametrize(
    ("session", "findings", "expected"),
    [
        (a_session(end=NOON), [silent()], Loss("310-260", NOON.timestamp())),
        (a_session(), [silent("ghost_session")], Loss("310-260", NOON.timestamp())),
        (a_session(operator_mnc="04"), [silent()], Loss("310-04", NOON.timestamp())),
        (a_session(), [], None),
        (a_session(), [silent("flapping")], None),
        (a_session(operator_mcc=None), [silent()], None),
        (a_session(last_updated=None), [silent()], None),
        (None, [silent()], None),
    ],
)
def test_a_loss(session, findings, expected):
    """A SIM is lost where a silence was found, on a known network, at a known moment."""
    assert expected == loss_of(session, findings)


def test_a_fleet_member_has_all_that_outages_are_compared_by():
    """The row of a scan tells a SIM's traits and when it was lost; a failed row tells nothing."""
    seen = a_snapshot("offline", plan="WP1", cell_id="334-020-1-1")
    row = ScanRow(SID, "offline", 0, 0, seen.to_json(), lost_on="334-20", lost_at=12.0)
    heard = seen.seen_at.timestamp()

    assert None is member_of(replace(row, fault="KORE is away."))
    assert member_of(row) == FleetMember(
        SID, 12.0, heard, "334-020", "334-020-1-1", "MEX", "WP1", "01493100", "LTE"
    )


SIMS = st.lists(
    st.tuples(st.sampled_from(["20", "30"]), st.integers(0, 120), st.booleans()), max_size=30
)


@given(SIMS)
async def test_the_rule_over_several_sims_finds_the_same(sims):
    """Streamed losses make an outage of as many SIMs as the rule that sees all of them at once."""
    cases = [
        Case(
            f"DE{n:032x}",
            a_session(end=NOON + timedelta(minutes=at), operator_mcc="334", operator_mnc=mnc),
            (silent(),) if is_lost else (),
        )
        for n, (mnc, at, is_lost) in enumerate(sims)
    ]
    told = {
        (finding.evidence["network"], finding.evidence["sims"])
        for findings in diagnose_together(cases, LIMITS)
        for finding in findings
        if finding.rule == "common_outage"
    }
    greatest = {network: max(size for name, size in told if name == network) for network, _ in told}
    losses = [loss for case in cases if (loss := loss_of(case.newest, case.findings))]
    streamed_by = await found(losses, len(cases))

    assert sorted(greatest.values()) == sorted(outage.sims for outage in streamed_by)
    assert all(datetime.fromtimestamp(o.last, UTC) >= NOON for o in streamed_by)
