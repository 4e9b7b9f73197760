"""One look at a SIM for all its watches, on both databases."""

from datetime import timedelta

import pytest

from bot.sandbox.kore_api.faults import Fault
from bot.watches.watch import Goal
from tests.watching import BEN, watching

PATHS = 2


@pytest.fixture
async def rig(database):
    async with watching(database) as made:
        yield made


@pytest.fixture
def polling(rig):
    return rig.parts.watching.polling


async def sid_of(rig, name="pump-7"):
    return (await rig.lookup.look_up(name)).sim.sid


async def test_a_sim_that_nobody_watches_is_not_read(rig, polling):
    """
    Without open watches a look asks nothing, and there is no other.
    """
    sid, asked = await sid_of(rig), len(rig.asked())
    done = await polling.look(sid)

    assert (None, None, asked) == (done.after, done.write, len(rig.asked()))


async def test_all_watches_of_a_sim_share_a_look(rig, polling):
    """
    Three watches cost what one costs: the SIM and its sessions.
    """
    sid = await sid_of(rig)
    for person in ("U1", "U2", "U3"):
        await rig.begin(person=person)
    asked = len(rig.asked())

    done = await polling.look(sid)

    assert PATHS == len(rig.asked()) - asked
    assert 27 <= done.after <= 33


async def test_a_look_comes_in_time_for_an_end(rig, polling):
    """
    A watch that ends before the next round is looked at when it does.
    """
    sid = await sid_of(rig)
    await rig.begin(length=timedelta(seconds=80))
    rig.clock.move(62)

    done = await polling.look(sid)

    assert 18 == pytest.approx(done.after, abs=1)


async def test_a_look_comes_when_a_turn_has_held(rig, polling):
    """
    With long intervals a turn is not waited for longer than it must hold.
    """
    polling._rhythm._shortest = 600.0
    sid = await sid_of(rig, "truck-42")
    await rig.begin("truck-42", Goal.OFFLINE)
    rig.kore.turns.go_silent("truck-42")

    done = await polling.look(sid)

    assert 100 <= done.after <= 120


async def test_what_kore_refuses_makes_the_rounds_longer(rig, polling):
    """
    After a 429 the next look comes later.
    """
    sid = await sid_of(rig)
    await rig.begin()
    rig.kore.faults.add(Fault(path="/v1/", status=429, times=10, retry_after="1"))

    done = await polling.look(sid)

    assert 50 <= done.after <= 70


async def test_sessions_that_cannot_be_read_are_no_state(rig, polling):
    """
    Where KORE tells of the SIM and not of its sessions, nothing is known of it.
    """
    sid = await sid_of(rig)
    begun = await rig.begin()
    rig.kore.faults.add(Fault(path="/DataSessions", status=500, times=10))

    done = await polling.look(sid)
    async with rig.database.write() as tx:
        await done.write(tx)

    assert (await rig.watch(begun)).blind


async def test_what_was_decided_is_saved_only_with_the_job(rig, polling):
    """
    A look that is not recorded has told nothing: the next one decides the same again.
    """
    sid = await sid_of(rig)
    begun = await rig.begin()
    rig.kore.turns.recover("pump-7")

    first, second = await polling.look(sid), await polling.look(sid)
    async with rig.database.write() as tx:
        await first.write(tx)
        await second.write(tx)
    ended = await rig.watch(begun)

    assert (1, Goal.ONLINE) == (ended.notices, ended.goal)
    assert await rig.parts.queue.get(f"watch:{begun.watch.id}:1:reached")


async def test_an_extension_wins_over_an_end_that_was_decided_before_it(rig, polling):
    """
    Who extends a watch while its end is being judged keeps it.
    """
    sid = await sid_of(rig)
    begun = await rig.begin(length=timedelta(minutes=1))
    rig.clock.move(61)
    done = await polling.look(sid)
    await rig.begin(length=timedelta(hours=1))
    async with rig.database.write() as tx:
        await done.write(tx)

    assert None is (await rig.watch(begun)).ended


async def test_one_persons_end_is_not_anothers(rig):
    """
    Of two watches of one SIM each goes its own way.
    """
    short = await rig.begin(length=timedelta(minutes=2))
    long = await rig.begin(person=BEN)
    await rig.move(300)

    assert (True, False) == (
        (await rig.watch(short)).ended is not None,
        (await rig.watch(long)).ended is not None,
    )
