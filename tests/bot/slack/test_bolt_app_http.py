"""POST /slack/events."""

import hmac
import json
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx
import pytest
from slack_sdk import signature as sdk
from starlette.applications import Starlette
from starlette.routing import Route

from bot.emulators.slack.delivery import signature
from bot.ops.http import http_server
from bot.slack.bolt_app import (
    MAX_BYTES,
    SignatureVerifier,
    SlackEndpoint,
    is_command,
    make_bolt_app,
)
from bot.slack.identity import Identity
from tests.fakes import FakeClock

SECRET = "a-signing-secret"
BODY = b"token=x&command=%2Fsimsessions&text=pump-7"
NOW = int(FakeClock().now().timestamp())
FORM = "application/x-www-form-urlencoded"


def is_valid(timestamp, mine, body=BODY, secret=SECRET):
    return SignatureVerifier(secret, FakeClock()).is_valid(body, timestamp, mine)


def signed_by_the_sdk(timestamp, body=BODY, secret=SECRET):
    return sdk.SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body).encode()


def test_slacks_own_signature_is_valid_for_five_minutes():
    """What the SDK signs is taken while fresh; old, future or with another secret it is not."""
    ages = {0: True, -299: True, 299: True, -301: False, 301: False}
    stamps = {age: str(NOW + age) for age in ages}
    found = {age: is_valid(at.encode(), signed_by_the_sdk(at)) for age, at in stamps.items()}

    assert ages == found
    assert not is_valid(str(NOW).encode(), signed_by_the_sdk(str(NOW), secret="x"))
    assert not is_valid(str(NOW).encode(), signed_by_the_sdk(str(NOW)), BODY + b"&user_id=U2")


def test_what_slack_did_not_sign_is_not_valid():
    """A wrong signature, a body of any bytes, a timestamp that is no number: nothing raises."""
    now = str(NOW).encode()
    wrong = [(now, mine) for mine in (b"", b"v0=", b"v0=" + b"0" * 64, "v0=é".encode())]
    stamps = (b"", b"now", b"1e9", b"-1", b"1.5", b"9" * 5000, "٣".encode())

    assert [] == [row for row in wrong if is_valid(*row)]
    assert [] == [stamp for stamp in stamps if is_valid(stamp, b"v0=x")]
    assert not is_valid(now, b"v0=00", b"\xff\x00" * 10)


def test_without_a_secret_nothing_is_valid():
    """An empty signing secret lets nobody in, not even somebody who signs with it."""
    now = str(NOW).encode()
    mine = hmac.new(b"", b"v0:" + now + b":" + BODY, "sha256").hexdigest()

    assert not is_valid(now, b"v0=" + mine.encode(), secret="")


@pytest.fixture
def taken():
    """The commands that came through."""
    return []


@pytest.fixture
def held():
    """The forms that are held, while they are."""
    return []


@pytest.fixture
def endpoint(session, clock, counted, taken, held):
    """What is tested, before a Bolt app that notes commands."""
    app = make_bolt_app(session, Identity("T1", "U0"), token="xoxb-1", api_url="http://127.0.0.1:9")

    @app.command("/simsessions")
    async def listener(ack, command):
        taken.append(command["text"])
        await ack()

    @contextmanager
    def taking(form):
        held.append(form)
        yield
        held.remove(form)

    return SlackEndpoint(app, SignatureVerifier(SECRET, clock), clock, counted, taking)


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
    """What Slack signed reaches Bolt, and is timed."""
    answer = await post(command())

    assert (200, b"") == (answer.status_code, answer.content)
    assert ["pump-7"] == taken
    assert ["http"] == counted.acks


async def test_slack_may_check_address_and_certificate(post):
    """The challenge of url_verification comes back, and an ssl_check is answered with 200."""
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()

    answer = await post(body, **{"Content-Type": "application/json"})
    check = await post(b"ssl_check=1&token=x")

    assert (200, {"challenge": "abc"}, 200) == (
        answer.status_code,
        answer.json(),
        check.status_code,
    )


@pytest.mark.parametrize(
    "headers",
    [{"sign": "v0=" + "0" * 64}, {"sign": "no"}, {"stamp": "yesterday"}, {"stamp": "9" * 20}],
)
async def test_what_slack_did_not_sign_is_401(post, taken, headers):
    """A bad signature or timestamp is refused before anything reads the body; it never is a 500."""
    answer = await post(command(), **headers)

    assert 401 == answer.status_code
    assert [] == taken


async def test_nobody_can_make_the_bot_read_without_end(post, taken):
    """A body of a megabyte is still read; a longer one is 413."""
    longest = await post(command(text="x" * (MAX_BYTES - 200)))
    too_long = await post(b"x" * (MAX_BYTES + 1))

    assert (200, 413) == (longest.status_code, too_long.status_code)
    assert 1 == len(taken)


async def test_what_cannot_be_read_is_400(post):
    """A signed body that is no text, no JSON or no object is refused without a traceback."""
    for body, kind in (
        (b"\xff\xfe", FORM),
        (b"{not json", "application/json"),
        (b"payload=%7Bnot+json", FORM),
        (b"[1]", "application/json"),
        (b"payload=[]", FORM),
        (b"payload=null", FORM),
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 100_000, "application/json"),
        (b"payload=" + b"%5B" * 100_000, FORM),
        (b'{"type": "event_callback", "event": 1}', "application/json"),
        (b'{"type": "event_callback", "event": []}', "application/json"),
        (b"payload=%7B%22event%22%3A%22x%22%7D", FORM),
    ):
        answer = await post(body, **{"Content-Type": kind})

        assert 400 == answer.status_code, (body, kind)


async def test_a_closed_endpoint_is_503(post, endpoint, taken):
    """While the bot stops, it takes nothing more in."""
    await endpoint.close()

    answer = await post(command())

    assert 503 == answer.status_code
    assert not await endpoint.is_open()
    assert [] == taken


async def test_other_methods_are_405(endpoint):
    """Only POST is Slack's."""
    web = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    transport = httpx.ASGITransport(web)

    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        answer = await client.get("/slack/events")

    assert 405 == answer.status_code


async def test_a_command_is_acknowledged_before_bolt_looks_at_it(endpoint, clock, taken, held):
    """The answer is on its way while the listener has not run yet; by then it is held."""
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
        sent.append((message["type"], message.get("status"), tuple(held), tuple(taken)))

    await endpoint({"type": "http", "headers": raw}, receive, send)

    before = (body.decode(),), ()
    assert [("http.response.start", 200, *before), ("http.response.body", None, *before)] == sent
    assert (["pump-7"], []) == (taken, held)


def test_what_a_command_is():
    """Only a slash command's form: the acks of all else may carry something."""
    others = [
        "ssl_check=1&token=x",
        "payload=%7B%22text%22%3A%22command%3D%252Fx%22%7D",
        "payload=x&command=%2Fsimsessions",
        '{"event": {"text": "command=%2Fx"}}',
        "text=command",
        "",
    ]

    assert is_command(command().decode())
    assert is_command("command=%2Fsimsessions")
    assert [] == [body for body in others if is_command(body)]
