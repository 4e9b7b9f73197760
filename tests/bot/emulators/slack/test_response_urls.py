"""Response URLs against the real slack_sdk webhook client."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.bot.emulators.slack.kit import (
    ANA,
    FLEET,
    GENERAL,
    PRIVATE,
    actions,
    ask,
    button,
    section,
)


@pytest.fixture
def url_for(base, workspace):
    """A response URL as an interaction would carry it."""

    def issued(channel=FLEET, message_ts=None):
        return f"{base}/response/{workspace.tickets.issue(ANA, channel, message_ts)}"

    return issued


@pytest.mark.parametrize("channel", [FLEET, GENERAL, PRIVATE, "D0ANADM01"])
async def test_it_works_without_membership(url_for, workspace, channel):
    """
    A response URL writes where the bot is not; only the asker sees it.
    """
    answer = await AsyncWebhookClient(url_for(channel)).send(text="hi", blocks=[section()])

    assert (200, "ok") == (answer.status_code, answer.body)
    (message,) = workspace.messages.all()
    assert ("hi", channel, ANA) == (message.text, message.channel, message.ephemeral_to)


async def test_in_channel_is_for_all(url_for, workspace):
    """
    response_type in_channel shows it to everybody.
    """
    await AsyncWebhookClient(url_for()).send(text="hi", response_type="in_channel")

    assert workspace.messages.all()[0].ephemeral_to is None


async def test_it_may_be_used_five_times(url_for):
    """
    The sixth post gets 404 used_url, which the SDK does not raise.
    """
    client = AsyncWebhookClient(url_for())
    answers = [await client.send(text="hi") for _ in range(6)]

    assert [200] * 5 + [404] == [answer.status_code for answer in answers]
    assert "used_url" == answers[-1].body


@pytest.mark.parametrize(("minutes", "status", "body"), [(30, 200, "ok"), (31, 404, "expired_url")])
async def test_it_lives_thirty_minutes(url_for, clock, minutes, status, body):
    """
    After thirty minutes a post gets 404 expired_url.
    """
    client = AsyncWebhookClient(url_for())
    clock.move(minutes * 60)

    answer = await client.send(text="hi")

    assert (status, body) == (answer.status_code, answer.body)


async def test_a_refused_post_is_not_counted(url_for, workspace):
    """
    Wrong blocks get 404 invalid_blocks, and five posts are left.
    """
    client = AsyncWebhookClient(url_for())
    refused = await client.send(text="hi", blocks=[{"type": "section"}])
    left = [(await client.send(text="hi")).status_code for _ in range(5)]

    assert 404 == refused.status_code
    assert '"invalid_blocks"' in refused.body
    assert [200] * 5 == left


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"not json", 400, "invalid_payload"),
        (b"[]", 400, "invalid_payload"),
        (b"{}", 404, "no_text"),
        (b'{"text": "  "}', 404, "no_text"),
        (b'{"text": "hi", "blocks": {}}', 200, None),
        (b'{"text": "hi", "blocks": "x"}', 404, "invalid_blocks_format"),
    ],
)
async def test_what_cannot_be_shown_is_refused(url_for, body, status, error):
    """
    Each refusal names its reason.
    """
    answered, said = await ask(url_for(), data=body)

    assert status == answered
    assert error is None or error in said.decode()


async def test_nobody_guesses_a_url(base):
    """
    An address that was never given out is not found.
    """
    answer = await AsyncWebhookClient(f"{base}/response/ABC").send(text="hi")

    assert (404, "no_such_url") == (answer.status_code, answer.body)


async def test_what_was_clicked_may_be_replaced(url_for, workspace, said):
    """
    replace_original draws an ephemeral message anew in its place, still for one person.
    """
    message = said(actions(button()), ephemeral_to=ANA)
    client = AsyncWebhookClient(url_for(message_ts=message.ts))

    await client.send(text="new", replace_original=True)

    (now,) = workspace.messages.all()
    assert (message.ts, "new", ANA) == (now.ts, now.text, now.ephemeral_to)


async def test_what_was_clicked_may_be_deleted(url_for, workspace, said):
    """
    delete_original takes the message away.
    """
    message = said(actions(button()))

    await AsyncWebhookClient(url_for(message_ts=message.ts)).send(delete_original=True)

    assert () == workspace.messages.all()


async def test_of_a_command_there_is_nothing_to_delete(url_for):
    """
    A command's response URL has no original; asked to replace it, it writes a new message.
    """
    client = AsyncWebhookClient(url_for())

    deleted = await client.send(delete_original=True)
    replaced = await client.send(text="hi", replace_original=True)

    assert (404, 200) == (deleted.status_code, replaced.status_code)


async def test_in_a_thread_it_lands_in_the_channel(url_for, workspace, said):
    """
    Without thread_ts the answer leaves the thread; with it, it stays there.
    """
    root = said(text="root")
    reply = said(actions(button()), thread_ts=root.ts)
    client = AsyncWebhookClient(url_for(message_ts=reply.ts))

    await client.send(text="out")
    await client.send_dict({"text": "in", "thread_ts": root.ts})

    threads = {message.text: message.thread_ts for message in workspace.messages.all()}
    assert (None, root.ts) == (threads["out"], threads["in"])


async def test_posts_are_logged_and_can_be_made_to_fail(url_for, api):
    """
    `/response` stands in the log, and faults may be asked for it.
    """
    api.faults.status("/response", 500, "oops")
    client = AsyncWebhookClient(url_for())

    broken, fine = await client.send(text="a"), await client.send(text="b")

    assert (500, 200) == (broken.status_code, fine.status_code)
    assert ["a", "b"] == [call.args["text"] for call in api.calls.of("/response")]


async def test_a_slow_url_sleeps_on_the_clock(url_for, api, clock):
    """
    Latency may be asked for here too.
    """
    api.faults.latency["/response"] = 2.0

    await AsyncWebhookClient(url_for()).send(text="hi")

    assert [2.0] == clock.slept
