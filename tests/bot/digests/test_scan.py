"""SIMs asked and judged in the background, at KORE's stand-in."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.stories.story import all_stories
from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.evidence import Evidence, State
from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.thresholds import Thresholds
from bot.digests import scan
from bot.digests.compile import is_reported
from bot.digests.days import day_number, month_of, unpack_days
from bot.digests.enrichment import MOST_ASKED
from bot.digests.scan import Scanner, evaluate, failed_row, fingerprint, gravity, loss_of, scan_row
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.faults import Fault
from bot.errors import Restarting
from bot.kore.errors import KoreUnavailable
from bot.sessions.lookup import Judge, SessionLookup
from bot.sessions.news_ages import NewsAges
from bot.sessions.peers import scanned_member
from bot.sessions.snapshot import FindingBrief, Snapshot, changes, snapshot_of, traffic
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.store.lookups import NewsAgeRows
from bot.store.scans import FAILED, ScanRow
from bot.struct import replace
from tests.bot.blocks.reports import NOW, a_finding, a_report
from tests.bot.kore.test_client_strange_answers import NONSENSE
from tests.bot.watches.watch_builders import a_snapshot
from tests.builders import NOON, SID, a_session, a_sim

DAY = timedelta(days=1)


@pytest.fixture
def api(clock):
    """All the stories."""
    return KoreApi(clock, stories=all_stories())


@pytest.fixture
def scanner(kore, clock, executor):
    return Scanner(kore, Judge(Thresholds()), clock, executor, at_once=5)


@pytest.fixture
async def sims(kore):
    return [sim async for sim in kore.sims()]


def told(snapshot):
    """Return what a scan and a look-up must agree on; a first scan knows no usage."""
    unsure = {"data_limit", "healthy", "never_seen"}
    findings = [(f.rule, f.severity) for f in snapshot.findings if f.rule not in unsure]
    return snapshot.sid, snapshot.state, snapshot.network, snapshot.imei14, findings


async def test_a_scan_judges_as_a_look_up_does(scanner, sims, kore, clock):
    """For every story state and findings are those that a person would be told."""
    scanned = await scanner.scan(sims, {})
    resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
    lookup = SessionLookup(kore, resolver, clock, Thresholds())
    reports = {sim.sid: await lookup.look_up(sim.sid) for sim in sims}
    rows = {row.sid: Snapshot.from_json(row.row) for row in scanned.rows}

    assert [] == scanned.failures
    looked_up = {sid: told(snapshot_of(report)) for sid, report in reports.items()}
    assert looked_up == {sid: told(snapshot) for sid, snapshot in rows.items()}


async def test_no_sim_is_lost_among_many_at_once(kore, api, clock, executor):
    """However answers come in between each other, each SIM has its row, or is a failure."""
    api.faults.latency = 0.01
    scanner = Scanner(kore, Judge(Thresholds()), clock, executor, at_once=20)
    sims = [sim async for sim in kore.sims()] * 3
    api.faults.add(Fault(path=f"{sims[5].sid}/DataSessions", times=1, status=503))
    scanned = await scanner.scan(sims, {})

    assert len(sims) == len(scanned.rows) + len(scanned.failures)
    assert {sim.sid for sim in sims} == {row.sid for row in scanned.rows}


async def test_an_answer_that_cannot_be_read_is_asked_for_again(scanner, sims, api):
    """A page that is broken once costs no SIM its row."""
    busy = {"status": 200, "body": "<html>busy</html>", "content_type": "text/html"}
    api.faults.add(Fault(path="DataSessions", times=1, **busy))
    scanned = await scanner.scan(sims[:3], {})

    assert ([], 3) == (scanned.failures, len(scanned.rows))


async def test_all_pages_of_a_long_history_count(scanner, kore, clock, api):
    """Where one page is not all of a SIM's sessions, the others are read too."""
    minutes = [f"{clock.now() - timedelta(minutes=n):%FT%TZ}" for n in range(1201)]
    rows = [{"start": start, "end": end} for end, start in pairwise(minutes)]
    api.add({"sid": "DE" + "7" * 32, "unique_name": "busy", "status": "active"}, rows)
    busy = [sim async for sim in kore.sims() if sim.unique_name == "busy"]
    scanned = await scanner.scan(busy, {})
    today = unpack_days(scanned.months[busy[0].sid])[day_number(clock.now())]

    assert 720 == today.sessions


async def test_rows_of_another_sim_are_left_out(scanner, kore, clock, api):
    """What KORE sends of another SIM makes no session of this one, and no day of it."""
    started = f"{clock.now() - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    rows = [{"start": started, "end": started, "sim_sid": "DE" + "8" * 32}]
    api.add({"sid": "DE" + "7" * 32, "unique_name": "quiet", "status": "active"}, rows)
    quiet = [sim async for sim in kore.sims() if sim.unique_name == "quiet"]
    scanned = await scanner.scan(quiet, {})

    (failed,) = scanned.failures
    assert [] == scanned.rows
    assert "None of the 1 rows that KORE sent could be read." == failed.error.sentence


async def test_one_request_a_sim(scanner, sims, api):
    """A scan asks for the sessions of each SIM, for each plan once, and for the usage of few."""
    api.requests.clear()
    await scanner.scan(sims, {})
    asked = [each.path for each in api.requests if each.path.startswith("/v1")]
    plans = [path for path in asked if "RatePlans" in path]

    assert len(sims) == sum(path.endswith("/DataSessions") for path in asked)
    assert len(set(plans)) == len(plans)
    assert MOST_ASKED == sum(path.endswith("/UsageRecords") for path in asked)
    assert len(asked) == len(sims) + len(plans) + MOST_ASKED


async def test_a_sim_that_fails_costs_the_others_nothing(scanner, sims, api):
    """A failure names its SIM and why; all others have their row."""
    api.faults.add(Fault(path=f"{sims[1].sid}/DataSessions", times=None, status=503))
    scanned = await scanner.scan(sims[:4], {})

    assert [(sims[1], KoreUnavailable)] == [(f.sim, type(f.error)) for f in scanned.failures]
    assert {sims[0].sid, sims[2].sid, sims[3].sid} == {row.sid for row in scanned.rows}


@pytest.mark.parametrize("name", NONSENSE)
async def test_nonsense_of_one_sim_is_that_sims(scanner, sims, api, name, caplog):
    """Whatever KORE answers for one SIM, the others are judged, and no rule breaks."""
    path = f"{sims[1].sid}/DataSessions"
    api.faults.add(Fault(path=path, times=None, status=200, body=NONSENSE[name]))
    scanned = await scanner.scan(sims[:4], {})
    done = {row.sid for row in scanned.rows} | {each.sim.sid for each in scanned.failures}

    assert {sim.sid for sim in sims[:4]} == done
    assert 3 <= len(scanned.rows)
    assert [] == [r.message for r in caplog.records if r.message.endswith("-broke")]


async def test_a_plan_that_fails_is_unknown(scanner, sims, api):
    """Without its rate plan a SIM is judged by what else is known."""
    api.faults.add(Fault(path="/v1/RatePlans", times=None, status=503))
    scanned = await scanner.scan(sims[:4], {})

    assert ([], 4) == (scanned.failures, len(scanned.rows))


async def test_days_are_learnt(scanner, sims, clock):
    """A first scan keeps whole days of KORE's window; the next one only what may have changed."""
    first = (await scanner.scan(sims[:5], {})).months
    again = (await scanner.scan(sims[:5], first)).months
    today = day_number(clock.now())
    known = {sid: unpack_days(months) for sid, months in first.items()}

    assert all(today in days for days in known.values())
    assert max(len(days) for days in known.values()) == 30
    assert {month_of(today)} >= {month for months in again.values() for month in months}


async def test_a_long_history_is_judged_beside_the_loop(scanner, sims, executor, monkeypatch):
    """
    SIMs with very many sessions do not hold up whoever else waits: without the thread there is
    no verdict, and the whole chunk is done again elsewhere.
    """
    monkeypatch.setattr(scan, "LARGE_BATCH_BYTES", 1)
    await executor.aclose()

    with pytest.raises(Restarting):
        await scanner.scan(sims, {})


async def test_a_fault_of_ours_costs_one_sim(scanner, sims, monkeypatch):
    """A SIM that cannot be judged is a failure; those judged with it have their rows."""

    def broken(judge, read, *more):
        if read.query == sims[2].sid:
            raise ZeroDivisionError
        return evaluate(judge, read, *more)

    monkeypatch.setattr(scan, "evaluate", broken)
    scanned = await scanner.scan(sims[:5], {})

    assert ([sims[2]], 4) == ([failure.sim for failure in scanned.failures], len(scanned.rows))


async def test_no_sims(scanner):
    """Nothing to ask is nothing found."""
    scanned = await scanner.scan([], {})

    assert ([], {}, []) == (scanned.rows, scanned.months, scanned.failures)


H = timedelta(hours=1)


def evidence(*sessions):
    return Evidence(a_sim(), sessions, NOW)


def finding(rule, severity):
    return Finding(rule, severity, rule, "", "", "")


def test_a_sim_that_was_read():
    """A row holds the state, how grave it is, the traffic and the snapshot."""
    lost = a_session(end=NOON, last_updated=NOON)
    silent = a_finding(rule="gone_silent", evidence={"since": NOON})
    report = a_report(sessions=(lost,), state=State.OFFLINE, findings=(silent,))
    row = scan_row(report, evidence(lost))

    assert (SID, "offline", 542) == (row.sid, row.state, row.traffic)
    assert ("310-260", NOON.timestamp(), None) == (row.lost_on, row.lost_at, row.fault)
    assert State.OFFLINE is Snapshot.from_json(row.row).state


def test_a_sim_that_failed_keeps_what_was_known():
    """Its row compares as the one before did; a SIM that nothing is known of has its name."""
    why, before = "KORE is not answering.", ScanRow(SID, "online", 0, 77, "the snapshot before")
    row, first = (failed_row(a_sim(), NOON, why, known) for known in (before, None))
    named = Snapshot.from_json(first.row)

    assert (FAILED, 77, before.row, why) == (row.state, row.mark, row.row, row.fault)
    assert ("pump-7", State.UNKNOWN) == (named.name, named.state)


def test_the_gravest_is_the_heaviest():
    """Severity decides, within one severity the order of the rules."""
    ordered = [
        finding("imei_changed", Severity.CRITICAL),
        finding("gone_silent", Severity.CRITICAL),
        finding("flapping", Severity.WARNING),
        finding("idle_session", Severity.INFO),
    ]
    weights = [gravity([each], NOON) for each in ordered]

    assert sorted(weights, reverse=True) == weights
    assert weights[0] == gravity(ordered, NOON)


@pytest.mark.parametrize("rule", ["sim_not_active", "ready_will_bill", "healthy"])
def test_what_the_state_says_weighs_nothing(rule):
    """A SIM that was blocked on purpose is not among the worst."""
    old = {"since": NOON - timedelta(days=3)}
    for known in ({}, {"since": None}, old):
        assert 0 == gravity([replace(finding(rule, Severity.CRITICAL), evidence=known)], NOON)


def test_a_sim_that_was_blocked_just_now_is_among_the_worst():
    """It may be a mistake; a new SIM that was never activated is none."""
    blocked = finding("sim_not_active", Severity.CRITICAL)
    blocked = replace(blocked, evidence={"since": NOON - timedelta(hours=1)})

    assert gravity([blocked], NOON) > 0
    assert 0 == gravity([replace(blocked, severity=Severity.WARNING)], NOON)


@pytest.mark.parametrize(
    ("sessions", "expected"),
    [
        ((), None),
        ([a_session(packets_uploaded=None, packets_downloaded=None)], None),
        ([a_session(packets_uploaded=None, packets_downloaded=5)], 5),
        ([a_session(last_updated=None)], 542),
        ([a_session(start=NOW - 48 * H, last_updated=None)], None),
        ([a_session(start=NOW - 48 * H, end=NOW - 12 * H)], 181),
        ([a_session(start=NOW - 48 * H, end=NOW - 25 * H)], None),
        ([a_session(), a_session(start=NOON - H, end=NOON)], 1084),
    ],
)
def test_traffic(sessions, expected):
    """The packets of the last 24 h are added as far as they are told; none told is unknown."""
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
        st.sampled_from(
            [
                FindingBrief("flapping", "warning", "F"),
                FindingBrief("imei_changed", "critical", "I"),
            ]
        )
    ).map(tuple),
)


@given(SNAPSHOTS, SNAPSHOTS)
def test_where_marks_are_equal_nothing_changed(before, after):
    """Two snapshots between which a channel is told of a change have marks that differ."""
    told = [change for change in changes(before, after) if is_reported(change)]

    assert not told or fingerprint(before) != fingerprint(after)


@given(SNAPSHOTS)
def test_what_changes_by_the_minute_is_not_in_the_mark(snapshot):
    """Packets and times do not make two snapshots differ."""
    later = replace(snapshot, packets_up=99, seen_at=NOW, as_of=NOW, cell_id="1-2-3-4")

    assert fingerprint(snapshot) == fingerprint(later)


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

    assert None is scanned_member(replace(row, fault="KORE is away."))
    assert Member(SID, 12.0, seen.seen_at.timestamp(), traits) == scanned_member(row)


async def test_another_process_goes_on_from_the_last_scan(kore, clock, executor, sims, database):
    """What it saw for the first time teaches, where the scan before saw it too."""
    kept, learnt = NewsAgeRows(database), []
    first = await Scanner(kore, Judge(Thresholds()), clock, executor).scan(sims, {})
    clock.move(7200)
    for rows in ([], first.rows):
        ages = NewsAges(kept)
        scanner = Scanner(kore, Judge(Thresholds(), ages=ages), clock, executor)
        scanner.recall(rows)
        await scanner.scan(sims, {})
        await ages.save()
        learnt.append(sum((await kept.all()).values()))

    assert learnt[0] == 0 < learnt[1]
