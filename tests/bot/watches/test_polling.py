"""One look at a SIM for all its watches, on both databases."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.emulators.kore.faults import Fault
from bot.emulators.slack.people import ANA, GIL, HOME
from bot.errors import NotAllowed
from bot.slack.access import Access, Authorizer, Policies
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import Channels, People, UserGroups
from bot.watches.polling import JITTER, MOST_TIMES, SLOW, Admitted, PollInterval
from bot.watches.watch import Asker, Condition
from tests.fakes import FakeClock
from tests.watching import BEN, watching
from tests.workspaces import BOT_TOKEN, slack_side

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
    await rig.begin("truck-42", Condition.OFFLINE)
    rig.kore.events.go_silent("truck-42")

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
    rig.kore.events.recover("pump-7")

    first, second = await polling.look(sid), await polling.look(sid)
    async with rig.database.write() as tx:
        await first.write(tx)
        await second.write(tx)
    ended = await rig.watch(begun)

    assert (1, Condition.ONLINE) == (ended.notices, ended.goal)
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


FLEET, SHARED = "C0FLEETOP", "C0PARTNER"


@pytest.fixture
async def permission():
    """Return a maker of permissions with these lists, as the running bot has them."""
    clock = FakeClock()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_side(clock))
        slack.api.scopes |= {"users:read", "channels:read", "groups:read"}
        session = await stack.enter_async_context(open_session())
        client = SlackClient(session, clock, token=BOT_TOKEN, api_url=slack.api_url)

        def make(**lists):
            access = Access(HOME.id, **{name: frozenset(ids) for name, ids in lists.items()})
            people, channels = People(client, clock), Channels(client, clock)
            groups = UserGroups(client, clock, frozenset())
            admission = Authorizer(access, people, channels, groups, Policies())
            stack.push_async_callback(admission.aclose)
            return Admitted(access, admission)

        yield make


def an_asker(person=ANA, channel=FLEET):
    return Asker(person.id, channel, team=person.team)


async def test_who_may_ask_watches_and_sees_all(permission):
    """
    In a channel of one's own workspace nothing is left out.
    """
    assert None is await permission().left_out(an_asker())


@pytest.mark.parametrize(
    ("lists", "asker"),
    [
        ({"users": ["U0OTHER"]}, an_asker()),
        ({"channels": ["C0OTHER"]}, an_asker()),
        ({"teams": ["T0OTHER"]}, an_asker()),
    ],
)
async def test_who_was_taken_from_a_list_may_not_any_more(permission, lists, asker):
    """
    Each list is asked for each look.
    """
    with pytest.raises(NotAllowed):
        await permission(**lists).left_out(asker)


async def test_what_was_begun_in_a_window_asks_for_no_channel(permission):
    """
    A watch from the Home tab is told directly, so that lists of channels do not matter.
    """
    asker = an_asker(channel=ANA.id)

    assert None is await permission(channels=["C0OTHER"]).left_out(asker)


@pytest.mark.parametrize(
    "asker", [an_asker(channel=SHARED), an_asker(GIL)], ids=["shared channel", "guest"]
)
async def test_what_others_may_not_see_is_left_out(permission, asker):
    """
    In a shared channel, and for a guest, card and device are left out, and why is said.
    """
    assert "ICCID, IMEI, cell and location are left out" in await permission().left_out(asker)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def rhythm(clock):
    return PollInterval(clock)


def near(seconds):
    return pytest.approx(seconds, rel=JITTER + 1e-9)


@pytest.mark.parametrize(
    ("sims", "expected"), [(1, 30), (100, 30), (120, 30), (400, 100), (9000, 900)]
)
def test_many_sims_are_read_less_often(rhythm, sims, expected):
    """
    Watches make at most four looks a second; a SIM is read every quarter of an hour at least.
    """
    assert near(expected) == rhythm.interval(sims)


def test_intervals_are_spread(rhythm):
    """
    Not all SIMs are read in the same moment.
    """
    assert len({rhythm.interval(1) for _ in range(20)}) > 10


@pytest.mark.parametrize("seconds", [0.1, SLOW])
def test_a_look_that_goes_well_changes_nothing(rhythm, seconds):
    """
    While KORE answers in time, SIMs are read as often as is of use.
    """
    rhythm.went(seconds)

    assert 1 == rhythm.slowness()


@pytest.mark.parametrize("how", [{"seconds": 0.1, "refused": True}, {"seconds": SLOW + 1}])
def test_a_busy_kore_is_asked_less(rhythm, how):
    """
    After a refusal, or a long wait behind others, all intervals double.
    """
    rhythm.went(**how)

    assert near(60) == rhythm.interval(1)


def test_looks_under_way_together_tell_one_thing(rhythm):
    """
    A hundred refusals within one round double the interval once.
    """
    for _ in range(100):
        rhythm.went(0.1, refused=True)

    assert 2 == rhythm.slowness()


def test_it_gets_slower_while_kore_goes_on_refusing(rhythm, clock):
    """
    Round after round of refusals ends at the longest interval.
    """
    for _ in range(20):
        rhythm.went(0.1, refused=True)
        clock.move(60)

    assert 10 < rhythm.slowness() <= MOST_TIMES
    assert rhythm.interval(1) <= 900 * (1 + JITTER)


def test_with_peace_it_comes_back(rhythm, clock):
    """
    Half an hour after the last refusal SIMs are read as often as before.
    """
    rhythm.went(0.1, refused=True)
    clock.move(1800)

    assert pytest.approx(1, abs=0.05) == rhythm.slowness()
