"""What Slack says of people, channels and groups, and how long that is remembered."""

import asyncio

import pytest

from bot.emulators.slack.faults import Fault
from bot.emulators.slack.people import ANA, BEN, CHLOE, DORA, GIL
from bot.slack.directory import (
    FRESH_SECONDS,
    MEMBERS_STALE_SECONDS,
    RETRY_SECONDS,
    STALE_SECONDS,
    ChannelAccess,
    Channels,
    People,
    StaleCache,
    UserGroups,
)
from bot.slack.errors import Reason, SlackRefused, SlackUnreachable
from bot.struct import replace

ON_CALL = "S0ONCALL1"
SCOPES = {"users:read", "channels:read", "groups:read"}


class Slack:
    """Answers with what is set, and counts."""

    def __init__(self):
        self.asked = []
        self.answer = True
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, key):
        self.asked.append(key)
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def says():
    return Slack()


@pytest.fixture
async def remembered(says, clock):
    made = StaleCache("guest", says, clock)
    yield made
    await made.aclose()


async def test_an_answer_is_good_for_some_minutes(remembered, says, clock):
    """Slack is asked once a key, and again when the answer is old."""
    first = [await remembered.get(key) for key in ("U1", "U1", "U2")]
    says.answer = False
    clock.move(FRESH_SECONDS + 1)

    assert [True] * 3 == first
    assert await remembered.get("U1") is False
    assert ["U1", "U2", "U1"] == says.asked


async def test_many_who_ask_at_once_make_one_question(remembered, says):
    """They wait for the same answer."""
    says.gate.clear()
    asking = asyncio.gather(*(remembered.get("U1") for _ in range(5)))
    await asyncio.sleep(0)
    says.gate.set()

    assert [True] * 5 == await asking
    assert ["U1"] == says.asked


SILENCES = [SlackRefused("m", "missing_scope"), SlackUnreachable("m"), None]


@pytest.mark.parametrize("answer", SILENCES)
async def test_what_slack_does_not_say_is_unknown_for_a_minute(remembered, says, clock, answer):
    """None is not False, an empty answer says nothing, and Slack is asked again a minute later."""
    says.answer = answer
    unknown = [await remembered.get("U1") for _ in range(2)]
    says.answer = False
    clock.move(RETRY_SECONDS + 1)

    assert [None, None] == unknown
    assert await remembered.get("U1") is False
    assert ["U1", "U1"] == says.asked


async def test_an_old_answer_stands_in_while_slack_fails(remembered, says, clock):
    """For an hour; then it is unknown."""
    await remembered.get("U1")
    says.answer = SlackUnreachable("m")
    clock.move(FRESH_SECONDS + 1)
    stale = await remembered.get("U1")
    clock.move(STALE_SECONDS)

    assert stale is True
    assert await remembered.get("U1") is None


async def test_nobody_waits_for_long(remembered, says, monkeypatch):
    """Whoever asks goes on without an answer; the next one has it."""
    monkeypatch.setattr("bot.slack.directory.PATIENCE_SECONDS", 0.01)
    says.gate.clear()
    without = await remembered.get("U1")
    says.gate.set()
    with_it = await remembered.get("U1")

    assert (None, True) == (without, with_it)


async def test_a_fault_of_ours_is_not_kept(remembered, says):
    """It is raised to who asked, and the next one asks again."""
    says.answer = KeyError("x")
    with pytest.raises(KeyError):
        await remembered.get("U1")
    says.answer = True

    assert await remembered.get("U1") is True


@pytest.fixture
async def people(client, clock, slack):
    """Those of the workspace, whom Slack tells of."""
    slack.api.scopes |= SCOPES
    made = People(client, clock)
    yield made
    await made.aclose()


@pytest.fixture
async def channels(client, clock, slack):
    """Those of the workspace, of which Slack tells."""
    slack.api.scopes |= SCOPES
    made = Channels(client, clock)
    yield made
    await made.aclose()


async def test_slack_says_who_is_a_guest(people, slack):
    """Whom Slack does not know may be one; without the scope nobody knows, which is not "no"."""
    expected = {ANA.id: False, GIL.id: True, DORA.id: False, "U0NOBODY": None}

    assert expected == {person: await people.is_guest(person) for person in expected}
    slack.api.scopes -= {"users:read"}
    assert await people.is_guest(BEN.id) is None


async def test_slack_says_what_is_shared(channels, slack):
    """An open invitation counts; of a private channel without the bot, or of none, it is silent."""
    workspace = slack.workspace
    workspace.put_channel(replace(workspace.channel("C0GENERAL"), is_pending=True))
    expected = {"C0FLEETOP": False, "C0PARTNER": True, "C0GENERAL": True}
    expected |= {"G0ONCALL1": None, "C0NOWHERE": None}

    assert expected == {channel: await channels.is_shared(channel) for channel in expected}


async def test_what_an_event_told_is_known(channels, slack):
    """Slack need not be asked for it, whether it was yes or no."""
    channels.learn("G0ONCALL1", value=True)
    channels.learn("C0PARTNER", value=False)

    assert await channels.is_shared("G0ONCALL1") is True
    assert await channels.is_shared("C0PARTNER") is False
    assert [] == slack.methods()


@pytest.fixture
def places(client, slack):
    slack.api.scopes |= SCOPES
    return ChannelAccess(client)


async def test_what_stands_in_the_way_of_posting(places):
    """Archived, or the bot is not in it; where it can post, nothing."""
    expected = {
        "C0FLEETOP": None,
        "D0ANADM01": None,
        "C0GENERAL": Reason.NOT_IN_CHANNEL,
        "G0ONCALL1": Reason.NOT_IN_CHANNEL,
        "C0DEPOT24": Reason.ARCHIVED,
        "C0NOWHERE": Reason.NOT_IN_CHANNEL,
    }

    assert expected == {channel: await places.post_fault(channel) for channel in expected}


async def test_without_the_scope_nothing_is_claimed(places, slack):
    """What Slack does not say is left to the first post."""
    slack.api.scopes -= SCOPES

    assert None is await places.post_fault("C0DEPOT24")
    assert None is await places.zone_of(ANA.id)
    assert not await places.is_member("C0FLEETOP", ANA.id)


async def test_who_is_in_a_channel(places):
    """Only who Slack names is in it."""
    expected = {
        ("C0FLEETOP", ANA.id): True,
        ("C0FLEETOP", DORA.id): False,
        ("C0PARTNER", DORA.id): True,
        ("C0NOWHERE", ANA.id): False,
    }

    assert expected == {asked: await places.is_member(*asked) for asked in expected}


async def test_the_channels_of_a_person(places):
    """All that Slack tells of, page after page."""
    assert {"C0FLEETOP", "C0GENERAL", "C0PARTNER", "C0DEPOT24"} == await places.channels_of(ANA.id)
    assert frozenset() == await places.channels_of("U0NOBODY1")


async def test_where_somebody_lives(places):
    """A zone is IANA's name; of a stranger nothing is known."""
    assert "America/New_York" == await places.zone_of(ANA.id)
    assert None is await places.zone_of("U0NOBODY1")


@pytest.fixture
def groups(client, clock, slack):
    """The group on-call, which may be read."""
    slack.api.scopes |= {"usergroups:read"}
    return UserGroups(client, clock, frozenset({ON_CALL}))


async def members(groups):
    """Return who of three people is in."""
    people, on_call = (ANA, BEN, CHLOE), frozenset({ON_CALL})
    return {person.name for person in people if await groups.has(person.id, on_call)}


async def test_its_members_are_in(groups):
    """And nobody else, nor somebody unknown."""
    await groups.read_all()

    assert {"ana", "chloe"} == await members(groups)
    assert not await groups.has(None, frozenset({ON_CALL}))


async def test_without_groups_nobody_is_in_and_nothing_is_asked(client, clock, slack):
    """`run` comes back at once, and nobody waits."""
    none = UserGroups(client, clock, frozenset())

    await none.run()

    async with asyncio.timeout(1):
        assert set() == await members(none)
    assert [] == slack.methods()


async def test_whoever_asks_first_waits_for_the_first_reading(groups):
    """Nobody is turned away because the bot has just started."""
    asking = asyncio.create_task(groups.has(ANA.id, frozenset({ON_CALL})))
    await asyncio.sleep(0)
    assert not asking.done()
    await groups.read_all()

    assert await asking


async def test_nobody_waits_for_ever(groups, monkeypatch, caplog):
    """Where Slack does not answer, a group lets nobody in."""
    monkeypatch.setattr("bot.slack.directory.PATIENCE_SECONDS", 0.01)

    assert not await groups.has(ANA.id, frozenset({ON_CALL}))
    assert "groups-not-read-yet" in caplog.text


async def test_a_group_that_slack_refuses_lets_nobody_in(groups, slack, caplog):
    """It says so in the log, with Slack's reason, even for those who were in."""
    await groups.read_all()
    slack.api.scopes -= {"usergroups:read"}
    await groups.read_all()

    (record,) = [r for r in caplog.records if r.message == "group-not-readable"]
    assert (ON_CALL, "missing_scope") == (record.group, record.why)
    assert set() == await members(groups)


PASSING = [Fault(503, "<html>"), Fault(200, "<html>"), Fault(200, {"ok": True})]
PASSING += [Fault(407), Fault(404), Fault(302)]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.status} {fault.body}")
async def test_a_passing_fault_locks_nobody_out(groups, slack, fault):
    """Only a clear answer of Slack's changes who is in a group; else it is asked again soon."""
    first = await groups.read_all()
    slack.api.faults.add("usergroups.users.list", fault, times=9)

    assert (True, False) == (first, await groups.read_all())
    assert {"ana", "chloe"} == await members(groups)


async def test_while_slack_fails_its_members_stay_in_for_a_day(groups, slack, clock, caplog):
    """No outage of Slack locks anybody out; the log says how old the list is."""
    await groups.read_all()
    slack.api.faults.status("usergroups.users.list", 503, "", times=99)
    clock.move(MEMBERS_STALE_SECONDS - 60)
    await groups.read_all()
    late = await members(groups)
    clock.move(60)
    await groups.read_all()

    assert {"ana", "chloe"} == late
    assert [(23, 2), (24, 0)] == [(each.age // 3600, each.kept) for each in caplog.records]
    assert set() == await members(groups)
