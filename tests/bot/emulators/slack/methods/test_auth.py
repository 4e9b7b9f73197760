"""Who is calling, who is who, and whether blocks are right."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import (
    ANA,
    APP_TOKEN,
    BEN,
    DORA,
    EMIL,
    GIL,
    ask_json,
    refusal,
    section,
)


async def test_each_connection_gets_its_own_address(base):
    """Two calls give two WebSocket addresses on this server."""
    web = AsyncWebClient(base_url=f"{base}/api/")
    one = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]
    two = (await web.apps_connections_open(app_token=APP_TOKEN))["url"]

    assert one != two
    assert one.startswith(base.replace("http://", "ws://"))


async def test_blocks_are_checked_and_nothing_is_written(base, workspace):
    """The same checks as for a message, without a token."""
    for blocks, error in (
        ([section()], None),
        ([], None),
        ([{"type": "section"}], "invalid_blocks"),
        ("no list", "invalid_blocks_format"),
    ):
        said = await ask_json(f"{base}/api/blocks.validate", json={"blocks": blocks})

        assert (error is None, error) == (said["ok"], said.get("error")), (blocks, error)
        assert () == workspace.messages.all(), (blocks, error)


@pytest.fixture
def directory(web, api):
    """The client, with the scopes for people and groups."""
    api.scopes |= {"users:read", "usergroups:read"}
    return web


async def test_a_person_is_described(directory):
    """Zone and offset in seconds, team, guest or not; whoever shares a channel is no stranger."""
    keys = ("tz", "tz_offset", "team_id", "is_restricted", "is_ultra_restricted", "is_stranger")
    expected = {
        ANA: ("America/New_York", -18_000, "T0ACMEIOT", False, False, False),
        BEN: ("Europe/Berlin", 3600, "T0ACMEIOT", False, False, False),
        GIL: ("Europe/Paris", 3600, "T0ACMEIOT", True, False, False),
        DORA: ("Europe/Stockholm", 3600, "T0PARTNER", False, False, False),
        EMIL: ("Europe/Prague", 3600, "T0CARRIER", False, False, False),
    }

    for user, about in expected.items():
        person = (await directory.users_info(user=user))["user"]
        assert about == tuple(person[key] for key in keys), user
    assert "user_not_found" == await refusal(directory.users_info(user="U0NOBODY1"))


async def test_whoever_shares_no_channel_is_a_stranger(directory, workspace):
    """Once out of the last shared channel somebody of another workspace is marked so."""
    workspace.put_channel(workspace.channel("partner-shared").without(DORA))

    assert (await directory.users_info(user=DORA))["user"]["is_stranger"]


async def test_a_group_tells_who_is_in_it(directory):
    """Ids are given; an unknown group is no_such_subteam."""
    known = (await directory.usergroups_users_list(usergroup="S0ONCALL1"))["users"]
    unknown = await refusal(directory.usergroups_users_list(usergroup="S0NOTHERE"))

    assert ([ANA, "U0CHLOE01"], "no_such_subteam") == (known, unknown)
