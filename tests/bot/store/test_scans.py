"""The rows of scans, on both databases."""

import pytest

from bot.store import scans
from bot.store.scans import FAILED, RowPair, ScanChunks, ScanRow, ScanRows, ScanSums, SimDays
from bot.struct import replace

ROW = ScanRow("DE1", "online", 0, 7, "{}", traffic=5)


def a_row(number, **changes):
    return replace(ROW, sid=f"DE{number:03}", **changes)


@pytest.fixture
def rows(database):
    return ScanRows(database)


@pytest.fixture
def put(rows, database):
    """Return a function that keeps rows of a run."""

    async def put(run, *them):
        async with database.write() as tx:
            await rows.add(run, them, tx)

    return put


async def every(rows, run):
    return [row async for page in rows.every(run) for row in page]


async def test_a_sim_has_one_row(rows, put):
    """Every field comes back, unknown ones as unknown, and as it was last written."""
    full = a_row(2, lost_on="334-20", lost_at=1.5, fault="why", traffic=2**40, mark=2**55)
    await put(1, a_row(1))
    await put(1, a_row(1, traffic=None), full)
    await put(1)

    assert [a_row(1, traffic=None), full] == await every(rows, 1)
    assert [] == await every(rows, 2)
    assert {"DE002": full} == await rows.known(1, ["DE002", "DE009"])
    assert {} == await rows.known(1, [])


async def test_pages(rows, put, monkeypatch):
    """More rows than a page come all, in order, a page at a time."""
    monkeypatch.setattr(scans, "PAGE", 3)
    for size in (6, 7):
        await put(size, *(a_row(n) for n in range(size)))

    assert [a_row(n) for n in range(7)] == await every(rows, 7)
    assert [3, 3, 1] == [len(page) async for page in rows.every(7)]
    assert [3, 3] == [len(page) async for page in rows.every(6)]


async def test_what_changed(rows, put):
    """Only SIMs of both runs whose marks differ, and that could be read now, come in pairs."""
    await put(1, a_row(1), a_row(2, row="was"), a_row(3), a_row(5))
    await put(2, a_row(1), a_row(2, mark=8, row="is"), a_row(3, mark=8, state=FAILED), a_row(4))

    assert [[RowPair("DE002", "was", "is")]] == [page async for page in rows.changed(1, 2)]


async def test_what_is_in_one_run_only(rows, put):
    """New SIMs and gone ones are those of one run that the other does not have."""
    await put(1, a_row(1), a_row(2))
    await put(2, a_row(2), a_row(3), a_row(4))

    assert (a_row(3),) == await rows.only_in(2, 1, 1)
    assert (2, 1) == (await rows.count_only_in(2, 1), await rows.count_only_in(1, 2))


async def test_rows_are_forgotten_a_few_at_a_time(rows, put):
    """A run's rows go in portions, and those of another stay."""
    await put(1, *(a_row(n) for n in range(5)))
    await put(2, a_row(1))

    assert [3, 2, 0] == [await rows.forget(1, 3) for _ in range(3)]
    assert [a_row(1)] == await every(rows, 2)


async def test_a_transaction_that_fails_keeps_nothing(rows, database):
    """Rows are saved with all the rest of their transaction, or not at all."""

    async def broken():
        async with database.write() as tx:
            await rows.add(1, [a_row(1)], tx)
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        await broken()

    assert [] == await every(rows, 1)


@pytest.fixture
async def chunks(database):
    chunks = ScanChunks(database)
    async with database.write() as tx:
        for number in range(3):
            await chunks.add(1, number, b"sims %d" % number, tx)
        await chunks.add(2, 0, b"others", tx)
    return chunks


async def left(chunks, run):
    return [each async for each in chunks.left(run)]


async def test_a_chunk_shrinks_to_what_is_left(chunks, database):
    """It is found by run and number, and goes when none of it is left or its run is forgotten."""
    found = [await chunks.find(1, 1), await chunks.find(1, 9)]
    async with database.write() as tx:
        await chunks.keep(1, 0, b"less", tx)
        await chunks.keep(1, 1, None, tx)
    before = await left(chunks, 1)
    await chunks.forget(1)

    assert [b"sims 1", None] == found
    assert [(0, b"less"), (2, b"sims 2")] == before
    assert ([], [(0, b"others")]) == (await left(chunks, 1), await left(chunks, 2))


ROWS = (
    ScanRow("DE1", "online", 0, 7, "{}", traffic=5),
    ScanRow("DE2", "online", 201, 7, "{}", traffic=900),
    ScanRow("DE3", "offline", 318, 7, "{}", traffic=0, lost_on="334-20", lost_at=20.0),
    ScanRow("DE4", "offline", 318, 7, "{}", lost_on="334-20", lost_at=10.0),
    ScanRow("DE5", "stale", 317, 7, "{}", lost_on="310-260", lost_at=30.0),
    ScanRow("DE6", FAILED, 0, 7, "{}", fault="no answer"),
    ScanRow("DE7", FAILED, 0, 7, "{}", fault="no answer"),
    ScanRow("DE8", FAILED, 0, 7, "{}", fault="odd"),
)


@pytest.fixture
async def sums(database):
    async with database.write() as tx:
        await ScanRows(database).add(1, ROWS, tx)
        await ScanRows(database).add(2, [replace(ROWS[0], gravity=999, traffic=9999)], tx)
    return ScanSums(database)


def sids(rows):
    return [row.sid for row in rows]


async def test_sums(sums):
    """SIMs are counted by state and by fault; the gravest, the loudest and the failed are named."""
    assert {"online": 2, "offline": 2, "stale": 1, FAILED: 3} == await sums.counts(1)
    assert {"no answer": 2, "odd": 1} == await sums.faults(1)
    assert 4 == await sums.grave(1, 200)
    assert ["DE3", "DE4", "DE5"] == sids(await sums.worst(1, 300, 9))
    assert ["DE3", "DE4"] == sids(await sums.worst(1, 0, 2))
    assert ["DE2", "DE1"] == sids(await sums.talkers(1, 9))
    assert ["DE6", "DE7"] == sids(await sums.failed(1, 2))
    assert ({}, {}, 0) == (await sums.counts(9), await sums.faults(9), await sums.grave(9, 0))


async def test_the_lost_stream_by(sums, monkeypatch):
    """Losses come by network and by time, over as many pages as it takes."""
    monkeypatch.setattr(scans, "PAGE", 1)

    assert [("310-260", 30.0), ("334-20", 10.0), ("334-20", 20.0)] == [
        loss async for loss in sums.lost(1)
    ]
    assert ["DE3"] == sids(await sums.lost_on(1, "334-20", 1))
    assert [] == [loss async for loss in sums.lost(9)]


async def test_days(database):
    """A month takes the place of what was there; old ones are forgotten a few at a time."""
    days = SimDays(database)
    for changed in (
        {"DE2": {5: b"five"}, "DE1": {5: b"x", 4: b"four", 3: b"3"}},
        {"DE1": {5: b"more"}, "DE3": {3: b"3"}, "DE9": {}},
        {},
    ):
        async with database.write() as tx:
            await days.put(changed, tx)

    assert {3: b"3", 4: b"four", 5: b"more"} == await days.of("DE1")
    assert {} == await days.of("DE9")
    assert {"DE1": {4: b"four", 5: b"more"}} == await days.since(["DE1", "DE3"], 4)
    assert [2, 1, 0] == [await days.forget(5, 2) for _ in range(3)]
    assert [{5: b"more"}, {5: b"five"}, {}] == [await days.of(sid) for sid in ("DE1", "DE2", "DE3")]
