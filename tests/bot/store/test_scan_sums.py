"""What a scan comes to, on both databases."""

from dataclasses import replace

import pytest

from bot.store import scan_sums
from bot.store.scan_rows import FAILED, ScanRow, ScanRows
from bot.store.scan_sums import ScanSums

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


async def test_counts(sums):
    """
    SIMs are counted by state, and those that failed by why.
    """
    assert {"online": 2, "offline": 2, "stale": 1, FAILED: 3} == await sums.counts(1)
    assert {"no answer": 2, "odd": 1} == await sums.faults(1)


async def test_the_worst_come_first(sums):
    """
    Of the SIMs that are grave enough the gravest come first, and as many as are wanted.
    """
    assert ["DE3", "DE4", "DE5"] == sids(await sums.worst(1, 300, 9))
    assert ["DE3", "DE4"] == sids(await sums.worst(1, 0, 2))
    assert 4 == await sums.grave(1, 200)


async def test_the_loudest_come_first(sums):
    """
    Only SIMs that told of packets talk.
    """
    assert ["DE2", "DE1"] == sids(await sums.talkers(1, 9))


async def test_those_that_failed_are_named(sums):
    """
    SIMs that could not be read come as rows, as many as are wanted.
    """
    assert ["DE6", "DE7"] == sids(await sums.failed(1, 2))


async def test_the_lost_stream_by(sums, monkeypatch):
    """
    Losses come by network and by time, over as many pages as it takes.
    """
    monkeypatch.setattr(scan_sums, "PAGE", 1)

    assert [("310-260", 30.0), ("334-20", 10.0), ("334-20", 20.0)] == [
        loss async for loss in sums.lost(1)
    ]
    assert ["DE3"] == sids(await sums.lost_on(1, "334-20", 1))


async def test_a_run_without_rows(sums):
    """
    Nothing scanned comes to nothing.
    """
    assert ({}, {}, 0) == (await sums.counts(9), await sums.faults(9), await sums.grave(9, 0))
    assert [] == [loss async for loss in sums.lost(9)]
