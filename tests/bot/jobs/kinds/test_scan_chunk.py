"""One chunk of a scan, on both databases."""

import pytest

from bot.digests.days import unpacked as days_in
from bot.digests.fleet import packed, unpacked
from bot.emulators.kore.faults import Fault
from bot.jobs.kinds.scan_chunk import scan_chunk
from bot.store.jobs import Job
from bot.store.scans import FAILED
from tests.builders import a_sim
from tests.digest_rig import digesting

SIMS = tuple(a_sim(sid=f"DE{n:032x}", unique_name=f"pump-{n}") for n in range(3))


@pytest.fixture
async def rig(database):
    """Three SIMs in a chunk; the engine is not asked to do it."""
    async with digesting(database, stories=()) as rig:
        for sim in SIMS:
            rig.kore.add({"sid": sim.sid, "unique_name": sim.unique_name, "status": "active"})
        async with database.write() as tx:
            await rig.parts.fleet.chunks.add(1, 0, packed(SIMS), tx)
        yield rig


async def done(rig, *, until=0.0, before=None, **memo):
    """Do the chunk once and write what came of it; give the outcome."""
    args = {"run": 1, "number": 0, "before": before, "until": until}
    job = Job("d/0", "scan_chunk", "running", args, memo, 1, 1, "d", 0.0, None, None)
    outcome = await scan_chunk.run(job, rig.parts)
    if outcome.write:
        async with rig.parts.fleet.database.write() as tx:
            await outcome.write(tx)
    return outcome


async def rows(rig):
    return {row.sid: row async for page in rig.parts.fleet.rows.every(1) for row in page}


async def left(rig):
    body = await rig.parts.fleet.chunks.find(1, 0)
    return [sim.sid for sim in unpacked(body)] if body else []


async def test_a_chunk_leaves_rows_and_days_and_goes(rig):
    """With its end come a row and today for each SIM; a second try asks nobody anything."""
    outcome = await done(rig)
    days = [len(days_in(await rig.parts.fleet.days.of(sim.sid))) for sim in SIMS]
    rig.kore.requests.clear()
    again = await done(rig)

    assert ("done", []) == (outcome.state, await left(rig))
    assert {sim.sid for sim in SIMS} == set(await rows(rig))
    assert [30, 30, 30] == days
    assert ("done", 0) == (again.state, len(rig.kore.requests))


async def test_what_may_be_well_in_a_minute_is_asked_again(rig):
    """The rest of the chunk is safe already; only what failed is left of it."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=1, status=503))
    outcome = await done(rig)

    assert ("ready", {"tries": 1}) == (outcome.state, outcome.memo)
    assert [SIMS[1].sid] == await left(rig)
    assert {SIMS[0].sid, SIMS[2].sid} == set(await rows(rig))


@pytest.mark.parametrize(
    ("tries", "until", "state"), [(0, 0, "ready"), (2, 0, "done"), (2, 1e12, "done")]
)
async def test_how_long_one_sim_is_tried(rig, tries, until, state):
    """A SIM that always fails is tried a few times, and holds up no digest for its grace."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=500))

    assert state == (await done(rig, until=until, tries=tries)).state


@pytest.mark.parametrize(("until", "state"), [(0, "done"), (1e12, "ready")])
async def test_how_long_kore_is_waited_for(rig, database, until, state):
    """While all of KORE is down it is tried until the digest's grace is over."""
    many = tuple(a_sim(sid=f"DE{n:032x}", unique_name=f"pump-{n}") for n in range(20))
    async with database.write() as tx:
        await rig.parts.fleet.chunks.keep(1, 0, packed(many), tx)
    rig.kore.faults.add(Fault(times=None, status=503))

    assert state == (await done(rig, until=until, tries=2)).state


@pytest.mark.parametrize(
    ("status", "about"), [(503, {"tries": 2}), (404, {"until": 1e12})], ids=["at last", "at once"]
)
async def test_a_failure_is_written_down(rig, status, about):
    """A SIM that never answers has a row that says why; one that KORE does not have, at once."""
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=status))
    outcome = await done(rig, **about)
    row = (await rows(rig))[SIMS[1].sid]
    counted = rig.parts.metrics.text().decode()

    assert ("done", FAILED, []) == (outcome.state, row.state, await left(rig))
    assert "KORE" in row.fault
    assert 'simsessions_scanned_sims_total{outcome="read"} 2.0' in counted
    assert 'simsessions_scanned_sims_total{outcome="failed"} 1.0' in counted


async def test_a_failure_keeps_what_was_known(rig):
    """The row of a SIM that failed holds its snapshot of the run before."""
    await done(rig)
    before = (await rows(rig))[SIMS[1].sid]
    async with rig.parts.fleet.database.write() as tx:
        await rig.parts.fleet.rows.add(7, [before], tx)
        await rig.parts.fleet.chunks.add(1, 0, packed(SIMS[1:2]), tx)
    rig.kore.faults.add(Fault(path=SIMS[1].sid, times=None, status=503))
    await done(rig, before=7, tries=2)
    now = (await rows(rig))[SIMS[1].sid]

    assert (FAILED, before.row, before.mark) == (now.state, now.row, now.mark)
