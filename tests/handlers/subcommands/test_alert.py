"""`/simsessions alert …`."""

from tests.whole_bot import Whole


async def test_what_it_does_not_know(whole: Whole):
    """It says what it can do."""
    await whole.type("alert fnord")

    assert "I cannot do that with an alert" in whole.answer().text


async def test_a_mention_can_switch_listening_on(whole: Whole):
    """In the channel where it is said."""
    asked = await whole.say("<@U0SIMSESS> alert listen on")

    (answer,) = [m for m in whole.slack.seen_by("ben") if m.thread_ts == asked.ts]
    assert "I listen to alerts in this channel" in answer.text
