import json
from datetime import timedelta

import pytest
from hypothesis import given

from bot.blocks.sim_text import sim_label
from bot.diagnosis.anomalies import Rest
from bot.diagnosis.evidence import State
from bot.sessions.report import ABOUT_ALLOWANCE
from bot.sessions.snapshot import Change, ChangeKind, FindingBrief, Snapshot, changes, snapshot_of
from bot.struct import replace
from tests.bot.blocks.reports import NOW, REPORTS, a_finding, a_report
from tests.builders import ICCID, NOON, SID, a_session, a_sim

LEAST = Snapshot(sid=SID, name="pump-7", as_of=NOON)


def test_a_report_is_kept_in_little():
    """A snapshot keeps what a SIM was doing and what was found."""
    expected = Snapshot(
        sid=SID,
        name="pump-7",
        as_of=NOW - timedelta(seconds=12),
        state=State.ONLINE,
        iccid=ICCID,
        status="active",
        since=NOON,
        seen_at=NOW - timedelta(minutes=4),
        operator="T-Mobile USA",
        network="310-260",
        country="USA",
        radio="LTE",
        imei14="01493100012970",
        cell_id="310-260-40482-1243",
        packets_up=246,
        packets_down=296,
        findings=(FindingBrief("flapping", "critical", "Flapping"),),
        next_step=a_finding().next_step,
        cause_since=a_finding().evidence["first"],
    )

    assert expected == snapshot_of(a_report(findings=(a_finding(),)))


def test_a_next_step_is_kept_with_its_moments():
    """A deadline stands in it in UTC; one that holds any other evidence is not kept."""
    by, kept = replace(a_finding(), next_step="Do it by {by}."), "Do it by 2026-01-05 12:00 UTC."
    for evidence, step in (({"by": NOON}, kept), ({"by": "you"}, None), ({}, None)):
        finding = replace(by, evidence=evidence)

        assert step == snapshot_of(a_report(findings=(finding,))).next_step, evidence


@pytest.mark.parametrize(
    ("evidence", "since"),
    [({"since": NOON}, NOON), ({"first": NOON}, NOON), ({"since": None}, None), ({}, None)],
)
def test_a_cause_keeps_since_when_it_is_so(evidence, since):
    """As far as it knows, also in the store; a countdown begins later than what it counts from."""
    finding = replace(a_finding(), evidence=evidence)
    kept = snapshot_of(a_report(findings=(finding,)))
    countdown = a_report(findings=(replace(finding, rule="cancel_countdown"),))

    assert since == kept.cause_since == Snapshot.from_json(kept.to_json()).cause_since
    assert snapshot_of(countdown).cause_since is None


def test_a_closed_session_was_last_heard_of_at_its_end():
    """Of a session that ended, its end tells when the SIM was last seen."""
    closed = a_session(end=NOON + timedelta(hours=1), last_updated=NOON)

    assert NOON + timedelta(hours=1) == snapshot_of(a_report(sessions=(closed,))).seen_at


@pytest.mark.parametrize(
    "changes",
    [
        {"sessions": None, "state": State.UNKNOWN, "since": None},
        {"sessions": (), "state": State.NEVER_SEEN, "since": None},
        {
            "sessions": (
                a_session(
                    operator_name="unknown",
                    operator_mcc=None,
                    operator_country="",
                    radio_link="null",
                    imei="000000000000000",
                    cell_id="0-0-0",
                    packets_uploaded=None,
                    packets_downloaded=None,
                    last_updated=None,
                ),
            ),
            "state": State.UNKNOWN,
            "since": None,
        },
    ],
    ids=["not read", "no session", "placeholders"],
)
def test_what_nobody_tells_is_unknown(changes):
    """What is missing, or only a placeholder, is None and never 0."""
    kept = snapshot_of(a_report(sim=a_sim(iccid=None, status=None), **changes))

    assert Snapshot(SID, "pump-7", kept.as_of, changes["state"]) == kept


def test_what_was_not_there_in_time_is_noted():
    """Where plan or usage were late, the rules about them are kept as not judged."""
    late = snapshot_of(a_report(allowance_known=False))

    assert ABOUT_ALLOWANCE == late.unjudged


@given(REPORTS)
def test_any_snapshot_comes_back_from_its_json(report):
    """What was written is read again, whatever the report held."""
    kept = snapshot_of(report)

    assert kept == Snapshot.from_json(kept.to_json())


def test_no_packets_are_not_unknown_packets():
    """0 packets stay 0 in the JSON, for 0 is known."""
    idle = Snapshot(SID, "pump-7", NOON, packets_up=0, packets_down=0)
    read = Snapshot.from_json(idle.to_json())

    assert (0, 0) == (read.packets_up, read.packets_down)


def test_what_is_unknown_costs_nothing():
    """The JSON holds known fields only."""
    assert {"sid", "name", "as_of", "state"} == set(json.loads(LEAST.to_json()))


@pytest.mark.parametrize(
    "odd",
    [
        {"state": "dreaming"},
        {"state": ["online"]},
        {"state": None},
        {"from_a_later_version": {"a": 1}},
        {"since": "yesterday", "seen_at": True, "packets_up": "many", "packets_down": False},
        {"since": 1e300, "country": 7, "radio": "", "findings": "none", "unjudged": 3},
        {"findings": [["too", "short"], "text", 7], "unjudged": [7]},
        {"stale": "yes"},
    ],
)
def test_what_another_version_wrote_is_read_as_far_as_it_is_understood(odd):
    """Fields that make no sense are unknown, and cost nothing of the rest."""
    written = json.loads(LEAST.to_json()) | odd

    assert LEAST == Snapshot.from_json(json.dumps(written))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"sid": 7}', "{"])
def test_what_names_no_sim_is_refused(text):
    """Without a SIM there is no snapshot."""
    with pytest.raises(ValueError, match=r"."):
        Snapshot.from_json(text)


def test_a_later_version_may_tell_more_of_a_finding():
    """Of a longer row the fields that are known are read."""
    written = json.loads(LEAST.to_json()) | {"findings": [["flapping", "critical", "Flaps", 9]]}
    read = Snapshot.from_json(json.dumps(written))

    assert (FindingBrief("flapping", "critical", "Flaps"),) == read.findings


FLAPPING = FindingBrief("flapping", "critical", "Flapping")
SWAPPED = FindingBrief("imei_changed", "critical", "The SIM moved to another device")
OUTAGE = FindingBrief("common_outage", "critical", "3 SIMs")
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
    """Return what changed, without findings as values."""
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
    """Going silent and coming back are told apart from all other changes of state."""
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
    """Each field that is known on both sides and differs is one change."""
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
        {"findings": (FLAPPING, FindingBrief("healthy", "info", "Healthy"))},
        {"findings": (FLAPPING, OUTAGE)},
        {"state": State.OFFLINE, "country": "USA", "findings": (), "stale": True},
    ],
)
def test_what_is_unknown_or_the_same_in_other_words_is_no_change(changed):
    """Nothing is made of unknowns, of stale answers, or of a network or radio called otherwise."""
    assert [] == told(BEFORE, replace(BEFORE, **changed))
    assert [] == told(replace(BEFORE, **changed), BEFORE)


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_rule_that_could_not_speak_neither_came_nor_went(side):
    """A finding about the plan is no change where the plan was not there in time."""
    limit = FindingBrief("data_limit", "critical", "Over the limit")
    judged = replace(BEFORE, findings=(FLAPPING, limit))
    unjudged = replace(BEFORE, unjudged=("data_limit",))
    pair = (judged, unjudged) if side == "after" else (unjudged, judged)

    assert () == changes(*pair)


@pytest.mark.parametrize("rule", ["ghost_session", "attach_without_data", "radio_fallback"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_what_an_outage_explained_neither_came_nor_went(side, rule):
    """A silence that stands alone, now that others of its outage are back, is the same silence."""
    silent = replace(BEFORE, state=State.STALE)
    outage = replace(silent, findings=(OUTAGE,))
    alone = replace(silent, findings=(FindingBrief(rule, "warning", "Open but dead"),))
    pair = (outage, alone) if side == "before" else (alone, outage)

    assert () == changes(*pair)


def test_what_is_wrong_with_a_sim_that_is_back_is_new():
    """It flaps, now that its outage is over: nobody was told of that before."""
    ghost = FindingBrief("ghost_session", "warning", "Dead")
    outage = replace(BEFORE, state=State.STALE, findings=(OUTAGE, ghost))
    back = replace(BEFORE, state=State.ONLINE, findings=(FLAPPING,))

    assert FLAPPING.title in [change.after for change in changes(outage, back)]


def test_a_finding_that_came_is_given_with_its_severity():
    """Whoever tells it can put the gravest first."""
    after = replace(BEFORE, findings=(FLAPPING, SWAPPED))

    assert (Change(ChangeKind.NEW_FINDING, None, SWAPPED.title, SWAPPED),) == changes(BEFORE, after)


@given(REPORTS)
def test_a_sim_has_not_changed_against_itself(report):
    """No snapshot differs from itself, whatever it holds."""
    kept = snapshot_of(report)

    assert () == changes(kept, kept)


def test_a_device_that_sleeps_is_kept_as_one():
    """What was seen between two usual contacts is marked so wherever it is shown later."""
    report = a_report(state=State.OFFLINE, rest=Rest(timedelta(hours=6), timedelta(hours=6)))

    kept = Snapshot.from_json(snapshot_of(report).to_json())

    assert "💤 offline" == sim_label(kept) == sim_label(report)
