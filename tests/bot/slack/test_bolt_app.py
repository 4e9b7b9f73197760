"""The Bolt app as the bot sets it up."""

import logging
import sys

import aiohttp
import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.kwargs_injection.async_utils import build_async_required_kwargs

from bot.emulators.slack.faults import Fault
from bot.emulators.slack.people import BOT, BOT_ID, HOME
from bot.errors import SlackLost, StartError
from bot.slack.bolt_app import Identity, bolt_logger, identify, make_bolt_app
from bot.slack.client import SlackClient
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


async def test_one_question_tells_all(client, slack):
    """auth.test gives workspace, user, bot and the scopes that were granted."""
    identity = await identify(client)

    scopes = frozenset(slack.api.scopes)
    assert Identity(HOME.id, BOT.id, BOT_ID, None, scopes) == identity
    assert ("auth.test",) == slack.api.calls.methods()


async def test_a_wrong_token_is_one_clear_line(slack, session, clock):
    """A token that Slack does not know is a fault of the settings, named, and not shown."""
    client = SlackClient(session, clock, token="xoxb-wrong", api_url=slack.api_url)

    with pytest.raises(StartError) as wrong:
        await identify(client)

    line = wrong.value.sentence
    assert line.startswith("SLACK_BOT_TOKEN: Slack refuses it (invalid_auth)")
    assert "xoxb-wrong" not in line
    assert "\n" not in line


PORTAL = "<html>Sign in</html>"
ON_THE_WAY = [
    Fault(500), Fault(503, PORTAL), Fault(200, PORTAL), Fault(302, PORTAL), Fault(403, PORTAL),
    Fault(407, PORTAL), Fault(200, {"ok": True}), Fault(200, {"ok": False, "error": "ratelimited"}),
    Fault(200, {"ok": False, "error": "service_unavailable"}),
]  # fmt: skip


@pytest.mark.parametrize("fault", ON_THE_WAY, ids=lambda fault: f"{fault.status} {fault.body}")
async def test_only_slacks_own_word_blames_the_token(client, slack, fault):
    """What fails at the start, or on the way to Slack, is no fault of the settings."""
    slack.api.faults.add("auth.test", fault, times=9)

    with pytest.raises(SlackLost):
        await identify(client)


@pytest.mark.parametrize("status", [200, 302, 403, 503])
async def test_a_page_in_between_is_named(client, slack, status):
    """That it was not Slack who answered, or not in its words, is said, whatever the status."""
    slack.api.faults.status("auth.test", status, PORTAL, times=9)

    with pytest.raises(SlackLost, match=f"http_{status}, (and not from Slack|not in its words)"):
        await identify(client)


async def test_a_slack_that_is_down_is_no_fault_of_the_settings(client, slack, session, clock):
    """Without a connection, and with a 503 that lasts, it is SlackLost."""
    away = SlackClient(session, clock, token="xoxb-1", api_url="http://127.0.0.1:9/api/")
    slack.api.faults.status("auth.test", 503, times=9)

    for one, says in ((away, "cannot be reached"), (client, "http_503")):
        with pytest.raises(SlackLost, match=says):
            await identify(one)


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
