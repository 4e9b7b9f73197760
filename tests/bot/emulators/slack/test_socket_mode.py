"""Socket Mode against the real slack_sdk client."""

import asyncio

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import APP_TOKEN, FLEET, SILENT, actions, button


async def opened(base):
    web = AsyncWebClient(APP_TOKEN, base_url=f"{base}/api/")
    return (await web.apps_connections_open(app_token=APP_TOKEN))["url"]


async def test_hello_says_how_many_are_connected(base, app):
    """The second connection's hello tells of two, and of the app's id."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(base)) as link:
        hello = await link.receive_json()

    assert ("hello", 2) == (hello["type"], hello["num_connections"])
    assert {"app_id": "A0SIMSESS"} == hello["connection_info"]
    assert 0 < hello["debug_info"]["approximate_connection_time"]


async def test_a_ticket_opens_one_connection(base, api):
    """A WebSocket address works once; a made-up one never."""
    url = await opened(base)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as link:
            await link.receive_json()
        for bad in (url, url[:-3] + "xyz"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(bad)


async def test_the_eleventh_connection_is_turned_away(base, api):
    """Ten connections may stand; the next is told too_many_websockets."""
    async with aiohttp.ClientSession() as session:
        links = [await session.ws_connect(await opened(base)) for _ in range(10)]
        await api.socket.connected(10)
        late = await session.ws_connect(await opened(base))
        told = await late.receive_json()
        for link in (*links, late):
            await link.close()

    assert ("disconnect", "too_many_websockets") == (told["type"], told["reason"])


async def test_an_ack_may_carry_an_answer(app, workspace):
    """The ack is matched by its envelope, and its payload is the answer."""
    app.answers = lambda _: {"text": "hi"}

    delivery = await workspace.command("ana", "#fleet-ops", "/simsessions", "pump-7")

    assert (True, None, {"text": "hi"}) == (delivery.ok, delivery.error, delivery.answer)
    assert app.seen[-1].accepts_response_payload


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_no_ack_is_a_timeout(app, workspace):
    """An app that stays silent runs into Slack's patience, and the person reads so."""
    app.answers = lambda _: SILENT

    delivery = await workspace.command("ana", "#fleet-ops", "/simsessions", "pump-7")

    assert (False, "operation_timeout") == (delivery.ok, delivery.error)
    assert '"operation_timeout"' in workspace.messages.all()[-1].text


async def test_nobody_connected_fails_at_once(workspace, base):
    """Without a connection there is nobody to dispatch to."""
    delivery = await workspace.command("ana", "#fleet-ops", "/simsessions", "pump-7")

    assert "dispatch_failed" == delivery.error


async def test_each_envelope_reaches_one_connection(connect, workspace, said):
    """Of two connected apps each click reaches one, and both get some."""
    apps = [await connect(), await connect()]
    message = said(actions(button()))
    for _ in range(20):
        await workspace.click("ana", message.ts, "buttons", "go")

    counts = [len(app.seen) for app in apps]

    assert 20 == sum(counts)
    assert all(counts)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", None])
async def test_told_to_leave_the_sdk_connects_anew(app, api, workspace, reason):
    """After a disconnect, announced or not, commands arrive over a new connection."""
    before = tuple(api.socket.connections)

    await (api.socket.disconnect(reason) if reason else api.socket.drop())
    await api.socket.connected(besides=before)

    assert (await workspace.command("ana", FLEET, "/simsessions", "help")).ok


async def test_a_disabled_link_is_closed(base, api):
    """link_disabled is said, and the connection closed."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(base)) as link:
        await link.receive_json()
        await api.socket.disconnect("link_disabled")
        told, closed = await link.receive_json(), await link.receive()

    assert "link_disabled" == told["reason"]
    assert aiohttp.WSMsgType.CLOSE == closed.type
    assert [] == api.socket.connections


@pytest.mark.parametrize(
    "noise", ["not json", "", "[]", '{"envelope_id": "unknown"}', '{"envelope_id": []}', '{"a": 1}']
)
async def test_noise_on_the_socket_is_overheard(base, api, workspace, noise):
    """What is no ack of anything changes nothing."""
    async with aiohttp.ClientSession() as session, session.ws_connect(await opened(base)) as link:
        await link.receive_json()
        await link.send_str(noise)
        await link.send_bytes(noise.encode())
        asked = asyncio.create_task(workspace.command("ana", FLEET, "/simsessions", "help"))
        envelope = await link.receive_json()
        await link.send_json({"envelope_id": envelope["envelope_id"]})

        assert (await asked).ok


async def test_a_frozen_connection_answers_no_ping(base, api):
    """A frozen connection stands, yet neither pings nor a closing handshake are answered."""
    async with aiohttp.ClientSession() as session:
        link = await session.ws_connect(await opened(base), timeout=aiohttp.ClientWSTimeout(0, 0.2))
        await link.receive_json()
        api.socket.freeze()
        closed = await link.close()

    assert closed
    assert 1006 == link.close_code
