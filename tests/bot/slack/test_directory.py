"""Who is a guest."""

import asyncio
from dataclasses import replace

import pytest

from bot.emulators.slack.people import ANA, BEN, CHLOE, DORA, GIL
from bot.slack.directory import (
    STALE_SECONDS,
    ChannelAccess,
    Channels,
    People,
    UserGroups,
)
from bot.slack.errors import Reason


@pytest.fixture
async def people(client, clock, slack):
    """Those of the workspace, whom Slack tells of."""
    slack.api.scopes |= {"users:read"}
    made = People(client, clock)
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    ("person", "is_guest"), [(ANA.id, False), (GIL.id, True), (DORA.id, False), ("U0NOBODY", None)]
)
async def test_slack_says_who_is_a_guest(people, person, is_guest):
    """
    Whom Slack does not know may be one.
    """
    assert is_guest is await people.is_guest(person)


async def test_without_the_scope_nobody_knows(people, slack):
    """
    Unknown is not "no".
    """
    slack.api.scopes -= {"users:read"}

    assert await people.is_guest(ANA.id) is None


@pytest.fixture
async def channels(client, clock, slack):
    """Those of the workspace, of which Slack tells."""
    slack.api.scopes |= {"channels:read", "groups:read"}
    made = Channels(client, clock)
    yield made
    await made.aclose()


@pytest.mark.parametrize(
    ("channel", "is_shared"),
    [("C0FLEETOP", False), ("C0PARTNER", True), ("G0ONCALL1", None), ("C0NOWHERE", None)],
)
async def test_slack_says_what_is_shared(channels, channel, is_shared):
    """
    Of a private channel without the bot it says nothing, as of one that is not there.
    """
    assert is_shared is await channels.is_shared(channel)


async def test_an_open_invitation_counts_as_shared(channels, slack):
    """
    Whoever accepts it reads what was written before.
    """
    workspace = slack.workspace
    workspace.put_channel(replace(workspace.channel("#fleet-ops"), is_pending=True))

    assert await channels.is_shared("C0FLEETOP") is True


async def test_what_an_event_told_is_known(channels, slack):
    """
    Slack need not be asked for it.
    """
    channels.learn("G0ONCALL1", is_shared=True)

    assert await channels.is_shared("G0ONCALL1") is True
    assert [] == slack.methods()


ON_CALL = "S0ONCALL1"


@pytest.fixture
def groups(client, clock, slack):
    """The group on-call, which may be read."""
    slack.api.scopes |= {"usergroups:read"}
    return UserGroups(client, clock, frozenset({ON_CALL}))


async def members(groups):
    """Return who of three people is in."""
    return {person.name for person in (ANA, BEN, CHLOE) if await groups.has(person.id)}


async def test_its_members_are_in(groups):
    """
    And nobody else, nor somebody unknown.
    """
    await groups.read_all()

    assert {"ana", "chloe"} == await members(groups)
    assert not await groups.has(None)


async def test_without_groups_nobody_is_in_and_nothing_is_asked(client, clock, slack):
    """
    `run` comes back at once, and nobody waits.
    """
    none = UserGroups(client, clock, frozenset())

    await none.run()

    assert set() == await members(none)
    assert [] == slack.methods()


async def test_whoever_asks_first_waits_for_the_first_reading(groups):
    """
    Nobody is turned away because the bot has just started.
    """
    asking = asyncio.create_task(groups.has(ANA.id))
    await asyncio.sleep(0)
    assert not asking.done()
    await groups.read_all()

    assert await asking


async def test_nobody_waits_for_ever(groups, monkeypatch, caplog):
    """
    Where Slack does not answer, a group lets nobody in.
    """
    monkeypatch.setattr("bot.slack.directory.PATIENCE_SECONDS", 0.01)

    assert not await groups.has(ANA.id)
    assert "groups-not-read-yet" in caplog.text


async def test_a_group_that_slack_refuses_lets_nobody_in(groups, slack, caplog):
    """
    It says so in the log, with Slack's reason, even for those who were in.
    """
    await groups.read_all()
    slack.api.scopes -= {"usergroups:read"}
    await groups.read_all()

    (record,) = [r for r in caplog.records if r.message == "group-not-readable"]
    assert (ON_CALL, "missing_scope") == (record.group, record.why)
    assert set() == await members(groups)


async def test_while_slack_fails_its_members_stay_in_for_an_hour(groups, slack, clock):
    """
    An outage of Slack locks nobody out at once.
    """
    await groups.read_all()
    slack.api.faults.status("usergroups.users.list", 503, "", times=99)
    await groups.read_all()
    soon = await members(groups)
    clock.move(STALE_SECONDS)
    await groups.read_all()

    assert {"ana", "chloe"} == soon
    assert set() == await members(groups)


SCOPES = {"users:read", "channels:read", "groups:read"}


@pytest.fixture
def places(client, slack):
    slack.api.scopes |= SCOPES
    return ChannelAccess(client)


@pytest.mark.parametrize(
    ("channel", "trouble"),
    [
        ("C0FLEETOP", None),
        ("D0ANADM01", None),
        ("C0GENERAL", Reason.NOT_IN_CHANNEL),
        ("G0ONCALL1", Reason.NOT_IN_CHANNEL),
        ("C0DEPOT24", Reason.ARCHIVED),
        ("C0NOWHERE", Reason.NOT_IN_CHANNEL),
    ],
)
async def test_what_stands_in_the_way_of_posting(places, channel, trouble):
    """
    Archived, or the bot is not in it; where it can post, nothing.
    """
    assert trouble is await places.trouble(channel)


async def test_without_the_scope_nothing_is_claimed(places, slack):
    """
    What Slack does not say is left to the first post.
    """
    slack.api.scopes -= SCOPES

    assert None is await places.trouble("C0DEPOT24")
    assert None is await places.zone_of(ANA.id)
    assert not await places.has("C0FLEETOP", ANA.id)


@pytest.mark.parametrize(
    ("channel", "person", "is_in"),
    [
        ("C0FLEETOP", ANA.id, True),
        ("C0FLEETOP", DORA.id, False),
        ("C0PARTNER", DORA.id, True),
        ("C0NOWHERE", ANA.id, False),
    ],
)
async def test_who_is_in_a_channel(places, channel, person, is_in):
    """
    Only who Slack names is in it.
    """
    assert is_in is await places.has(channel, person)


async def test_the_channels_of_a_person(places):
    """
    All that Slack tells of, page after page.
    """
    assert {"C0FLEETOP", "C0GENERAL", "C0PARTNER", "C0DEPOT24"} == await places.channels_of(ANA.id)
    assert frozenset() == await places.channels_of("U0NOBODY1")


async def test_where_somebody_lives(places):
    """
    A zone is IANA's name; of a stranger nothing is known.
    """
    assert "America/New_York" == await places.zone_of(ANA.id)
    assert None is await places.zone_of("U0NOBODY1")
