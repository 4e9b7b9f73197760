"""What is kept of digests, on both databases."""

from datetime import UTC, datetime

import pytest

from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import BATCH, Archive, DigestGone
from bot.digests.days import Day, merged_months
from bot.slack.access import ONE_ACCOUNT
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.scans import ScanRows, SimDays
from tests.bot.blocks.digests import QUIET, a_digest
from tests.bot.digests.test_compile import down, row

DUE = datetime.fromtimestamp(600, UTC)


@pytest.fixture
async def archive(database):
    """An archive with one digest of seventy SIMs."""
    runs = DigestRuns(database)
    run = await runs.begin("s1", 600.0, "job")
    rows = [row(n, gravity=n, imei14="1" * 14) for n in range(70)]
    async with database.write() as tx:
        await ScanRows(database).add(run.id, rows, tx)
        told = {"digest": QUIET.to_json().decode(), "has_rows": True}
        await runs.change(run.id, RunStage.POSTED, tx, **told)
    return Archive(database, Thresholds())


async def every(archive, *, redacts):
    return [page async for page in archive.sims("s1", DUE, ONE_ACCOUNT, redacts=redacts)]


async def test_a_digest_is_found(archive):
    """A digest comes back as it was made."""
    assert QUIET == await archive.digest("s1", DUE, ONE_ACCOUNT)


async def test_the_gravest_come_first(archive):
    """SIMs with nothing amiss stand in the list too, at its end."""
    found = await archive.worst("s1", DUE, ONE_ACCOUNT, redacts=False)

    assert [f"pump-{n}" for n in reversed(range(70))] == [sim.name for sim in found]


async def test_who_is_in_an_outage_has_it_for_a_cause(archive, database):
    """The table and the file name the outage that the digest does, and what is graver first."""
    runs = DigestRuns(database)
    run = await runs.find("s1", 600.0)
    digest = a_digest().to_json().decode()
    async with database.write() as tx:
        await ScanRows(database).add(run.id, [down(n) for n in range(3)], tx)
        await runs.change(run.id, RunStage.POSTED, tx, digest=digest)
    worst = await archive.worst("s1", DUE, ONE_ACCOUNT, redacts=False)
    (first, *_) = await every(archive, redacts=False)

    assert [("Common outage, 3 SIMs", "critical")] * 3 == [(s.what, s.severity) for s in worst[:3]]
    assert {"pump-0", "pump-1", "pump-2"} == {sim.name for sim in worst[:3]}
    assert ["common_outage"] == [found.rule for found in first[0].snapshot.findings]
    assert "do not reset" in first[0].snapshot.next_step


async def test_all_sims_come_a_few_at_a_time(archive):
    """Each SIM comes once, in portions that hold nobody up."""
    pages = await every(archive, redacts=False)

    assert [f"pump-{n}" for n in range(70)] == [each.snapshot.name for p in pages for each in p]
    assert max(map(len, pages)) <= BATCH
    assert "1" * 14 == pages[0][0].snapshot.imei14


async def test_numbers_are_left_out_where_they_must_be(archive):
    """Who may not see which device it is, is not told by the rows either."""
    pages = await every(archive, redacts=True)

    assert {None} == {each.snapshot.imei14 for page in pages for each in page}


@pytest.mark.parametrize("of", ["s1", "s2"])
async def test_what_is_no_longer_kept(archive, database, of):
    """A digest whose rows are gone, or that never was, is said to be gone."""
    runs = DigestRuns(database)
    run = await runs.find("s1", 600.0)
    await runs.change(run.id, RunStage.POSTED, has_rows=False)

    with pytest.raises(DigestGone):
        await archive.digest(of, DUE, ONE_ACCOUNT)
    with pytest.raises(DigestGone):
        await archive.worst(of, DUE, ONE_ACCOUNT, redacts=False)


async def test_days(archive, database):
    """The days of a SIM come by number; one that was never scanned has none."""
    async with database.write() as tx:
        await SimDays(database).put({"DE1": merged_months({}, {20_000: Day(3)}, 20_000)}, tx)

    assert ({20_000: Day(3)}, {}) == (await archive.days("DE1"), await archive.days("DE2"))
    assert 3 == len(await archive.earlier("DE1"))
