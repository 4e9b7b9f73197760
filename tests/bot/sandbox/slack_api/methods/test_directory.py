"""users.*, team.info, bots.info."""

import pytest

from tests.bot.sandbox.slack_api.kit import ANA, BEN, DORA, refusal


@pytest.fixture
def directory(web, api):
    """The client, with the scopes for people."""
    api.scopes |= {"users:read", "team:read"}
    return web


@pytest.mark.parametrize(
    ("user", "zone", "offset"),
    [(ANA, "America/New_York", -18_000), (BEN, "Europe/Berlin", 3600)],
)
async def test_a_person_lives_in_a_zone(directory, user, zone, offset):
    """
    users.info tells the zone and its offset now, in seconds.
    """
    person = (await directory.users_info(user=user))["user"]

    assert (zone, offset) == (person["tz"], person["tz_offset"])


async def test_a_foreign_person_is_a_stranger(directory):
    """
    Who belongs to another team is marked so.
    """
    person = (await directory.users_info(user=DORA))["user"]

    assert ("T0PARTNER", True) == (person["team_id"], person["is_stranger"])


async def test_nobody_is_not_found(directory):
    """
    An unknown id is user_not_found.
    """
    assert "user_not_found" == await refusal(directory.users_info(user="U0NOBODY1"))


async def test_everybody_is_listed(directory, workspace):
    """
    People and bots stand in the list.
    """
    listed = (await directory.users_list())["members"]

    assert set(workspace.people) == {person["id"] for person in listed}


async def test_the_team_and_the_bot_are_named(directory):
    """
    team.info and bots.info say who we are; another bot is not found.
    """
    assert "acme-iot" == (await directory.team_info())["team"]["domain"]
    assert "A0SIMSESS" == (await directory.bots_info(bot="B0SIMSESS"))["bot"]["app_id"]
    assert "bot_not_found" == await refusal(directory.bots_info(bot="B0OTHER01"))
