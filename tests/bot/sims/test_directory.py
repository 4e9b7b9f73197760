import asyncio
import logging

import pytest

from bot.emulators.kore.faults import broken, not_json
from bot.sims.accounts import JoinedDirectory
from bot.sims.directory import SimDirectory
from bot.sims.identifier import IdentifierKind, identify
from bot.sims.wording import ListCoverage
from tests.bot.sims.conftest import a_row, paths, sid
from tests.builders import ICCID, SID
from tests.waiting import until

LISTS = "/v1/Sims"


@pytest.fixture
def fleet(api):
    """1,300 SIMs more: three blocks, two pages."""
    for number in range(100, 1400):
        api.add(a_row(number, unique_name=f"meter-{number}"))


def names(candidates):
    return [sim.name for sim in candidates]


async def spin(times):
    for _ in range(times):
        await asyncio.sleep(0)


async def test_nothing_is_read_beforehand(directory, api):
    """A new directory has asked nobody, knows nobody and says so."""
    assert () == directory.exact("pump-7")
    assert () == await directory.search("pump-7")
    assert ListCoverage(complete=False, count=0) == directory.listed
    assert [] == paths(api)


async def test_a_refresh_reads_all_pages(directory, api, clock, fleet):
    """All SIMs are read page after page, and when is kept."""
    assert await directory.refresh()
    assert ListCoverage(complete=True, count=1307) == directory.listed
    assert [LISTS, LISTS] == paths(api)
    assert clock.now() >= directory.as_of


async def test_exact(directory):
    """A unique name comes before a friendly one, case does not count, half a name is none."""
    for name, sids in (
        ("pump-7", [SID]),
        ("PUMP–7 ", [SID]),
        ("north gate", [sid(3)]),
        ("depot", [sid(4), sid(5)]),
        ("pump", []),
        ("", []),
    ):
        await directory.refresh()

        assert sids == [sim.sid for sim in directory.exact(name)], (name, sids)


async def test_sids_by_name_and_number(directory):
    """A unique name or an ICCID gives the SID; a friendly name alone does not."""
    await directory.refresh()

    assert SID == directory.sid_of_unique_name("Pump-7")
    assert SID == directory.sid_of_number(IdentifierKind.ICCID, ICCID)
    assert directory.sid_of_unique_name("Depot") is None
    assert directory.sid_of_number(IdentifierKind.ICCID, ICCID[:-1]) is None


async def test_joined_lists_name_the_one_only_where_all_are_read(kore, directory, clock):
    """Before that another account may have a SIM of the same name; of one account it is known."""
    accounts = {"acme": directory, "globex": SimDirectory(Nothing(), clock)}
    joined = JoinedDirectory(accounts, kore, clock)
    await directory.refresh()
    found = [joined.sid_of_unique_name(name) for name in ("pump-7", "acme/pump-7")]
    await joined.refresh()

    assert [None, SID] == found
    assert SID == joined.sid_of_unique_name("pump-7")


async def test_some_of_joined_lists(kore, directory, clock):
    """The first account may have fewer than are wanted."""
    joined = JoinedDirectory({"acme": directory, "globex": directory}, kore, clock)
    await joined.refresh()
    many = directory.table.count

    assert 2 * many == len(joined.some(2 * many + 5))
    assert many + 1 == len(joined.some(many + 1))
    assert () == SimDirectory(Nothing(), clock).some(5)


async def test_joined_lists_are_waited_for_and_missed(kore, directory, clock, api):
    """The whole waits for all lists; one that cannot be read keeps nobody, and is missed."""
    other = SimDirectory(Nothing(), clock)
    joined = JoinedDirectory({"acme": directory, "globex": other}, kore, clock)
    await other.refresh()
    assert ("acme",) == joined.missing
    api.faults.add(broken(times=None))
    assert await joined.whole(600)
    assert ("acme",) == joined.missing
    api.faults.clear()
    clock.move(60)
    assert await joined.whole(600)
    assert () == joined.missing


class Nothing:
    """An account without SIMs."""

    async def sims(self):
        for none in ():
            yield none


async def test_search(directory, fleet):
    """The nearest names come first, no more than asked for."""
    await directory.refresh()

    assert ["pump-17"] == names(await directory.search("pmp-17", 1))
    assert ["meter-777"] == names(await directory.search("metr-777", 1))
    assert ["pump-7"] == names(await directory.near(identify(ICCID[:-1] + "0")))
    assert () == await directory.search("qwertzuiop")


async def test_searches_take_turns_with_the_loop(directory, fleet):
    """Others get their turn after each block of a search, and searches run one after the other."""
    await directory.refresh()
    first = asyncio.create_task(directory.search("metr-777"))
    second = asyncio.create_task(directory.search("metr-778"))
    turns = 0
    while not first.done():
        assert not second.done()
        await asyncio.sleep(0)
        turns += 1

    assert 3 <= turns
    assert "meter-778" == (await second)[0].name


async def test_one_reading_at_a_time(directory, api):
    """Whoever asks for a refresh during one waits for the same."""
    assert [True] * 5 == await asyncio.gather(*(directory.refresh() for _ in range(5)))
    assert [LISTS] == paths(api)


async def test_a_failed_refresh_keeps_the_old_list(directory, api, clock, caplog):
    """The old list stays and can be searched; that it failed and is back is logged once each."""
    await directory.refresh()
    read_at = directory.as_of
    clock.move(900)
    api.faults.add(broken(500, times=None))
    with caplog.at_level(logging.WARNING, "bot.sims.directory"):
        assert not await directory.refresh()
        assert not await directory.refresh()
        assert (SID, read_at) == (directory.exact("pump-7")[0].sid, directory.as_of)
        assert ListCoverage(complete=True, count=7, failed=True) == directory.listed
        api.faults.clear()
        clock.move(900)
        assert await directory.refresh()

    assert read_at < directory.as_of
    assert ["sim-list-unreadable", "sim-list-readable-again"] == [
        record.msg for record in caplog.records if record.name == "bot.sims.directory"
    ]


async def test_a_bad_page(directory, api):
    """Something that is no page is a failed reading, not a broken bot."""
    api.faults.add(not_json(times=None))

    assert not await directory.refresh()
    assert ListCoverage(complete=False, count=0, failed=True) == directory.listed


class Breaks:
    """A KORE client with a fault of our own."""

    async def sims(self):
        yield 1 / 0


async def test_a_fault_of_ours(clock, caplog):
    """An error that nobody planned is logged with its cause and ends only this reading."""
    directory = SimDirectory(Breaks(), clock)

    assert not await directory.refresh()
    assert "ZeroDivisionError" in caplog.text


async def test_half_a_list_can_be_searched(directory, fleet):
    """While the first list is being read, what is there is searched, and it is not called whole."""
    reading = asyncio.create_task(directory.refresh())
    await until(lambda: directory.listed.count >= 500, pause=0)
    half = directory.listed
    found = await directory.search("pmp-7")
    await reading

    assert not half.complete
    assert "pump-7" == found[0].name
    assert directory.listed.complete


async def test_ready(directory, api):
    """The first asker starts the reading, waits only so long, and the next finds it done."""
    api.faults.latency = 1.0

    assert not await directory.ready(0)
    assert not await directory.ready(0.5)
    assert await directory.refresh()
    assert await directory.ready(0)
    assert [LISTS] == paths(api)


async def test_ready_does_not_hammer(directory, api, clock):
    """After a reading that failed the next is begun half a minute later at the soonest."""
    api.faults.add(broken(500, times=None))
    await directory.refresh()
    asked = len(paths(api))
    await directory.ready(1)
    await spin(50)

    assert asked == len(paths(api))

    api.faults.clear()
    clock.move(31)
    await directory.ready(1)

    assert await directory.refresh()


async def test_run_reads_again_and_again(directory, api, clock):
    """The list is read anew after each interval, sooner after a failure, until it is cancelled."""
    running = asyncio.create_task(directory.run())
    await until(lambda: len(paths(api)) == 3, pause=0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert running.cancelled()
    assert {900.0} == set(clock.slept)


async def test_run_tries_again_soon(directory, api, clock):
    """A first list that cannot be read is tried for again after a minute."""
    api.faults.add(broken(500, LISTS, times=4))
    running = asyncio.create_task(directory.run())
    await until(lambda: directory.listed.complete, pause=0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert 60.0 in clock.slept


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 90.0), (0.5, 100.0), (1.0, 110.0)])
async def test_intervals_are_spread(kore, clock, chance, pause):
    """The interval is a setting and is spread by a tenth, so that not all bots ask at once."""
    directory = SimDirectory(kore, clock, refresh_every=100, chance=lambda: chance)
    running = asyncio.create_task(directory.run())
    await until(lambda: clock.slept, pause=0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert pytest.approx(pause) == clock.slept[0]


async def test_a_list_without_end(kore, clock, fleet, caplog):
    """A list longer than we bear is cut, and that is logged."""
    directory = SimDirectory(kore, clock, most_sims=1000)

    assert await directory.refresh()
    assert 1000 == directory.listed.count
    assert "sim-list-too-long" in caplog.text


async def test_close_stops_the_reading(directory, api):
    """A reading under way ends when the directory is closed."""
    waiting = asyncio.create_task(directory.refresh())
    await asyncio.sleep(0)
    await directory.aclose()
    await asyncio.gather(waiting, return_exceptions=True)

    assert waiting.cancelled()
    assert not directory.listed.complete


async def test_sims_are_counted_by_name(directory, fleet):
    """A SIM counts once, whichever of its names fits; names are plain, and one without is not."""
    await directory.refresh()

    assert 4 == len(await directory.sids(lambda name: name.startswith("pump-")))
    assert 3 == len(await directory.sids(lambda name: name in {"north gate", "depot", "pump-70"}))
    assert 1300 == len(await directory.sids(lambda name: name.startswith("meter")))
    assert 0 == len(await directory.sids(lambda name: name in {"", "Depot"}))


async def test_sims_are_found_by_how_their_names_begin(directory, fleet):
    """Either name may begin so; one that begins so and does not fit is none."""
    await directory.refresh()
    for start, fits, found in (
        ("north", "north gate", (sid(3),)),
        ("truck-", "truck-42", (sid(4),)),
        ("meter-139", "meter-1399", (sid(1399),)),
        ("pump-", "pump", ()),
        ("ump-", "pump-17", ()),
    ):
        assert found == await directory.sids(fits.__eq__, start=start), start


async def test_many_names_at_once(directory, fleet):
    """Each name gives what `exact` gives for it; a name that nobody bears is left out."""
    await directory.refresh()
    asked = ("PUMP–7 ", "depot", "meter-1399", "pump", "")

    found = await directory.all_named(asked)

    assert {"pump-7", "depot", "meter-1399"} == set(found)
    assert [directory.exact(name) for name in asked[:3]] == list(
        map(found.__getitem__, ("pump-7", "depot", "meter-1399"))
    )
