"""The digests that channels have asked for, as rows."""

import asyncio

import pytest

from bot.store.subscriptions import SubscriptionRows

PUMPS = {
    "id": "1",
    "team": "T1",
    "channel": "C1",
    "name": "Pumps",
    "name_key": "pumps",
    "made_by": "U1",
    "made_at": 1.5,
    "details": '{"zone":"UTC"}',
    "paused": None,
}
ROW = tuple(PUMPS.values())


@pytest.fixture
def rows(database):
    return SubscriptionRows(database)


async def test_what_is_kept_comes_back(rows):
    """A row is found by id, by channel, by maker, by workspace, and among all."""
    assert await rows.add(PUMPS)

    assert ROW == await rows.get("1")
    for found in (
        rows.in_channel("T1", "C1"), rows.made_by("T1", "U1"), rows.of_team("T1"), rows.every(),
    ):  # fmt: skip
        assert (ROW,) == await found
    assert () == await rows.in_channel("T1", "C2")
    assert () == await rows.made_by("T2", "U1")
    assert await rows.get("2") is None


async def test_a_name_is_free_once_in_a_channel(rows):
    """The same name in the same channel is refused; elsewhere it is free."""
    await rows.add(PUMPS)

    assert not await rows.add(PUMPS | {"id": "2", "name": "PUMPS"})
    assert await rows.add(PUMPS | {"id": "3", "channel": "C2"})
    assert await rows.add(PUMPS | {"id": "4", "team": "T2"})
    assert ["1", "4"] == sorted(row.id for row in await rows.every() if row.channel == "C1")


async def test_two_at_once_get_one_name_once(rows):
    """Of several that add the same name at the same time one finds it free."""
    adding = [rows.add(PUMPS | {"id": str(n)}) for n in range(5)]

    assert [False] * 4 + [True] == sorted(await asyncio.gather(*adding))
    assert 1 == len(await rows.every())


async def test_a_change(rows):
    """All but the id may change; a name that another has is refused and changes nothing."""
    wells = PUMPS | {"id": "2", "name": "Wells", "name_key": "wells"}
    await rows.add(PUMPS)
    await rows.add(wells)

    assert await rows.change(PUMPS | {"channel": "C2", "details": "{}"})
    assert not await rows.change(wells | {"channel": "C2", "name": "pumps", "name_key": "pumps"})
    assert not await rows.change(PUMPS | {"id": "9"})
    assert [("C2", "{}"), ("C1", wells["details"])] == [
        (row.channel, row.details) for row in await rows.every()
    ]


async def test_pausing_and_resuming(rows):
    """Each is said to have changed something once only, so that what follows is done once."""
    await rows.add(PUMPS)

    changed = [await rows.set_paused("1", why) for why in ("asked", "archived", None, None)]

    assert [True, False, True, False] == changed
    assert not await rows.set_paused("9", "asked")
    assert ROW == await rows.get("1")


async def test_removing(rows):
    """What is removed is gone, and its name is free again."""
    await rows.add(PUMPS)

    assert [True, False] == [await rows.remove("1"), await rows.remove("1")]
    assert await rows.add(PUMPS | {"id": "2"})


async def test_they_come_by_name(rows):
    """A list is in the order in which people read it."""
    for number, name in enumerate(("wells", "gates", "pumps")):
        await rows.add(PUMPS | {"id": str(number), "name": name, "name_key": name})

    assert ["gates", "pumps", "wells"] == [row.name for row in await rows.in_channel("T1", "C1")]


async def test_it_is_part_of_a_transaction(rows, database):
    """What is given a transaction is saved with it or not at all."""

    async def broken():
        async with database.write() as tx:
            await rows.add(PUMPS, tx)
            raise KeyError

    with pytest.raises(KeyError):
        await broken()

    assert () == await rows.every()
