"""The Bolt app as the bot sets it up."""

import logging
import sys

import aiohttp
import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs

from bot.emulators.slack.faults import Fault
from bot.slack.bolt_app import bolt_logger, make_bolt_app
from bot.slack.identity import Identity
from tests.slack_rig import BOT_TOKEN

IDENTITY = Identity("T1", "U0BOT", "B0BOT", "E1")


@pytest.fixture
def app(session):
    """The app, and no Slack anywhere: whoever asked would fail."""
    return make_bolt_app(session, IDENTITY, token="xoxb-1", api_url="http://127.0.0.1:9/api/")


def command(**more):
    body = {"command": "/x", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    return AsyncBoltRequest(mode="socket_mode", body=body | more)


async def test_a_request_knows_who_we_are_without_asking(app):
    """Token and identity stand in the context; nobody was asked for them."""
    found = {}

    @app.command("/x")
    async def listener(ack, context):
        found.update(token=context.bot_token, bot=context.bot_user_id, team=context.team_id)
        await ack()

    answer = await app.async_dispatch(command())

    assert 200 == answer.status
    assert {"token": "xoxb-1", "bot": "U0BOT", "team": "T1"} == found


async def test_the_ack_comes_as_soon_as_the_listener_is_through(app):
    """The answer is there when the listener is, without a poll in between."""

    @app.command("/x")
    async def listener(ack):
        await ack("taken")

    answer = app.async_dispatch(command())
    with pytest.raises(StopIteration) as through:
        answer.send(None)

    assert "taken" == through.value.value.body


async def test_arguments_are_gathered_for_the_listener_that_runs(app):
    """Not for each that is asked whether it is the one: with 50 that is most of a click's CPU."""
    gathered = []

    async def listener(ack):
        await ack()

    for number in range(50):
        app.command(f"/x{number}")(listener)
    sys.setprofile(lambda frame, what, _: gathered.append((what, frame.f_code.co_name)))
    try:
        answer = await app.async_dispatch(command(command="/x49"))
    finally:
        sys.setprofile(None)

    assert 200 == answer.status
    assert 1 == gathered.count(("call", build_async_required_kwargs.__name__))


async def test_a_click_goes_to_the_listener_of_its_action_id(app, caplog):
    """Numbered or not; what nobody attached, and what is no click, goes to none."""
    taken = []

    async def listener(ack, body, actor):
        taken.append((body["actions"][0]["action_id"], actor))
        await ack()

    app.action("pick")(listener)
    app.action("refresh")(ignored)
    for action in ("pick", "pick:12", "pick:", "picky", "unpick:1", "", "refresh"):
        body = {"type": "block_actions", "actions": [{"action_id": action}], "team": {"id": "T1"}}
        request = AsyncBoltRequest(mode="socket_mode", body=body)
        request.context["actor"] = "ana"
        await app.async_dispatch(request)
    old = {"type": "interactive_message", "callback_id": "pick", "actions": [{}]}
    await app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=old))

    assert [("pick", "ana"), ("pick:12", "ana")] == taken
    assert 5 == sum("Unhandled request" in record.message for record in caplog.records)


async def ignored(ack, _body, _actor):
    await ack()


async def test_what_the_sdk_sends_goes_over_the_shared_session(app, session):
    """Bolt's client has the session of the bot, and never sends again after a broken connection."""
    kinds = [type(handler).__name__ for handler in app.client.retry_handlers]

    assert session is app.client.session
    assert ["AsyncRateLimitErrorRetryHandler", "AsyncServerErrorRetryHandler"] == kinds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_what_the_sdk_sends_follows_no_redirect(session, slack, status):
    """A body and its token go to Slack or nowhere, whoever sends them."""
    app = make_bolt_app(session, IDENTITY, token=BOT_TOKEN, api_url=slack.api_url)
    elsewhere = {"Location": slack.api_url + "auth.test"}
    slack.api.faults.add("chat.postMessage", Fault(status, headers=elsewhere))

    with pytest.raises(aiohttp.ClientError, match="elsewhere"):
        await app.client.chat_postMessage(channel="C0FLEETOP", text="a", token=BOT_TOKEN)

    assert ["chat.postMessage"] == slack.methods()
    assert () == slack.api.calls.of("auth.test")


async def test_a_token_in_the_environment_is_no_news(session, monkeypatch, caplog):
    """Bolt finds SLACK_BOT_TOKEN by itself; its warning about that is not for our log."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")

    app = make_bolt_app(session, IDENTITY, token="xoxb-1", api_url="http://127.0.0.1:9/api/")
    app.logger.warning("something else")

    assert ["something else"] == [record.message for record in caplog.records]


def test_bolt_never_logs_at_debug():
    """Whatever level the root has, Bolt's is INFO at least: at DEBUG it writes whole bodies."""
    logger = logging.getLogger("slack_bolt")
    before = logger.level
    logger.setLevel(logging.DEBUG)

    level = bolt_logger().level
    logger.setLevel(before)

    assert logging.INFO == level


def test_a_lost_connection_is_one_line(caplog):
    """What the SDK mends by itself says so without where in its code; a fault of ours says all."""
    logger = bolt_logger()
    for error in (ConnectionResetError("closing"), aiohttp.ClientError(), KeyError("ours")):
        try:
            raise error
        except (OSError, aiohttp.ClientError, KeyError):
            logger.exception("Failed to do it")
    logger.warning("The current session (s_1) is no longer active. Failed to send a message")

    told = [(record.levelname, bool(record.exc_info)) for record in caplog.records]
    assert [("WARNING", False), ("WARNING", False), ("ERROR", True)] == told
