"""users.conversations."""

import pytest

from tests.bot.emulators.slack.kit import ANA, BEN, refusal

BOTH = "public_channel,private_channel"


@pytest.fixture
def memberships(web, api):
    """The client, with the scopes for channels."""
    api.scopes |= {"channels:read", "groups:read"}
    return web


async def names(web, **asked):
    answer = await web.api_call("users.conversations", params=asked)
    return [channel["name"] for channel in answer["channels"]]


async def test_the_channels_of_a_person(memberships):
    """
    Public ones by default; archived ones unless left out.
    """
    every = await names(memberships, user=ANA)

    assert {"fleet-ops", "general", "partner-shared", "depot-2024"} == set(every)
    assert "depot-2024" not in await names(memberships, user=ANA, exclude_archived="true")


async def test_private_ones_only_where_the_app_is_too(memberships, workspace):
    """
    What the app may not know of is not told.
    """
    before = await names(memberships, user=ANA, types=BOTH)
    private = workspace.channel("#on-call-private")
    workspace.put_channel(private.with_members("U0SIMSESS"))

    assert "on-call-private" not in before
    assert "on-call-private" in await names(memberships, user=ANA, types=BOTH)
    assert "on-call-private" not in await names(memberships, user=BEN, types=BOTH)


async def test_they_come_in_pages(memberships):
    """
    The cursor leads from one page to the next, and the last has none.
    """
    found, cursor = [], ""
    while True:
        asked = {"user": ANA, "limit": "3", "cursor": cursor}
        answer = await memberships.api_call("users.conversations", params=asked)
        found += [channel["name"] for channel in answer["channels"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert found == await names(memberships, user=ANA)


async def test_nobody_in_particular(memberships):
    """
    Without a person they are the app's own; a person that is not there is an error.
    """
    assert "fleet-ops" in await names(memberships)
    assert "user_not_found" == await refusal(
        memberships.api_call("users.conversations", params={"user": "U0NOBODY1"})
    )
