"""The rows of a scan as SIMs that are compared for a common outage."""

from dataclasses import replace

import pytest

from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.rule import Finding, Severity
from bot.digests.outage import loss_of, member_of
from bot.store.scans import ScanRow
from tests.bot.watches.watch_builders import a_snapshot
from tests.builders import NOON, SID, a_session


def silent(rule="gone_silent", **evidence):
    """Return a finding of a silence since noon."""
    told = {"since": NOON} | evidence
    return Finding(rule, Severity.CRITICAL, "Silent", "", "", "", told)


@pytest.mark.parametrize(
    ("session", "findings", "expected"),
    [
        (a_session(), [silent()], ("310-260", NOON.timestamp())),
        (a_session(), [silent("ghost_session")], ("310-260", NOON.timestamp())),
        (a_session(operator_mnc="04"), [silent()], ("310-04", NOON.timestamp())),
        (a_session(operator_mcc=None), [silent()], (None, NOON.timestamp())),
        (a_session(), [], (None, None)),
        (a_session(), [silent("flapping")], (None, None)),
        (a_session(), [silent(at_its_usual_hour=True)], (None, None)),
        (a_session(), [replace(silent(), explained_by="sim_not_active")], (None, None)),
        (None, [silent()], (None, NOON.timestamp())),
    ],
)
def test_a_loss(session, findings, expected):
    """A SIM is lost where a silence was found that nothing of its own explains."""
    assert expected == loss_of(session, findings)


def test_a_member_has_all_that_outages_are_compared_by():
    """The row of a scan tells a SIM's traits and when it was lost; a failed row tells nothing."""
    seen = a_snapshot("offline", plan="WP1", cell_id="334-020-1-1")
    row = ScanRow(SID, "offline", 0, 0, seen.to_json(), lost_on="334-20", lost_at=12.0)
    traits = {
        Trait.CELL: "334-020-1-1",
        Trait.NETWORK: "Telcel (334-020)",
        Trait.PLAN: "WP1",
        Trait.MODEL: "01493100",
        Trait.COUNTRY: "MEX",
        Trait.RADIO: "LTE",
    }

    assert None is member_of(replace(row, fault="KORE is away."))
    assert Member(SID, 12.0, seen.seen_at.timestamp(), traits) == member_of(row)
