"""Messages and their timestamps."""

from datetime import timedelta

from bot.emulators.slack.messages import Message, Messages
from tests.fakes import FakeClock

NOW = FakeClock().now()


def test_every_timestamp_is_new():
    """Even at the same moment, and when the clock goes back."""
    messages = Messages()

    given = [messages.next_ts(NOW), messages.next_ts(NOW), messages.next_ts(NOW - timedelta(1))]

    assert sorted(set(given)) == given
    assert f"{int(NOW.timestamp())}.000000" == given[0]


def test_messages_stand_in_the_order_of_their_timestamps():
    """Oldest first, whatever the order of arrival."""
    messages = Messages()
    for ts in ("1700000010.000000", "1700000009.999999"):
        messages.put(Message(ts, "C", "U", ts))

    assert ["1700000009.999999", "1700000010.000000"] == [m.text for m in messages.all()]


def test_slack_shows_only_what_a_message_has():
    """Empty fields are left out; a bot's message names bot and app, a person's does not."""
    mine = Message("1.0", "C", "U0ANA0001", "hi").to_slack()
    bots = Message("1.0", "C", "U0SIMSESS", "hi", edited_ts="2.0").to_slack()

    assert {"type", "user", "ts", "text", "team"} == set(mine)
    assert {"bot_id", "app_id", "edited"} == set(bots) - set(mine)
