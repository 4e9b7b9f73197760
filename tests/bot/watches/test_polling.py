"""One poll of a SIM for all its watches, on both databases."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.emulators.kore.faults import Fault
from bot.emulators.slack.people import ANA, GIL, HOME
from bot.errors import NotAllowed
from bot.slack.access import Access, Authorizer, Policies
from bot.slack.client import SlackClient, open_session
from bot.slack.directory import Channels, People, UserGroups
from bot.watches.polling import JITTER, MAX_SLOWDOWN, SLOW, AccessPermission, PollInterval
from bot.watches.watch import Condition, WatchOwner
from tests.bot.watches.watch_builders import a_watch
from tests.fakes import FakeClock
from tests.slack_rig import BOT_TOKEN, slack_side
from tests.watch_rig import BEN, watch_rig

PATHS = 2


rig = watch_rig


@pytest.fixture
def poller(rig):
    return rig.parts.watching.polling


async def sid_of(rig, name="pump-7"):
    return (await rig.lookup.look_up(name)).sim.sid


async def test_a_sim_that_nobody_watches_is_not_read(rig, poller):
    """Without open watches a poll asks nothing, and there is no other."""
    sid, asked = await sid_of(rig), len(rig.asked())
    done = await poller.poll(sid)

    assert (None, None, asked) == (done.next_in, done.write, len(rig.asked()))


async def test_all_watches_of_a_sim_share_a_poll(rig, poller):
    """Three watches cost what one costs: the SIM and its sessions."""
    sid = await sid_of(rig)
    for person in ("U1", "U2", "U3"):
        await rig.begin(person=person)
    asked = len(rig.asked())

    done = await poller.poll(sid)

    assert PATHS == len(rig.asked()) - asked
    assert 27 <= done.next_in <= 33


async def test_a_poll_comes_in_time_for_an_end(rig, poller):
    """A watch that ends before the next poll is due is polled when it ends."""
    sid = await sid_of(rig)
    await rig.begin(duration=timedelta(seconds=80))
    rig.clock.move(62)

    assert 18 == pytest.approx((await poller.poll(sid)).next_in, abs=1)


async def test_a_poll_comes_when_a_change_has_held(rig, poller):
    """With long intervals a change is not waited for longer than it must hold."""
    poller._interval._shortest = 600.0
    sid = await sid_of(rig, "truck-42")
    await rig.begin("truck-42", Condition.OFFLINE)
    rig.kore.events.go_silent("truck-42")

    assert 100 <= (await poller.poll(sid)).next_in <= 120


async def test_what_kore_refuses_makes_the_interval_longer(rig, poller):
    """After a 429 the next poll comes later."""
    sid = await sid_of(rig)
    await rig.begin()
    rig.kore.faults.add(Fault(path="/v1/", status=429, times=10, retry_after="1"))

    assert 50 <= (await poller.poll(sid)).next_in <= 70


async def test_sessions_that_cannot_be_read_are_no_state(rig, poller):
    """Where KORE answers for the SIM and not for its sessions, it counts as unreachable."""
    sid = await sid_of(rig)
    begun = await rig.begin()
    rig.kore.faults.add(Fault(path="/DataSessions", status=500, times=10))

    done = await poller.poll(sid)
    async with rig.database.write() as tx:
        await done.write(tx)

    assert (await rig.watch(begun)).unreachable_since


async def test_what_was_decided_is_saved_only_with_the_job(rig, poller):
    """A poll that is not recorded has notified nobody: the next one decides the same again."""
    sid = await sid_of(rig)
    begun = await rig.begin()
    rig.kore.events.recover("pump-7")

    first, second = await poller.poll(sid), await poller.poll(sid)
    async with rig.database.write() as tx:
        await first.write(tx)
        await second.write(tx)
    ended = await rig.watch(begun)

    assert (1, Condition.ONLINE) == (ended.notice_count, ended.condition)
    assert await rig.parts.queue.get(f"watch:{begun.watch.id}:1:reached")


async def test_an_extension_wins_over_an_end_that_was_decided_before_it(rig, poller):
    """Who extends a watch while its end is being decided keeps it."""
    sid = await sid_of(rig)
    begun = await rig.begin(duration=timedelta(minutes=1))
    rig.clock.move(61)
    done = await poller.poll(sid)
    await rig.begin(duration=timedelta(hours=1))
    async with rig.database.write() as tx:
        await done.write(tx)

    assert None is (await rig.watch(begun)).ended_at


async def test_one_persons_end_is_not_anothers(rig):
    """Of two watches of one SIM each goes its own way."""
    short = await rig.begin(duration=timedelta(minutes=2))
    long = await rig.begin(person=BEN)
    await rig.move(300)

    assert (True, False) == (
        (await rig.watch(short)).ended_at is not None,
        (await rig.watch(long)).ended_at is not None,
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
            authorizer = Authorizer(access, people, channels, groups, Policies())
            stack.push_async_callback(authorizer.aclose)
            return AccessPermission(authorizer)

        yield make


def owner(person=ANA, channel=FLEET):
    return WatchOwner(person.id, channel, team=person.team)


@pytest.mark.parametrize(
    ("lists", "channel"),
    [({}, FLEET), ({"channels": ["C0OTHER"]}, ANA.id)],
    ids=["in a channel", "from the Home tab, where no channel counts"],
)
async def test_who_may_ask_watches_and_sees_all(permission, lists, channel):
    """In one's own workspace nothing is redacted."""
    assert None is await permission(**lists).redaction(a_watch(owner=owner(channel=channel)))


@pytest.mark.parametrize("of", ["users", "channels", "teams"])
async def test_who_was_taken_from_a_list_may_not_any_more(permission, of):
    """Each list is checked with each poll."""
    with pytest.raises(NotAllowed):
        await permission(**{of: ["X0OTHER"]}).redaction(a_watch(owner=owner()))


@pytest.mark.parametrize(
    "whose", [owner(channel=SHARED), owner(GIL)], ids=["shared channel", "guest"]
)
async def test_what_others_may_not_see_is_redacted(permission, whose):
    """In a shared channel, and for a guest, card and device are left out, and why is said."""
    assert "ICCID, IMEI, cell and location are redacted" in await permission().redaction(
        a_watch(owner=whose)
    )


@pytest.fixture
def interval(clock):
    return PollInterval(clock)


def near(seconds):
    return pytest.approx(seconds, rel=JITTER + 1e-9)


@pytest.mark.parametrize(
    ("sims", "expected"), [(1, 30), (100, 30), (120, 30), (400, 100), (9000, 900)]
)
def test_many_sims_are_read_less_often(interval, sims, expected):
    """Watches make at most four polls a second; a SIM is read every quarter of an hour at least."""
    assert near(expected) == interval.seconds(sims)


def test_intervals_are_spread(interval):
    """Not all SIMs are read in the same moment."""
    assert len({interval.seconds(1) for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"seconds": 0.1}, 1),
        ({"seconds": SLOW}, 1),
        ({"seconds": 0.1, "refused": True}, 2),
        ({"seconds": SLOW + 1}, 2),
    ],
)
def test_a_busy_kore_is_asked_less(interval, how, expected):
    """A refusal, or a long wait behind others, doubles all intervals; polls together count once."""
    for _ in range(100):
        interval.record(**how)

    assert expected == interval.slowdown()
    assert near(30 * expected) == interval.seconds(1)


def test_it_gets_slower_while_kore_goes_on_refusing(interval, clock):
    """Poll after poll that is refused ends at the longest interval."""
    for _ in range(20):
        interval.record(0.1, refused=True)
        clock.move(60)

    assert 10 < interval.slowdown() <= MAX_SLOWDOWN
    assert interval.seconds(1) <= 900 * (1 + JITTER)


def test_after_a_calm_while_it_comes_back(interval, clock):
    """Half an hour after the last refusal SIMs are read as often as before."""
    interval.record(0.1, refused=True)
    clock.move(1800)

    assert pytest.approx(1, abs=0.05) == interval.slowdown()
