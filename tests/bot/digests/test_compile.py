"""Digests compiled from rows, on both databases."""

from datetime import timedelta

import pytest

from bot.diagnosis.contrast import Trait
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.digests.compile import ChangeCollector, Compiler, RunNotes, sim_summary
from bot.digests.scan import MIN_GRAVITY
from bot.digests.schedule import DigestSchedule, Frequency
from bot.sessions.redaction import REDACTED
from bot.sessions.snapshot import ChangeKind, FindingBrief, Snapshot, gravest
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.scans import FAILED, RowPair, ScanRow, ScanRows
from bot.struct import replace
from tests.builders import NOON, SID
from tests.digest_rig import pumps
from tests.fakes import FakeClock

HOURLY = pumps(schedule=DigestSchedule(Frequency.HOURS))
FLAPPING = FindingBrief("flapping", "warning", "Flapping")


def row(number, *, mark=1, gravity=0, state=State.ONLINE, fault=None, lost=None, **told):  # noqa: PLR0913 -- a row's columns
    """Return the row of a SIM; it failed where there is a fault."""
    snapshot = Snapshot(f"DE{number:05}", f"pump-{number}", NOON, state=state, **told)
    return ScanRow(
        sid=snapshot.sid,
        state=FAILED if fault else state.value,
        gravity=gravity,
        mark=mark,
        row=snapshot.to_json(),
        traffic=number,
        lost_on=lost and "334-20",
        lost_at=lost,
        fault=fault,
    )


class Scene:
    """Runs with rows, and what compiles them."""

    def __init__(self, database):
        self.database = database
        self.runs, self.rows = DigestRuns(database), ScanRows(database)
        self.compiler = Compiler(database, Thresholds(), FakeClock())

    async def run(self, due, *rows, stage=RunStage.POSTED, **told):
        """Return a run with these rows."""
        run = await self.runs.begin(pumps().id, due, "job")
        counts = {}
        for each in rows:
            counts[each.state] = counts.get(each.state, 0) + 1
        async with self.database.write() as tx:
            await self.rows.add(run.id, rows, tx)
            await self.runs.change(run.id, stage, tx, counts=counts, **told)
        return await self.runs.find(pumps().id, due)

    async def digest(self, run, **notes):
        """Compile a run."""
        return await self.compiler.digest(run, HOURLY, RunNotes(**notes))


@pytest.fixture
def scene(database):
    return Scene(database)


async def test_a_first_digest(scene):
    """Counts, the worst, the loudest and the next time are known at once; changes are not."""
    run = await scene.run(60.0, row(1), row(2, gravity=MIN_GRAVITY + 5, findings=(FLAPPING,)))
    digest = await scene.digest(run)

    assert ({"online": 2}, None, ()) == (digest.counts, digest.since, digest.changes)
    assert (1, ["pump-2"]) == (digest.worst.count, [sim.name for sim in digest.worst.first])
    assert ["pump-2", "pump-1"] == [sim.name for sim in digest.talkers]
    assert 1 == len(digest.trend)
    assert NOON + timedelta(hours=1) == digest.next_due


async def test_what_changed_since_the_digest_before(scene):
    """Rows whose mark differs are compared, the others are not looked at."""
    before = await scene.run(60.0, row(1), row(2), row(3))
    silent = row(1, mark=2, state=State.OFFLINE)
    run = await scene.run(120.0, silent, row(2, mark=1, state=State.OFFLINE), row(4))
    digest = await scene.digest(run)

    assert [(ChangeKind.WENT_SILENT, 1)] == [(g.kind, g.count) for g in digest.changes]
    assert (before.due, 1, 1) == (digest.since.timestamp(), digest.new.count, digest.gone.count)
    assert ["pump-4", "pump-3"] == [digest.new.first[0].name, digest.gone.first[0].name]
    assert [60.0, 120.0] == [point.due.timestamp() for point in digest.trend]


async def test_sims_that_failed_are_no_change(scene):
    """A SIM that could not be read is named with its reason and counted apart."""
    await scene.run(60.0, row(1))
    run = await scene.run(120.0, row(1, mark=2, fault="no answer", state=State.OFFLINE))
    digest = await scene.digest(run)

    assert ({FAILED: 1}, ()) == (digest.counts, digest.changes)
    assert {"no answer": 1} == digest.unread.reasons
    assert ["pump-1"] == [sim.name for sim in digest.unread.first]


async def test_a_common_outage(scene):
    """SIMs lost together on one network are found over the fleet, named as one of them does."""
    lost = [row(n, lost=1000.0 + n, operator="Telcel", network="334-020") for n in range(4)]
    digest = await scene.digest(await scene.run(60.0, *lost, *(row(n) for n in range(10, 20))))

    (it,) = digest.outages
    assert ("Telcel (334-020)", 4, 4, 0) == (it.network, it.sims, it.of, it.others_silent)
    assert (1000.0, 1003.0) == (it.first.timestamp(), it.last.timestamp())


GHOST = FindingBrief("ghost_session", "warning", "Session is open but may be dead")


def down(number, **told):
    """Return the row of a SIM that fell silent with others, as its scan judged it alone."""
    told = {"state": State.STALE, "findings": (GHOST,), "gravity": MIN_GRAVITY + 3, **told}
    return row(number, mark=2, lost=1000.0, **told)


WELL = [row(n) for n in range(10, 20)]


async def test_who_is_in_an_outage_has_it_for_a_cause(scene):
    """SIMs of an outage are named with it, and stand before what is less grave; others do not."""
    graver = row(60, gravity=MIN_GRAVITY + 9, findings=(FLAPPING,))
    limit = FindingBrief("data_limit", "critical", "Data limit")
    lost = [down(1), down(2), down(3, findings=(limit, GHOST), gravity=MIN_GRAVITY + 150)]
    worst = (await scene.digest(await scene.run(60.0, *lost, graver, *WELL))).worst

    assert (4, [("pump-3", "Data limit", "critical"), *OUTAGE_OF_TWO, FLAPS]) == (
        worst.count,
        [(sim.name, sim.what, sim.severity) for sim in worst.first],
    )


OUTAGE_OF_TWO = [(f"pump-{n}", "Common outage, 3 SIMs", "critical") for n in (1, 2)]
FLAPS = ("pump-60", "Flapping", "warning")


async def test_an_outage_counts_who_would_not_be_in_need_alone(scene):
    """A SIM whose silence a remark explains needs attention in an outage; the gravest are kept."""
    lost = [down(n, gravity=MIN_GRAVITY - 50, findings=()) for n in range(3)]
    others = [row(n, gravity=MIN_GRAVITY + 5, findings=(FLAPPING,)) for n in range(10, 90)]
    worst = (await scene.digest(await scene.run(60.0, *lost, *others))).worst

    assert (83, 50) == (worst.count, len(worst.first))
    assert ["pump-0", "pump-1", "pump-2", "pump-10"] == [sim.name for sim in worst.first[:4]]


async def test_what_an_outage_explains_is_no_change(scene):
    """Neither its beginning nor its end tells of findings that stand under it."""
    before, during = [row(n) for n in range(1, 4)], [down(n) for n in range(1, 4)]
    told = []
    for due, rows in enumerate((before, during, before)):
        run = await scene.run(60.0 * (due + 1), *rows, *WELL, has_rows=True)
        digest = await scene.digest(run)
        await scene.runs.change(run.id, RunStage.POSTED, digest=digest.to_json().decode())
        told.append([(group.kind, group.count) for group in digest.changes])
        severities = {each.sim.severity for group in digest.changes for each in group.first}
        assert severities == ({"critical"} if due == 1 else {None} if due else set())

    assert [[], [(ChangeKind.WENT_SILENT, 3)], [(ChangeKind.CAME_BACK, 3)]] == told


async def test_who_stays_silent_after_an_outage_has_its_own_cause(scene):
    """Those that are left of an outage are named with what they have alone, which is not new."""
    run = await scene.run(60.0, *(down(n) for n in range(1, 4)), *WELL, has_rows=True)
    digest = await scene.digest(run)
    await scene.runs.change(run.id, RunStage.POSTED, digest=digest.to_json().decode())
    after = await scene.digest(await scene.run(120.0, down(1), row(2), row(3), *WELL))

    assert [("pump-1", GHOST.title)] == [(sim.name, sim.what) for sim in after.worst.first]
    assert [(ChangeKind.CAME_BACK, 2)] == [(group.kind, group.count) for group in after.changes]


async def test_an_outage_of_a_cell_is_told_without_it_where_that_must_be(scene):
    """Where cells are redacted the outage is told, and not which cell it is."""
    lost = [row(n, lost=1000.0, cell_id="1") for n in range(4)]
    run = await scene.run(60.0, *lost, *(row(n, cell_id="2", seen_at=NOON) for n in range(10, 20)))

    for redacted, cell in ((None, "1"), ("For guests.", REDACTED)):
        (outage,) = (await scene.digest(run, redacted=redacted)).outages
        assert (Trait.CELL, cell, 4) == (outage.trait, outage.network, outage.sims), redacted


async def test_failed_sims_do_not_hide_an_outage(scene):
    """The part that must be lost is one of the SIMs that could be read."""
    lost = [row(n, lost=1000.0) for n in range(3)]
    failed = [row(n, fault="no answer") for n in range(100, 150)]

    assert (await scene.digest(await scene.run(60.0, *lost, *failed))).outages


async def test_what_was_missed_is_said_once(scene):
    """Skipped runs since the digest before, and those that were never begun, each once."""
    await scene.run(3600.0, row(1), stage=RunStage.SKIPPED, why="long ago")
    await scene.run(7200.0, row(1))
    await scene.run(10_800.0, stage=RunStage.SKIPPED, why="busy")
    run = await scene.run(18_000.0, row(1))
    digest = await scene.digest(run, skipped_since=10_800.0)

    missed = [(each.due.timestamp(), each.why) for each in digest.missed]
    assert [(10_800.0, "busy"), (14_400.0, "I was not running at that time.")] == missed


async def test_numbers_are_left_out_where_they_must_be(scene):
    """What names a card or a device is redacted everywhere in the digest."""
    await scene.run(60.0, row(1, imei14="1" * 14))
    told = row(1, mark=2, imei14="2" * 14, gravity=MIN_GRAVITY)
    named = replace(told, row=told.row.replace("pump-1", "pump 89012600000000123456"))
    digest = await scene.digest(await scene.run(120.0, named), redacted="ICCID is left out.")
    stored = digest.to_json().decode()

    assert "ICCID is left out." == digest.redacted
    assert REDACTED in stored
    assert "2" * 14 not in stored
    assert "89012600000000123456" not in stored


async def test_a_problem_makes_nobody_gone(scene):
    """Where no SIM could be listed, none is gone."""
    await scene.run(60.0, row(1))
    digest = await scene.digest(await scene.run(120.0), problem="No answer.")

    assert (0, "No answer.", {}) == (digest.gone.count, digest.problem, digest.counts)


async def test_a_large_fleet_is_bounded(scene):
    """All are counted; of each list a few dozen are kept."""
    await scene.run(60.0, *(row(n) for n in range(700)))
    rows = [row(n, mark=2, state=State.OFFLINE, gravity=MIN_GRAVITY) for n in range(100, 900)]
    digest = await scene.digest(await scene.run(120.0, *rows))
    lists = (digest.new, digest.gone, digest.worst)

    assert (600, [200, 100, 800]) == (digest.changes[0].count, [some.count for some in lists])
    assert {50} == {len(some.first) for some in (*lists, digest.changes[0])}


ONLINE = Snapshot(SID, "pump-7", NOON, state=State.ONLINE, imei14="1" * 14, country="USA")


def pair(before, after):
    return RowPair(after.sid, before.to_json(), after.to_json())


def gathered(*pairs, most=10, **how):
    """Return the groups as (kind, count, names)."""
    found = ChangeCollector(most, **how)
    for each in pairs:
        found.add(each)
    return [(g.kind, g.count, [c.sim.name for c in g.first]) for g in found.groups()]


@pytest.mark.parametrize(
    ("changed", "kinds"),
    [
        ({"state": State.OFFLINE}, [ChangeKind.WENT_SILENT]),
        ({"country": "MEX"}, [ChangeKind.NEW_COUNTRY]),
        ({"imei14": "2" * 14}, [ChangeKind.NEW_IMEI]),
        ({"findings": (FLAPPING,)}, [ChangeKind.NEW_FINDING]),
        # unknown, everyday and minor differences
        ({}, []),
        ({"operator": "Telcel", "network": "334-020"}, []),
        ({"packets_up": 5}, []),
        ({"imei14": None}, []),
        ({"country": None}, []),
        ({"state": State.UNKNOWN}, []),
        ({"findings": (FindingBrief("idle_session", "info", "Idle"),)}, []),
        ({"findings": (FindingBrief("healthy", "info", "Healthy"),)}, []),
        ({"findings": (FindingBrief("sim_not_active", "critical", "Suspended"),)}, []),
        ({"stale": True, "state": State.OFFLINE}, []),
    ],
)
def test_what_is_reported(changed, kinds):
    """What matters to a channel is counted by kind, with the SIM's name, and nothing else."""
    found = gathered(pair(ONLINE, replace(ONLINE, **changed)))

    assert [(kind, 1, ["pump-7"]) for kind in kinds] == found


def test_a_change_back_is_reported():
    """A SIM that is back and a finding that is gone are reported too."""
    before = replace(ONLINE, state=State.OFFLINE, findings=(FLAPPING,))
    kinds = (ChangeKind.CAME_BACK, ChangeKind.FINDING_GONE)

    assert [(kind, 1, ["pump-7"]) for kind in kinds] == gathered(pair(before, ONLINE))


def test_the_gravest_are_kept():
    """All are counted; of those kept the gravest come first, then those that came first."""
    worse = replace(
        ONLINE, state=State.OFFLINE, findings=(FindingBrief("gone_silent", "critical", "S"),)
    )
    silent = [replace(ONLINE, name=f"pump-{n}", state=State.OFFLINE) for n in range(5)]
    before = replace(ONLINE, findings=worse.findings)
    pairs = [pair(ONLINE, each) for each in silent]

    assert [(ChangeKind.WENT_SILENT, 6, ["pump-7", "pump-0", "pump-1"])] == gathered(
        *pairs, pair(before, worse), most=3
    )


def test_numbers_are_hidden_where_they_must_be():
    """In a shared channel it is told that the device is another, and not which."""
    found = ChangeCollector(5, redacts=True)
    found.add(pair(ONLINE, replace(ONLINE, imei14="2" * 14, name="pump 89012600000000123456")))
    changed = found.groups()[0].first[0]

    assert (REDACTED, REDACTED, f"pump {REDACTED}") == (
        changed.before,
        changed.after,
        changed.sim.name,
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"name":"x"}'])
def test_a_row_that_cannot_be_read_is_no_change(text):
    """A row of another version does not stop the digest."""
    assert [] == gathered(RowPair(SID, text, ONLINE.to_json()))


def test_a_list_names_the_gravest_finding():
    """What stands beside a SIM is its first finding that says more than its state."""
    findings = (FindingBrief("sim_not_active", "critical", "Suspended"), FLAPPING)
    snapshot = replace(ONLINE, findings=findings)

    assert ("Flapping", "warning") == (sim_summary(snapshot).what, sim_summary(snapshot).severity)
    assert gravest(findings[:1]) is None
