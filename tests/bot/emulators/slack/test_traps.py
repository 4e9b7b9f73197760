"""Traps of the platform that the real SDK falls into here as it does with Slack."""

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncServerErrorRetryHandler
from slack_sdk.models.views import View
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import ANA, APP_TOKEN, BOT_TOKEN, FLEET, refusal, section

TABLE = {
    "type": "data_table",
    "caption": "Sessions",
    "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_text", "text": "b"}]],
}


async def test_the_default_retry_posts_twice(base, api, workspace):
    """A connection closed after the work makes the SDK as it comes write the message twice."""
    web = AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/")
    api.faults.hang_up("chat.postMessage", after_work=True)

    await web.chat_postMessage(channel=FLEET, text="once")

    assert ["once", "once"] == [message.text for message in workspace.messages.all()]


async def test_a_429_is_not_retried_by_default(base, api):
    """Without a handler of its own the SDK gives up at the first 429."""
    web = AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/")
    api.faults.rate_limit("auth.test", 1)

    assert "ratelimited" == await refusal(web.auth_test())
    assert 1 == len(api.calls)


@pytest.mark.parametrize(("status", "requests"), [(502, 1), (504, 1), (503, 2)])
async def test_only_some_server_errors_are_retried(base, api, status, requests):
    """The SDK's handler tries 503 again, and neither 502 nor 504."""
    handlers = [AsyncServerErrorRetryHandler(max_retry_count=1)]
    web = AsyncWebClient(BOT_TOKEN, base_url=f"{base}/api/", retry_handlers=handlers)
    api.faults.status("auth.test", status, "{}", times=2)

    with pytest.raises(SlackApiError):
        await web.auth_test()

    assert requests == len(api.calls)


async def test_a_new_block_does_not_survive_the_models(web):
    """The SDK's models turn a block they do not know into null, which is refused; a dict passes."""
    lost = View(type="home", blocks=[TABLE]).to_dict()

    assert [None] == lost["blocks"]
    assert "invalid_arguments" == await refusal(web.views_publish(user_id=ANA, view=lost))
    assert (await web.chat_postMessage(channel=FLEET, text="t", blocks=[TABLE]))["ok"]


async def test_a_workspace_may_not_know_a_block_yet(web, workspace):
    """A block that is new to a workspace is refused there, by name."""
    workspace.unknown_blocks.add("data_table")

    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=FLEET, text="t", blocks=[section(), TABLE])

    response = caught.value.response
    assert "invalid_blocks" == response["error"]
    assert ["unsupported type: data_table [json-pointer:/blocks/1/type]"] == response["errors"]


async def test_an_ephemeral_message_cannot_be_updated(web):
    """What only one person sees has no ts that chat.update would know."""
    shown = await web.chat_postEphemeral(channel=FLEET, user=ANA, text="hi")
    update = web.chat_update(channel=FLEET, ts=shown["message_ts"], text="new")

    assert "message_not_found" == await refusal(update)


async def test_a_peer_that_does_not_close_holds_the_client_up(base, api):
    """A closing handshake that is never answered keeps the SDK waiting in close()."""
    web = AsyncWebClient(base_url=f"{base}/api/")
    client = SocketModeClient(APP_TOKEN, web_client=web)
    await client.connect()
    await api.socket.connected()
    api.socket.freeze()
    closing = asyncio.create_task(client.close())

    done, _ = await asyncio.wait({closing}, timeout=0.3)

    assert not done
    await api.socket.drop()
    await closing


async def test_a_mass_of_commands_each_gets_its_ack(app, workspace):
    """Fifty commands at once are each acknowledged, none mistaken for another."""
    app.answers = lambda request: {"text": request.payload["text"]}
    asked = [workspace.command("ana", FLEET, "/simsessions", str(n)) for n in range(50)]

    deliveries = await asyncio.gather(*asked)

    assert [str(n) for n in range(50)] == [delivery.answer["text"] for delivery in deliveries]
