"""users.*, team.info, bots.info."""

import pytest

from tests.bot.emulators.slack.kit import ANA, BEN, DORA, EMIL, GIL, refusal


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


@pytest.mark.parametrize(("user", "team"), [(DORA, "T0PARTNER"), (EMIL, "T0CARRIER")])
async def test_whoever_shares_a_channel_is_no_stranger(directory, user, team):
    """
    Of another workspace only the team's id tells, as long as a channel is shared with the app.
    """
    person = (await directory.users_info(user=user))["user"]

    assert (team, False) == (person["team_id"], person["is_stranger"])


async def test_whoever_shares_no_channel_is_a_stranger(directory, workspace):
    """
    Once out of the last shared channel somebody of another workspace is marked so.
    """
    workspace.put_channel(workspace.channel("partner-shared").without(DORA))

    assert (await directory.users_info(user=DORA))["user"]["is_stranger"]


@pytest.mark.parametrize(("user", "guest"), [(ANA, False), (GIL, True), (DORA, False)])
async def test_a_guest_is_marked(directory, user, guest):
    """
    Guests are restricted; our own people and those of other workspaces are not.
    """
    person = (await directory.users_info(user=user))["user"]

    assert (guest, False) == (person["is_restricted"], person["is_ultra_restricted"])


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
