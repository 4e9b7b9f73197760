"""What changed between two runs."""

from dataclasses import replace

import pytest

from bot.diagnosis.state import State
from bot.digests.differences import Differences, gravest, known
from bot.sessions.changes import ChangeKind
from bot.sessions.snapshot import Found, Snapshot
from bot.sessions.withheld import WITHHELD
from bot.store.scan_rows import Pair
from tests.builders import NOON, SID

ONLINE = Snapshot(
    sid=SID, name="pump-7", as_of=NOON, state=State.ONLINE, imei14="1" * 14, country="USA"
)
FLAPPING = Found("flapping", "warning", "Flapping")


def pair(before, after):
    return Pair(after.sid, before.to_json(), after.to_json())


def gathered(*pairs, most=10, **how):
    """Give the groups as (kind, count, names)."""
    found = Differences(most, **how)
    for each in pairs:
        found.add(each)
    return [(g.kind, g.count, [c.sim.name for c in g.first]) for g in found.groups()]


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"state": State.OFFLINE}, ChangeKind.WENT_SILENT),
        ({"country": "MEX"}, ChangeKind.NEW_COUNTRY),
        ({"imei14": "2" * 14}, ChangeKind.NEW_IMEI),
        ({"findings": (FLAPPING,)}, ChangeKind.NEW_FINDING),
    ],
)
def test_a_change_is_told(changed, kind):
    """
    What matters to a channel is counted by kind, with the SIM's name.
    """
    assert [(kind, 1, ["pump-7"])] == gathered(pair(ONLINE, replace(ONLINE, **changed)))


def test_a_change_back_is_told():
    """
    A SIM that is back and a finding that is gone are news too.
    """
    before = replace(ONLINE, state=State.OFFLINE, findings=(FLAPPING,))

    assert [(ChangeKind.CAME_BACK, 1, ["pump-7"]), (ChangeKind.FINDING_GONE, 1, ["pump-7"])] == (
        gathered(pair(before, ONLINE))
    )


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"operator": "Telcel", "network": "334-020"},
        {"packets_up": 5},
        {"imei14": None},
        {"country": None},
        {"state": State.UNKNOWN},
        {"findings": (Found("idle_session", "info", "Idle"),)},
        {"findings": (Found("healthy", "info", "Healthy"),)},
        {"findings": (Found("sim_not_active", "critical", "Suspended"),)},
        {"stale": True, "state": State.OFFLINE},
    ],
)
def test_what_is_not_told(changed):
    """
    Unknown, everyday and minor differences are no news.
    """
    assert [] == gathered(pair(ONLINE, replace(ONLINE, **changed)))


def test_the_gravest_are_kept():
    """
    All are counted; of those kept the gravest come first, then those that came first.
    """
    worse = replace(ONLINE, state=State.OFFLINE, findings=(Found("gone_silent", "critical", "S"),))
    silent = [replace(ONLINE, name=f"pump-{n}", state=State.OFFLINE) for n in range(5)]
    before = replace(ONLINE, findings=worse.findings)
    pairs = [pair(ONLINE, each) for each in silent]

    assert [(ChangeKind.WENT_SILENT, 6, ["pump-7", "pump-0", "pump-1"])] == gathered(
        *pairs, pair(before, worse), most=3
    )


def test_numbers_are_hidden_where_they_must_be():
    """
    In a shared channel it is told that the device is another, and not which.
    """
    found = Differences(5, hides=True)
    found.add(pair(ONLINE, replace(ONLINE, imei14="2" * 14, name="pump 89012600000000123456")))
    changed = found.groups()[0].first[0]

    assert (WITHHELD, WITHHELD, f"pump {WITHHELD}") == (
        changed.before,
        changed.after,
        changed.sim.name,
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"name":"x"}'])
def test_a_row_that_cannot_be_read_is_no_change(text):
    """
    A row of another version does not stop the digest.
    """
    assert [] == gathered(Pair(SID, text, ONLINE.to_json()))


def test_a_list_names_the_gravest_finding():
    """
    What stands beside a SIM is its first finding that says more than its state.
    """
    findings = (Found("sim_not_active", "critical", "Suspended"), FLAPPING)
    snapshot = replace(ONLINE, findings=findings)

    assert ("Flapping", "warning") == (known(snapshot).what, known(snapshot).severity)
    assert gravest(findings[:1]) is None
