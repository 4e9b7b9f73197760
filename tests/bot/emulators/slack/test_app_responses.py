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
    """A response URL writes where the bot is not, for the asker or, by in_channel, for all."""
    client = AsyncWebhookClient(url_for(channel))
    answer = await client.send(text="hi", blocks=[section()])
    await client.send(text="all", response_type="in_channel")

    assert (200, "ok") == (answer.status_code, answer.body)
    written = [(m.text, m.channel, m.ephemeral_to) for m in workspace.messages.all()]
    assert [("hi", channel, ANA), ("all", channel, None)] == written


async def test_an_answer_names_its_command(app, workspace):
    """What comes over a command's URL, or in its ack, carries the ticket that the person got."""
    app.answers = lambda _: {"text": "at once"}
    asked = await workspace.command("ana", "#fleet-ops", "/simsessions", "pump-7")
    await ask(app.last["response_url"], json={"text": "later"})
    other = await workspace.command("ana", "#fleet-ops", "/simsessions", "truck-42")

    tickets = {each.text: each.ticket for each in workspace.messages.all()[:2]}
    assert {"at once": asked.ticket, "later": asked.ticket} == tickets
    assert other.ticket not in tickets.values()


async def test_it_may_be_used_five_times(url_for, workspace):
    """The sixth post gets 404 used_url, which the SDK does not raise: the answer is lost."""
    client = AsyncWebhookClient(url_for())
    answers = [await client.send(text="hi") for _ in range(6)]

    assert [200] * 5 + [404] == [answer.status_code for answer in answers]
    assert ("used_url", 5) == (answers[-1].body, len(workspace.messages.all()))


@pytest.mark.parametrize(("minutes", "status", "body"), [(30, 200, "ok"), (31, 404, "expired_url")])
async def test_it_lives_thirty_minutes(url_for, clock, minutes, status, body):
    """After thirty minutes a post gets 404 expired_url."""
    client = AsyncWebhookClient(url_for())
    clock.move(minutes * 60)

    answer = await client.send(text="hi")

    assert (status, body) == (answer.status_code, answer.body)


async def test_a_refused_post_is_not_counted(url_for, workspace):
    """Wrong blocks get 404 invalid_blocks, and five posts are left."""
    client = AsyncWebhookClient(url_for())
    refused = await client.send(text="hi", blocks=[{"type": "section"}])
    left = [(await client.send(text="hi")).status_code for _ in range(5)]

    assert 404 == refused.status_code
    assert '"invalid_blocks"' in refused.body
    assert [200] * 5 == left


async def test_what_cannot_be_shown_is_refused(url_for):
    """Each refusal names its reason."""
    for body, status, error in (
        (b"not json", 400, "invalid_payload"),
        (b"[]", 400, "invalid_payload"),
        (b"{}", 404, "no_text"),
        (b'{"text": "  "}', 404, "no_text"),
        (b'{"text": "hi", "blocks": {}}', 200, None),
        (b'{"text": "hi", "blocks": "x"}', 404, "invalid_blocks_format"),
    ):
        answered, said = await ask(url_for(), data=body)

        assert status == answered, (body, status, error)
        assert error is None or error in said.decode(), (body, status, error)


async def test_nobody_guesses_a_url(base):
    """An address that was never given out is not found."""
    answer = await AsyncWebhookClient(f"{base}/response/ABC").send(text="hi")

    assert (404, "no_such_url") == (answer.status_code, answer.body)


async def test_what_was_clicked_may_be_replaced_and_deleted(url_for, workspace, said):
    """An ephemeral original is replaced or deleted for one person; a command's URL has none."""
    message = said(actions(button()), ephemeral_to=ANA)
    client, command = (AsyncWebhookClient(url_for(message_ts=ts)) for ts in (message.ts, None))

    await client.send(text="new", replace_original=True)
    (now,) = workspace.messages.all()
    await client.send(delete_original=True)
    left = workspace.messages.all()
    deleted = await command.send(delete_original=True)
    replaced = await command.send(text="hi", replace_original=True)

    assert (message.ts, "new", ANA) == (now.ts, now.text, now.ephemeral_to)
    assert ((), 404, 200) == (left, deleted.status_code, replaced.status_code)


async def test_in_a_thread_it_lands_in_the_channel(url_for, workspace, said):
    """Without thread_ts the answer leaves the thread; with it, it stays there."""
    root = said(text="root")
    reply = said(actions(button()), thread_ts=root.ts)
    client = AsyncWebhookClient(url_for(message_ts=reply.ts))

    await client.send(text="out")
    await client.send_dict({"text": "in", "thread_ts": root.ts})

    threads = {message.text: message.thread_ts for message in workspace.messages.all()}
    assert (None, root.ts) == (threads["out"], threads["in"])


async def test_posts_are_logged_and_faults_hold_here_too(url_for, api, clock):
    """`/response` stands in the log; errors and latency may be asked for it."""
    api.faults.status("/response", 500, "oops")
    api.faults.latency["/response"] = 2.0
    client = AsyncWebhookClient(url_for())

    broken, fine = await client.send(text="a"), await client.send(text="b")

    assert (500, 200) == (broken.status_code, fine.status_code)
    assert ["a", "b"] == [call.args["text"] for call in api.calls.of("/response")]
    assert [2.0, 2.0] == clock.slept
