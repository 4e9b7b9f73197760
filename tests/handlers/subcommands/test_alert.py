"""`alert …`: what is done with alerts by command and by the buttons of their list."""

import pytest

from bot.digests.subscription import PauseReason
from tests.handlers.alert_steps import added, kept
from tests.whole_bot import whole_bot


@pytest.fixture
async def whole():
    async with whole_bot() as running:
        yield running


async def test_a_channel_without_alerts_says_what_they_are(whole):
    """An empty list offers to make one."""
    await whole.type("alert")

    assert "No alerts in this channel yet" in whole.answer().text
    assert "New alert…" in str(whole.answer().blocks)


async def test_pause_resume_and_remove(whole):
    """Each is done at once, said to the asker and to the channel; removing is asked about first."""
    await added(whole)
    await whole.type("alert pause")
    (paused,) = await kept(whole)
    said = str(whole.answer("ben").blocks)
    await whole.type("alert resume Trucks")
    (resumed,) = await kept(whole)
    await whole.type("alert remove trucks")
    await whole.click(whole.answer(), "Remove")

    assert (PauseReason.ASKED, None) == (paused.paused, resumed.paused)
    assert "paused the alert *Trucks*" in said
    assert () == await kept(whole)
    assert "removed the alert *Trucks*" in str(whole.answer("ben").blocks)


async def test_the_list_has_its_buttons(whole):
    """What a command does, a button of the list does too."""
    await added(whole)
    await whole.type("alert list")
    await whole.click(whole.answer(), "Pause")
    (paused,) = await kept(whole)

    assert PauseReason.ASKED is paused.paused


async def test_a_test_reaches_the_channel(whole):
    """A test stands in the channel for all, and tells the asker what the last scan saw."""
    await added(whole)
    await whole.type("alert test")

    assert "tests the alert *Trucks*" in str(whole.answer("ben").blocks)
    assert "is tested" in whole.answer().text


async def test_a_near_name_is_offered(whole):
    """A name that is not quite right gets a button; a word that is none, a hint."""
    await added(whole)
    await whole.type("alert pause truck")
    near = whole.answer()
    await whole.click(near, "Trucks")
    (paused,) = await kept(whole)
    await whole.type("alert paus")

    assert PauseReason.ASKED is paused.paused
    assert "Did you mean" in whole.answer().text
