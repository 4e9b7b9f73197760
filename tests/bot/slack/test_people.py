"""Who is a guest."""

import pytest

from bot.sandbox.slack_api.people import ANA, DORA, GIL
from bot.slack.people import People


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
