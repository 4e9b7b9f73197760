"""POST /slack/events."""

import json
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.emulators.slack.signed_http import signature
from bot.ops.http import http_server
from bot.slack.bolt_app import Identity, make_bolt_app
from bot.slack.http_endpoint import MOST_BYTES, Signature, SlackEndpoint, is_command

SECRET = "a-signing-secret"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def taken():
    """The commands that came through."""
    return []


@pytest.fixture
def endpoint(session, clock, counted, taken):
    """What is tested, before a Bolt app that notes commands."""
    app = make_bolt_app(session, Identity("T1", "U0"), token="xoxb-1", api_url="http://127.0.0.1:9")

    @app.command("/simsessions")
    async def listener(ack, command):
        taken.append(command["text"])
        await ack()

    return SlackEndpoint(app, Signature(SECRET, clock), clock, counted)


@pytest.fixture
async def post(endpoint, clock):
    """Post a body over a socket, signed unless told otherwise."""
    await endpoint.open()
    web = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])

    async def posted(body, **headers):
        stamp = headers.pop("stamp", str(int(clock.now().timestamp())))
        mine = headers.pop("sign", None) or signature(SECRET, stamp, body)
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": mine}
        told = {"Content-Type": FORM} | signed | headers
        return await client.post("/slack/events", content=body, headers=told)

    async with http_server(web, "127.0.0.1", 0) as port, httpx.AsyncClient() as client:
        client.base_url = f"http://127.0.0.1:{port}"
        yield posted


def command(**more):
    plain = {"command": "/simsessions", "text": "pump-7", "team_id": "T1", "user_id": "U1"}
    return urlencode(plain | more).encode()


async def test_a_signed_command_comes_through(post, taken, counted):
    """
    What Slack signed reaches Bolt, and is timed.
    """
    answer = await post(command())

    assert (200, b"") == (answer.status_code, answer.content)
    assert ["pump-7"] == taken
    assert ["http"] == counted.acks


async def test_slack_may_check_the_address(post):
    """
    The challenge of url_verification comes back.
    """
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()

    answer = await post(body, **{"Content-Type": "application/json"})

    assert (200, {"challenge": "abc"}) == (answer.status_code, answer.json())


async def test_slack_may_check_the_certificate(post):
    """
    An ssl_check is answered with 200.
    """
    answer = await post(b"ssl_check=1&token=x")

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    "headers",
    [
        {"sign": "v0=" + "0" * 64},
        {"sign": "nothing"},
        {"stamp": "yesterday"},
        {"stamp": "1"},
        {"stamp": "9" * 20},
    ],
)
async def test_what_slack_did_not_sign_is_401(post, taken, headers):
    """
    A bad signature or timestamp is refused before anything reads the body; it never is a 500.
    """
    answer = await post(command(), **headers)

    assert 401 == answer.status_code
    assert [] == taken


async def test_a_body_above_a_megabyte_is_413(post, taken):
    """
    Nobody can make the bot read without end.
    """
    answer = await post(b"x" * (MOST_BYTES + 1))

    assert 413 == answer.status_code
    assert [] == taken


async def test_a_body_of_a_megabyte_is_read(post):
    """
    The cap itself is still taken.
    """
    answer = await post(command(text="x" * (MOST_BYTES - 200)))

    assert 200 == answer.status_code


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe", FORM),
        (b"{not json", "application/json"),
        (b"payload=%7Bnot+json", FORM),
        (b"[1]", "application/json"),
        (b"payload=[]", FORM),
        (b"payload=null", FORM),
    ],
)
async def test_what_cannot_be_read_is_400(post, body, kind):
    """
    A signed body that is no text, no JSON or no object is refused without a traceback.
    """
    answer = await post(body, **{"Content-Type": kind})

    assert 400 == answer.status_code


async def test_a_closed_endpoint_is_503(post, endpoint, taken):
    """
    While the bot stops, it takes nothing more in.
    """
    await endpoint.close()

    answer = await post(command())

    assert 503 == answer.status_code
    assert not await endpoint.is_open()
    assert [] == taken


async def test_other_methods_are_405(endpoint):
    """
    Only POST is Slack's.
    """
    web = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    transport = httpx.ASGITransport(web)

    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.get("/slack/events")

    assert 405 == answer.status_code


async def test_a_command_is_acknowledged_before_bolt_looks_at_it(endpoint, clock, taken):
    """
    The answer is on its way while the listener has not run yet.
    """
    await endpoint.open()
    sent, body = [], command()
    stamp = str(int(clock.now().timestamp()))
    headers = {
        "content-type": FORM,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(SECRET, stamp, body),
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append((message["type"], message.get("status"), tuple(taken)))

    await endpoint({"type": "http", "headers": raw}, receive, send)

    assert [("http.response.start", 200, ()), ("http.response.body", None, ())] == sent
    assert ["pump-7"] == taken


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        (command().decode(), True),
        ("command=%2Fsimsessions", True),
        ("ssl_check=1&token=x", False),
        ("payload=%7B%22text%22%3A%22command%3D%252Fx%22%7D", False),
        ("payload=x&command=%2Fsimsessions", False),
        ('{"event": {"text": "command=%2Fx"}}', False),
        ("text=command", False),
        ("", False),
    ],
)
def test_what_a_command_is(body, is_one):
    """
    Only a slash command's form: the acks of all else may carry something.
    """
    assert is_one is is_command(body)
