"""`watches`."""

import pytest

from tests.handlers.watch_steps import bot_on, told


@pytest.fixture
async def whole(database_url):
    async with bot_on(database_url) as running:
        yield running


async def test_without_any_it_says_how_to_begin(whole):
    """Who watches nothing reads what to type."""
    await whole.type("watches")

    assert "You are not watching any SIM. Type /simsessions watch" in told(whole).text


async def test_mine_are_listed_and_others_counted(whole):
    """The asker sees their own, and how many others there are in the channel."""
    await whole.type("watch pump-7")
    await whole.type("watch truck-42", user="ben")
    await whole.type("watches")

    said = str(told(whole).blocks)
    assert "You are watching 1 SIM." in said
    assert "*pump-7* until it is online" in said
    assert "truck-42" not in said
    assert "Others are watching 1 SIM in this channel." in said
