"""Socket Mode."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.emulators.slack.faults import Fault
from bot.errors import SlackLost, StartError
from bot.slack import socket_mode
from bot.slack.bolt_app import make_bolt_app
from bot.slack.identity import Identity
from bot.slack.socket_mode import MAX_REBUILDS, SocketModeConnection
from tests.slack_rig import APP_TOKEN, BOT_TOKEN
from tests.waiting import until

IDENTITY = Identity("T0ACMEIOT", "U0SIMSESS")


@pytest.fixture
def app(session, slack):
    """A Bolt app that acknowledges the command."""
    made = make_bolt_app(session, IDENTITY, token=BOT_TOKEN, api_url=slack.api_url)

    @made.command("/simsessions")
    async def listener(ack):
        await ack()

    return made


@pytest.fixture
async def make_link(app, client, clock, counted):
    """A maker of links; they are closed afterwards."""
    made = []

    def make(token=APP_TOKEN):
        made.append(SocketModeConnection(app, token, client, clock, counted))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture
def link(make_link):
    """What is tested."""
    return make_link()


@pytest.fixture
async def deaf_slack(slack):
    """A WebSocket that greets and then never says goodbye."""
    hold = asyncio.Event()

    async def deaf(request):
        socket = web.WebSocketResponse(autoclose=False)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await hold.wait()
        return socket

    async with serving_routes({"/link": deaf}) as address:
        slack.api.socket_url = lambda: f"ws://{address}/link"
        yield slack
        hold.set()


@asynccontextmanager
async def serving_routes(routes):
    """Serve these for GET; yield the address."""
    server = web.Application()
    for path, answer in routes.items():
        server.router.add_get(path, answer)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_it_connects_with_one_question(link, slack, counted):
    """One apps.connections.open, one connection, greeted by Slack; a command comes through."""
    await link.open()
    await until(link.is_open)

    delivery = await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "x")

    assert delivery.ok
    assert ["apps.connections.open"] == [call.method for call in slack.api.calls]
    assert ([1], ["socket"]) == (counted.connections, counted.acks)


async def test_before_the_greeting_it_is_not_open(link):
    """Not opened, or closed again, it says so."""
    before = await link.is_open()
    await link.open()
    await link.close()

    assert (False, False) == (before, await link.is_open())


async def test_it_comes_back_when_slack_asks_it_to(link, slack, counted):
    """A refresh makes it leave and connect anew."""
    await link.open()
    await until(link.is_open)

    await slack.api.socket.disconnect("refresh_requested")
    await until(lambda: _greeted(counted, 2))

    assert (await slack.workspace.command("ana", "#fleet-ops", "/simsessions", "x")).ok


async def test_a_second_process_is_noticed(make_link, counted, caplog):
    """Slack counts the connections: a second one is a warning, for half the commands go there."""
    await make_link().open()
    await make_link().open()
    await until(lambda: _greeted(counted, 2))

    assert [1, 2] == counted.connections
    assert "another-process-uses-this-token" in caplog.text


async def test_a_wrong_app_token_is_one_clear_line(make_link):
    """A token that may not connect is a fault of the settings, not an endless trying."""
    link = make_link("xapp-wrong")

    with pytest.raises(StartError, match="SLACK_APP_TOKEN: Slack refuses it") as wrong:
        await link.open()

    assert "xapp-wrong" not in str(wrong.value)


async def test_a_socket_that_does_not_open_is_given_up(link, slack, monkeypatch, caplog):
    """Where the WebSocket cannot be opened at the start, that is told in time."""
    monkeypatch.setattr(socket_mode, "OPEN_SECONDS", 0.2)
    slack.api.socket_url = lambda: "ws://127.0.0.1:9/link?ticket=1"

    with pytest.raises(SlackLost, match="WebSocket cannot be opened"):
        await link.open()

    assert "Failed to connect" in caplog.text


async def test_a_socket_follows_no_redirect(link, slack, deaf_slack, monkeypatch):
    """What another host sends would be taken for Slack's."""
    monkeypatch.setattr(socket_mode, "OPEN_SECONDS", 0.2)
    elsewhere = deaf_slack.api.socket_url().replace("ws", "http", 1)

    async def sent_away(_request):
        raise web.HTTPFound(elsewhere)

    async with serving_routes({"/link": sent_away}) as address:
        slack.api.socket_url = lambda: f"ws://{address}/link"
        with pytest.raises(SlackLost, match="cannot be opened"):
            await link.open()


@pytest.mark.parametrize("patience", [0.1, 0.0])
async def test_a_peer_that_does_not_say_goodbye_is_left_in_time(link, deaf_slack, caplog, patience):
    """Closing takes as long as we allow, not the ten seconds of the library, and lets go of it."""
    await link.open()
    connection = link._client.current_session

    async with asyncio.timeout(5):
        await link.close(patience)

    assert connection.closed
    assert deaf_slack.api.calls.of("apps.connections.open")
    assert "socket-close-cut" in caplog.text


async def test_a_connection_that_stays_down_is_made_anew(link, slack, counted, caplog):
    """Where the SDK does not mend it within half a minute, the watch opens another."""
    await link.open()
    await until(link.is_open)
    link._client.auto_reconnect_enabled = False
    link._client.default_auto_reconnect_enabled = False
    await slack.api.socket.drop()
    watching = asyncio.create_task(link.watch())

    await until(lambda: _greeted(counted, 2))
    await until(link.is_open)
    watching.cancel()

    assert "socket-rebuild" in caplog.text


async def test_a_connection_that_cannot_be_had_back_ends_the_watch(link, slack, caplog):
    """After some rebuilds in vain it is time for a new process."""
    slack.api.faults.fail("apps.connections.open", "internal_error", times=999)

    with pytest.raises(SlackLost, match="could not be made anew"):
        await link.watch()

    assert MAX_REBUILDS == caplog.text.count("socket-rebuild-failed")


async def test_a_token_that_is_revoked_ends_the_watch_at_once(link, slack, caplog):
    """As soon as the connection is gone and Slack refuses the token, that is said, not retried."""
    await link.open()
    await until(link.is_open)
    slack.api.faults.fail("apps.connections.open", "token_revoked", times=99)
    await slack.api.socket.drop()

    with pytest.raises(StartError, match="SLACK_APP_TOKEN: Slack refuses it"):
        await link.watch()

    assert "socket-rebuild" not in caplog.text


@pytest.mark.parametrize("time", [b"inf", b"nan", b"-inf", b"1e400"])
async def test_a_pong_of_no_time(link, slack, time):
    """What Slack echoes in the place of a time does not break the watch."""

    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await socket.pong(b"sdk-ping-pong:" + time)
        async for _ in socket:
            pass
        return socket

    async with serving_routes({"/link": echo}) as address:
        slack.api.socket_url = lambda: f"ws://{address}/link"
        await link.open()
        await until(lambda: _echoed(link))

        assert await link.is_open()
        await link.close()


ABSURD = [
    Fault(429, headers={"Retry-After": "1000000000"}),
    Fault(429, headers={"Retry-After": "inf"}),
    Fault(body="x" * (20 << 20)),
    Fault(body="[" * 100_000),
    Fault(302, headers={"Location": "http://127.0.0.1:9/"}),
]


@pytest.mark.parametrize("fault", ABSURD, ids=["a wait", "no wait", "giant", "deep", "elsewhere"])
async def test_the_next_address_is_asked_for_as_all_else(link, slack, fault, caplog):
    """Nothing that Slack answers then holds the SDK for long, fills the memory or the log."""
    await link.open()
    slack.api.faults.add("apps.connections.open", fault, times=9)

    async with asyncio.timeout(30):
        with pytest.raises(SlackLost):
            await link._client.issue_new_wss_url()

    assert len(caplog.text) < 10_000


async def _echoed(link):
    return link._client.last_ping_pong_time is not None


async def _greeted(counted, times):
    return len(counted.connections) >= times


async def test_a_greeting_with_an_odd_count_is_a_greeting(link, counted):
    """What is no number of connections counts as this one."""
    for odd in ("many", None, ["1"], {}, False, -5, 10**400):
        await link._on_message(None, {"type": "hello", "num_connections": odd}, None)

    assert [1] * 7 == counted.connections
