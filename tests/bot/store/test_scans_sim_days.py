"""The days of SIMs, on both databases."""

import pytest

from bot.store.scans import SimDays


@pytest.fixture
def days(database):
    return SimDays(database)


@pytest.fixture
def put(days, database):
    async def put(changed):
        async with database.write() as tx:
            await days.put(changed, tx)

    return put


async def test_months_are_kept(days, put):
    """A month that is written again takes the place of what was there."""
    await put({"DE2": {5: b"five"}, "DE1": {5: b"x", 4: b"four"}})
    await put({"DE1": {5: b"more"}, "DE3": {}})
    await put({})

    assert {4: b"four", 5: b"more"} == await days.of("DE1")
    assert {} == await days.of("DE3")


async def test_months_of_several_sims(days, put):
    """Only the SIMs and months that are asked for come."""
    await put({"DE1": {3: b"3", 4: b"4", 5: b"5"}, "DE2": {3: b"3"}, "DE9": {5: b"5"}})

    assert {"DE1": {4: b"4", 5: b"5"}} == await days.since(["DE1", "DE2"], 4)


async def test_old_months_are_forgotten_a_few_at_a_time(days, put):
    """Months before the retention go in portions."""
    await put({f"DE{n}": {3: b"3", 5: b"5"} for n in range(3)})

    assert [2, 1, 0] == [await days.forget(5, 2) for _ in range(3)]
    assert {5: b"5"} == await days.of("DE0")
