"""The rows of scans, on both databases."""

from dataclasses import replace

import pytest

from bot.store import scan_rows
from bot.store.scan_rows import FAILED, Pair, ScanRow, ScanRows

ROW = ScanRow("DE1", "online", 0, 7, "{}", traffic=5)


def a_row(number, **changes):
    return replace(ROW, sid=f"DE{number:03}", **changes)


@pytest.fixture
def rows(database):
    return ScanRows(database)


@pytest.fixture
def put(rows, database):
    """Give a function that keeps rows of a run."""

    async def put(run, *them):
        async with database.write() as tx:
            await rows.add(run, them, tx)

    return put


async def every(rows, run):
    return [row async for page in rows.every(run) for row in page]


async def test_rows_are_kept(rows, put):
    """
    Every field of a row comes back, unknown ones as unknown.
    """
    full = a_row(2, lost_on="334-20", lost_at=1.5, fault="why", traffic=2**40, mark=2**55)
    await put(1, a_row(1, traffic=None), full)

    assert [a_row(1, traffic=None), full] == await every(rows, 1)
    assert [] == await every(rows, 2)


async def test_a_row_is_one_a_sim(rows, put):
    """
    A SIM that is written again, in the same or a later go, has one row.
    """
    await put(1, a_row(1))
    await put(1, a_row(1, state="offline"), a_row(2))
    await put(1)

    assert [a_row(1, state="offline"), a_row(2)] == await every(rows, 1)


async def test_pages(rows, put, monkeypatch):
    """
    More rows than a page come all, in order, a page at a time.
    """
    monkeypatch.setattr(scan_rows, "PAGE", 3)
    for size in (6, 7):
        await put(size, *(a_row(n) for n in range(size)))

    assert [a_row(n) for n in range(7)] == await every(rows, 7)
    assert [3, 3, 1] == [len(page) async for page in rows.every(7)]
    assert [3, 3] == [len(page) async for page in rows.every(6)]


async def test_some_rows(rows, put):
    """
    Rows of given SIMs are found by SID, those that are not there are not.
    """
    await put(1, a_row(1), a_row(2))

    assert {"DE002": a_row(2)} == await rows.known(1, ["DE002", "DE009"])
    assert {} == await rows.known(1, [])


async def test_what_changed(rows, put):
    """
    Only SIMs of both runs whose marks differ, and that could be read now, come in pairs.
    """
    await put(1, a_row(1), a_row(2, row="was"), a_row(3), a_row(5))
    await put(2, a_row(1), a_row(2, mark=8, row="is"), a_row(3, mark=8, state=FAILED), a_row(4))

    assert [[Pair("DE002", "was", "is")]] == [page async for page in rows.changed(1, 2)]


async def test_what_is_in_one_run_only(rows, put):
    """
    New SIMs and gone ones are those of one run that the other does not have.
    """
    await put(1, a_row(1), a_row(2))
    await put(2, a_row(2), a_row(3), a_row(4))

    assert (a_row(3),) == await rows.only_in(2, 1, 1)
    assert (2, 1) == (await rows.count_only_in(2, 1), await rows.count_only_in(1, 2))


async def test_rows_are_forgotten_a_few_at_a_time(rows, put):
    """
    A run's rows go in portions, and those of another stay.
    """
    await put(1, *(a_row(n) for n in range(5)))
    await put(2, a_row(1))

    assert [3, 2, 0] == [await rows.forget(1, 3) for _ in range(3)]
    assert [a_row(1)] == await every(rows, 2)


async def test_a_transaction_that_fails_keeps_nothing(rows, database):
    """
    Rows are saved with all the rest of their transaction, or not at all.
    """

    async def broken():
        async with database.write() as tx:
            await rows.add(1, [a_row(1)], tx)
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        await broken()

    assert [] == await every(rows, 1)
