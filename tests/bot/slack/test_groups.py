"""Who is in the user groups that may ask."""

import asyncio

import pytest

from bot.sandbox.slack_api.people import ANA, BEN, CHLOE
from bot.slack.groups import STALE_SECONDS, UserGroups

ON_CALL = "S0ONCALL1"


@pytest.fixture
def groups(client, clock, slack):
    """The group on-call, which may be read."""
    slack.api.scopes |= {"usergroups:read"}
    return UserGroups(client, clock, frozenset({ON_CALL}))


async def members(groups):
    """Give who of three people is in."""
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
    monkeypatch.setattr("bot.slack.groups.PATIENCE_SECONDS", 0.01)

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
