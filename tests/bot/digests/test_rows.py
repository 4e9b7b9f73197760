"""The row that a scan keeps of a SIM."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.state import State
from bot.digests.differences import is_told
from bot.digests.rows import failed_row, gravity, mark, scan_row, traffic
from bot.sessions.changes import changes
from bot.sessions.snapshot import Found, Snapshot
from bot.store.scan_rows import FAILED, ScanRow
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.builders import NOON, SID, a_session, a_sim

H = timedelta(hours=1)


def evidence(*sessions):
    return Evidence(a_sim(), sessions, NOW)


def finding(rule, severity):
    return Finding(rule, severity, rule, "", "", "")


def test_a_sim_that_was_read():
    """
    A row holds the state, how grave it is, the traffic and the snapshot.
    """
    lost = a_session(end=NOON, last_updated=NOON)
    report = a_report(
        sessions=(lost,), state=State.OFFLINE, findings=(a_finding(rule="gone_silent"),)
    )
    row = scan_row(report, evidence(lost))

    assert (SID, "offline", 542, "310-260", NOON.timestamp(), None) == (
        row.sid,
        row.state,
        row.traffic,
        row.lost_on,
        row.lost_at,
        row.fault,
    )
    assert State.OFFLINE is Snapshot.from_json(row.row).state


def test_a_sim_that_failed_keeps_what_was_known():
    """
    The row of a SIM that could not be read compares as the one before did.
    """
    before = ScanRow(SID, "online", 0, 77, "the snapshot before")
    row = failed_row(a_sim(), NOON, "KORE is not answering.", before)

    assert (FAILED, 77, "the snapshot before", "KORE is not answering.") == (
        row.state,
        row.mark,
        row.row,
        row.fault,
    )


def test_a_sim_that_always_failed_has_its_name():
    """
    A SIM that nothing is known of is named all the same.
    """
    row = failed_row(a_sim(), NOON, "KORE is not answering.", None)

    assert ("pump-7", State.UNKNOWN) == (
        Snapshot.from_json(row.row).name,
        Snapshot.from_json(row.row).state,
    )


def test_the_gravest_is_the_heaviest():
    """
    Severity decides, within one severity the order of the rules.
    """
    ordered = [
        finding("gone_silent", Severity.CRITICAL),
        finding("imei_changed", Severity.CRITICAL),
        finding("flapping", Severity.WARNING),
        finding("idle_session", Severity.INFO),
    ]
    weights = [gravity([each]) for each in ordered]

    assert sorted(weights, reverse=True) == weights
    assert weights[0] == gravity(ordered)


@pytest.mark.parametrize("rule", ["sim_not_active", "ready_will_bill", "healthy"])
def test_what_the_state_says_weighs_nothing(rule):
    """
    A SIM that was blocked on purpose is not among the worst.
    """
    assert 0 == gravity([finding(rule, Severity.CRITICAL)])


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ((), None),
        ([a_session(packets_uploaded=None, packets_downloaded=None)], None),
        ([a_session(packets_uploaded=None, packets_downloaded=5)], 5),
        ([a_session(last_updated=None)], None),
        ([a_session(start=NOW - 48 * H, end=NOW - 12 * H)], 181),
        ([a_session(start=NOW - 48 * H, end=NOW - 25 * H)], None),
        ([a_session(), a_session(start=NOON - H, end=NOON)], 1084),
    ],
)
def test_traffic(sessions, expected):
    """
    The packets of the last 24 h are added as far as they are told; none told is unknown.
    """
    assert expected == traffic(evidence(*sessions))


TEXT = st.none() | st.sampled_from(["USA", "MEX"])
SNAPSHOTS = st.builds(
    Snapshot,
    sid=st.just(SID),
    name=st.just("pump-7"),
    as_of=st.just(NOON),
    state=st.sampled_from(State),
    status=st.none() | st.sampled_from(["active", "suspended"]),
    country=TEXT,
    network=st.none() | st.sampled_from(["310-260", "334-020"]),
    radio=st.none() | st.sampled_from(["LTE", "3G"]),
    imei14=st.none() | st.sampled_from(["1" * 14, "2" * 14]),
    findings=st.lists(
        st.sampled_from([Found("flapping", "warning", "F"), Found("imei_changed", "critical", "I")])
    ).map(tuple),
)


@given(SNAPSHOTS, SNAPSHOTS)
def test_where_marks_are_equal_nothing_changed(before, after):
    """
    Two snapshots between which a channel is told of a change have marks that differ.
    """
    told = [change for change in changes(before, after) if is_told(change)]

    assert not told or mark(before) != mark(after)


@given(SNAPSHOTS)
def test_what_changes_by_the_minute_is_not_in_the_mark(snapshot):
    """
    Packets and times do not make two snapshots differ.
    """
    later = replace(snapshot, packets_up=99, seen_at=NOW, as_of=NOW, cell_id="1-2-3-4")

    assert mark(snapshot) == mark(later)
