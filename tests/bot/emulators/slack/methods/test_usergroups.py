"""usergroups.*."""

import pytest

from tests.bot.emulators.slack.kit import ANA, refusal

CHLOE = "U0CHLOE01"
ON_CALL = "S0ONCALL1"


@pytest.fixture
def groups(web, api):
    """The client, with the scope for groups."""
    api.scopes |= {"usergroups:read"}
    return web


@pytest.mark.parametrize("method", ["usergroups.list", "usergroups.users.list"])
async def test_groups_want_their_scope(web, method):
    """
    Without usergroups:read nothing is told.
    """
    call = web.api_call(method, params={"usergroup": ON_CALL})

    assert "missing_scope" == await refusal(call)


async def test_groups_are_listed(groups):
    """
    The list tells handle and size, and who is in them only when asked.
    """
    (plain,) = (await groups.usergroups_list())["usergroups"]
    (whole,) = (await groups.usergroups_list(include_users=True))["usergroups"]

    assert (ON_CALL, "on-call", 2) == (plain["id"], plain["handle"], plain["user_count"])
    assert "users" not in plain
    assert [ANA, CHLOE] == whole["users"]


async def test_a_group_tells_who_is_in_it(groups):
    """
    usergroups.users.list gives ids; an unknown group is no_such_subteam.
    """
    assert [ANA, CHLOE] == (await groups.usergroups_users_list(usergroup=ON_CALL))["users"]
    unknown = groups.usergroups_users_list(usergroup="S0NOTHERE")
    assert "no_such_subteam" == await refusal(unknown)
