from dataclasses import replace

import pytest
from hypothesis import given

from bot.diagnosis.state import State
from bot.sessions.changes import Change, ChangeKind, changes
from bot.sessions.snapshot import Found, Snapshot, snapshot_of
from tests.bot.blocks.reports import REPORTS
from tests.builders import NOON, SID

FLAPPING = Found("flapping", "critical", "Flapping")
SWAPPED = Found("imei_changed", "critical", "The SIM moved to another device")
BEFORE = Snapshot(
    sid=SID,
    name="pump-7",
    as_of=NOON,
    state=State.ONLINE,
    status="active",
    operator="Telcel",
    network="334-020",
    country="MEX",
    radio="LTE",
    imei14="01493100012970",
    findings=(FLAPPING,),
)


def told(before, after):
    """Give what changed, without findings as values."""
    return [(change.kind, change.before, change.after) for change in changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("online", "offline", ChangeKind.WENT_SILENT),
        ("online", "stale", ChangeKind.WENT_SILENT),
        ("online", "never_seen", ChangeKind.WENT_SILENT),
        ("offline", "online", ChangeKind.CAME_BACK),
        ("stale", "online", ChangeKind.CAME_BACK),
        ("never_seen", "online", ChangeKind.CAME_BACK),
        ("online", "blocked", ChangeKind.STATE_CHANGED),
        ("blocked", "online", ChangeKind.STATE_CHANGED),
        ("not_activated", "online", ChangeKind.STATE_CHANGED),
        ("stale", "offline", ChangeKind.STATE_CHANGED),
    ],
)
def test_a_change_of_state_has_one_name(before, after, kind):
    """
    Going silent and coming back are told apart from all other changes of state.
    """
    was, now = replace(BEFORE, state=State(before)), replace(BEFORE, state=State(after))

    assert [(kind, before, after)] == told(was, now)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"status": "suspended"}, (ChangeKind.STATUS_CHANGED, "active", "suspended")),
        ({"country": "USA"}, (ChangeKind.NEW_COUNTRY, "MEX", "USA")),
        (
            {"network": "310-260", "operator": "T-Mobile USA"},
            (ChangeKind.NEW_OPERATOR, "Telcel", "T-Mobile USA"),
        ),
        ({"network": "310-260", "operator": None}, (ChangeKind.NEW_OPERATOR, "Telcel", "310-260")),
        ({"imei14": "35693803564380"}, (ChangeKind.NEW_IMEI, "01493100012970", "35693803564380")),
        ({"radio": "UMTS"}, (ChangeKind.NEW_RADIO, "LTE", "UMTS")),
        ({"findings": (FLAPPING, SWAPPED)}, (ChangeKind.NEW_FINDING, None, SWAPPED.title)),
        ({"findings": ()}, (ChangeKind.FINDING_GONE, FLAPPING.title, None)),
    ],
)
def test_a_change_is_told_with_before_and_after(changed, expected):
    """
    Each field that is known on both sides and differs is one change.
    """
    assert [expected] == told(BEFORE, replace(BEFORE, **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"state": State.UNKNOWN, "findings": ()},
        {"status": None},
        {"country": None},
        {"network": None, "operator": "T-Mobile USA"},
        {"network": "334-20", "operator": "TELCEL"},
        {"network": "?-?"},
        {"imei14": None},
        {"radio": None},
        {"radio": "CAT-M1"},
        {"radio": "something new"},
        {"cell_id": "334-020-1-2", "packets_up": 7, "seen_at": NOON, "since": NOON},
        {"findings": (FLAPPING._replace(severity="info", title="Flapping a little"),)},
        {"findings": (FLAPPING, Found("healthy", "info", "Healthy"))},
        {"findings": (FLAPPING, Found("common_outage", "critical", "3 SIMs"))},
        {"state": State.OFFLINE, "country": "USA", "findings": (), "stale": True},
    ],
)
def test_what_is_unknown_or_the_same_in_other_words_is_no_change(changed):
    """
    Nothing is made of unknowns, of stale answers, or of one network or radio called otherwise.
    """
    assert [] == told(BEFORE, replace(BEFORE, **changed))
    assert [] == told(replace(BEFORE, **changed), BEFORE)


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_rule_that_could_not_speak_neither_came_nor_went(side):
    """
    A finding about the plan is no change where the plan was not there in time.
    """
    limit = Found("data_limit", "critical", "Over the limit")
    judged = replace(BEFORE, findings=(FLAPPING, limit))
    unjudged = replace(BEFORE, unjudged=("data_limit",))
    pair = (judged, unjudged) if side == "after" else (unjudged, judged)

    assert () == changes(*pair)


def test_a_finding_that_came_is_given_with_its_severity():
    """
    Whoever tells it can put the gravest first.
    """
    after = replace(BEFORE, findings=(FLAPPING, SWAPPED))

    assert (Change(ChangeKind.NEW_FINDING, None, SWAPPED.title, SWAPPED),) == changes(BEFORE, after)


@given(REPORTS)
def test_a_sim_has_not_changed_against_itself(report):
    """
    No snapshot differs from itself, whatever it holds.
    """
    kept = snapshot_of(report)

    assert () == changes(kept, kept)
