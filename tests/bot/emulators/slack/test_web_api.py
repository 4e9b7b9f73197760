"""The Web API against the real slack_sdk client: tokens, scopes, arguments, faults."""

import json
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.bot.emulators.slack.kit import APP_TOKEN, BOT_TOKEN, FLEET, ask_json, refusal


async def test_auth_test_says_who_is_calling(web):
    """auth.test names bot, team and app, and a header tells the scopes."""
    answer = await web.auth_test()

    told = {"user_id": "U0SIMSESS", "team_id": "T0ACMEIOT", "bot_id": "B0SIMSESS"}
    assert told.items() <= answer.data.items()
    assert "app_mentions:read,chat:write,commands" == answer.headers["x-oauth-scopes"]


async def test_a_call_needs_the_right_token(base):
    """Each wrong token, scope and method has its own error."""
    for token, method, error in (
        (None, "auth.test", "not_authed"),
        ("xoxb-wrong", "auth.test", "invalid_auth"),
        (APP_TOKEN, "auth.test", "not_allowed_token_type"),
        (BOT_TOKEN, "apps.connections.open", "not_allowed_token_type"),
        (None, "apps.connections.open", "not_authed"),
        (BOT_TOKEN, "users.info", "missing_scope"),
        (BOT_TOKEN, "files.getUploadURLExternal", "missing_scope"),
        (BOT_TOKEN, "files.info", "missing_scope"),
        (BOT_TOKEN, "chat.unfurl", "missing_scope"),
        (BOT_TOKEN, "usergroups.users.list", "missing_scope"),
        (BOT_TOKEN, "no.such", "unknown_method"),
    ):
        web = AsyncWebClient(token, base_url=f"{base}/api/")

        assert error == await refusal(web.api_call(method)), (token, method, error)


async def test_a_missing_scope_is_named_and_may_be_granted_later(web, api):
    """The answer says which scope is needed and which are provided; with it the call works."""
    with pytest.raises(SlackApiError) as caught:
        await web.users_info(user="U0ANA0001")
    api.scopes |= {"users:read"}

    answer = caught.value.response
    assert "users:read" == answer["needed"]
    assert "app_mentions:read,chat:write,commands" == answer["provided"]
    assert (await web.users_info(user="U0ANA0001"))["ok"]


ARGS = {"channel": FLEET, "text": "hi"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", json.dumps(ARGS)),
        ("application/json; charset=utf-8", json.dumps(ARGS)),
        ("application/x-www-form-urlencoded", urlencode(ARGS | {"token": BOT_TOKEN})),
        ("application/x-www-form-urlencoded", urlencode(ARGS | {"blocks": "[]"})),
    ],
)
async def test_arguments_come_as_json_or_form(base, workspace, kind, body):
    """JSON bodies and forms say the same; a form's blocks are JSON in a string."""
    headers = {"Authorization": f"Bearer {BOT_TOKEN}", "Content-Type": kind}
    said = await ask_json(f"{base}/api/chat.postMessage", data=body, headers=headers)

    assert said["ok"]
    assert "hi" == workspace.messages.all()[0].text


async def test_a_body_that_cannot_be_read_is_refused(base):
    """Each has its own error."""
    for kind, body, error in (
        ("application/json", "{", "invalid_json"),
        ("application/json", "[]", "json_not_object"),
        ("text/plain", "text=hi", "invalid_post_type"),
        ("application/x-www-form-urlencoded", "text=hi", "not_authed"),
    ):
        headers = {"Content-Type": kind}
        answer = await ask_json(f"{base}/api/chat.postMessage", data=body, headers=headers)

        assert error == answer["error"], (kind, body, error)


async def test_calls_are_logged_without_their_token(web, api, clock):
    """The log holds method, arguments, time and answer, but no token; it can be emptied."""
    await web.chat_postMessage(channel=FLEET, text="hi")
    (call,) = api.calls
    api.calls.clear()

    assert ("chat.postMessage", "hi", clock.now()) == (call.method, call.args["text"], call.time)
    assert call.answer["ok"]
    assert BOT_TOKEN not in repr(call)
    assert 0 == len(api.calls)


async def test_an_error_may_be_asked_for(web, api):
    """The next call fails as asked, with details; the one after works, as all do after clear()."""
    api.faults.fail("auth.test", "fatal_error", hint="x")

    assert "fatal_error" == await refusal(web.auth_test())
    assert (await web.auth_test())["ok"]
    api.faults.fail("*", "fatal_error", times=9)
    api.faults.clear()
    assert (await web.auth_test())["ok"]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_status_may_be_asked_for(web, api, status):
    """The HTTP status is as asked; the method did not do its work."""
    api.faults.status("*", status, "gateway")

    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=FLEET, text="hi")

    assert status == caught.value.response.status_code
    assert () == api.workspace.messages.all()


async def test_a_429_may_be_asked_for(web, api):
    """It carries Retry-After and `ratelimited`."""
    api.faults.rate_limit("chat.postMessage", 7)

    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=FLEET, text="hi")

    response = caught.value.response
    assert (429, "ratelimited") == (response.status_code, response["error"])
    assert "7" == response.headers["Retry-After"]


async def test_a_channel_may_have_a_pace(web, api, clock):
    """With a pace of one second the second message to a channel at once gets 429, elsewhere not."""
    api.faults.channel_pace = 1.0

    async def post(channel):
        try:
            return (await web.chat_postMessage(channel=channel, text="hi"))["ok"]
        except SlackApiError as error:
            return error.response["error"]

    outcome = [await post(FLEET), await post(FLEET), await post("C0PARTNER")]
    clock.move(1)

    assert [True, "ratelimited", True] == outcome
    assert (await post(FLEET)) is True


async def test_latency_is_slept_on_the_clock(web, api, clock):
    """A slow method sleeps on the clock that was passed in."""
    api.faults.latency["auth.test"] = 4.0

    await web.auth_test()

    assert [4.0] == clock.slept


@pytest.mark.parametrize(("after_work", "written"), [(False, 0), (True, 1)])
async def test_a_connection_may_be_cut(web, api, workspace, after_work, written):
    """The caller sees no answer, whether the message was written or not."""
    api.faults.hang_up("chat.postMessage", after_work=after_work)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await web.chat_postMessage(channel=FLEET, text="hi")

    assert written == len(workspace.messages.all())


async def test_the_address_is_learnt_from_the_first_call(web, api, base):
    """Without an address of its own the stand-in takes the one it was called by."""
    api.base_url = None
    await web.auth_test()

    assert api.response_url("x") == f"{base}/response/x"
    assert api.request_url is None
