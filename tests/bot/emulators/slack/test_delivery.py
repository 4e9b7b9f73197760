"""Signed delivery over HTTP to an app on a socket."""

import asyncio
import contextlib
import json
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.emulators.serve import serving
from bot.emulators.slack.delivery import encoded
from tests.bot.emulators.slack.kit import FLEET, SIGNING_SECRET, actions, button


class Events:
    """An app's request URL; `answers` are given in turn, the last for ever."""

    def __init__(self):
        self.requests = []
        self.answers = [Response]

    async def take(self, request):
        self.requests.append((dict(request.headers), await request.body()))
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        made = answer()
        return await made if asyncio.iscoroutine(made) else made


@pytest.fixture
async def there(api, base):
    """An app that Slack delivers to over HTTP."""
    events = Events()
    app = Starlette(routes=[Route("/slack/events", events.take, methods=["POST"])])
    async with serving(app) as address:
        api.request_url = f"{address}/slack/events"
        yield events


async def test_a_command_comes_signed_as_a_form(there, workspace, clock):
    """slack_sdk's own verifier takes the signature; the body is a form."""
    delivery = await workspace.command("ana", FLEET, "/simsessions", "pump 7 & co")

    ((headers, body),) = there.requests
    verifier = SignatureVerifier(SIGNING_SECRET)
    stamp = headers["x-slack-request-timestamp"]
    assert delivery.ok
    assert verifier.generate_signature(timestamp=stamp, body=body) == headers["x-slack-signature"]
    assert str(int(clock.now().timestamp())) == stamp
    assert ["pump 7 & co"] == parse_qs(body.decode())["text"]


async def test_a_click_comes_as_json_in_a_form(there, workspace, said):
    """Interactions carry one field, `payload`."""
    message = said(actions(button()))

    await workspace.click("ana", message.ts, "buttons", "go")

    ((_, body),) = there.requests
    (payload,) = parse_qs(body.decode())["payload"]
    assert "block_actions" == json.loads(payload)["type"]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Response, []),
        (lambda: PlainTextResponse("hi"), ["hi"]),
        (lambda: JSONResponse({"text": "hi"}), ["hi"]),
        (lambda: StreamingResponse(iter([b"h", b"i"]), media_type="text/plain"), ["hi"]),
        (lambda: JSONResponse(["hi"]), []),
    ],
)
async def test_the_answer_may_be_text_or_json(there, workspace, answer, shown):
    """The body of the ack is shown, whole or in chunks."""
    there.answers = [answer]

    delivery = await workspace.command("ana", FLEET, "/simsessions", "x")

    assert delivery.ok
    assert shown == [message.text for message in workspace.messages.all()]


@pytest.mark.parametrize("status", [201, 302, 404, 500])
async def test_anything_but_200_is_a_failure(there, workspace, status):
    """A command answered otherwise has failed, and is not delivered again."""
    there.answers = [lambda: Response(status_code=status)]

    delivery = await workspace.command("ana", FLEET, "/simsessions", "x")

    assert (False, "dispatch_failed") == (delivery.ok, delivery.error)
    assert 1 == len(there.requests)


@pytest.mark.parametrize("ack_seconds", [0.1])
async def test_a_slow_answer_is_a_timeout(there, workspace):
    """Who does not answer in time is not waited for."""
    late = asyncio.Event()
    there.answers = [late.wait]

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            delivery = await workspace.command("ana", FLEET, "/simsessions", "x")

    late.set()
    assert "operation_timeout" == delivery.error


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"not http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{",
    ],
)
async def test_what_is_not_http_is_a_failure(api, base, workspace, reply):
    """A server that closes or talks nonsense is nobody, and so is none at all."""

    async def talk(reader, writer):
        await reader.read(10)
        writer.write(reply)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        api.request_url = f"http://127.0.0.1:{port}/"
        delivery = await workspace.command("ana", FLEET, "/simsessions", "x")
    refused = await workspace.command("ana", FLEET, "/simsessions", "x")

    assert ("dispatch_failed", "dispatch_failed") == (delivery.error, refused.error)


@pytest.mark.parametrize("reason", ["http_error", "http_timeout"])
async def test_an_event_is_delivered_again(there, api, workspace, clock, reason):
    """An event not taken comes again, numbered and with the reason, at once, after 1 and 5 min."""
    late = asyncio.Event()
    bad = {"http_error": lambda: Response(status_code=500), "http_timeout": late.wait}
    there.answers = [bad[reason]]

    for api.dispatcher._http.ack_seconds in (0.1, 1.0, 10.0):
        await workspace.say("ana", FLEET, "<@U0SIMSESS> pump-7")
        await api.dispatcher.settled()
        if len(there.requests) == 4:
            break
        there.requests.clear()  # the machine is too busy for one to get there in so short a time
        clock.slept.clear()

    late.set()
    heads = [headers for headers, _ in there.requests]
    assert [None, "1", "2", "3"] == [head.get("x-slack-retry-num") for head in heads]
    assert [None, *[reason] * 3] == [head.get("x-slack-retry-reason") for head in heads]
    assert [0.0, 60.0, 300.0] == clock.slept
    assert 1 == len({json.loads(body)["event_id"] for _, body in there.requests})


async def test_no_retry_is_respected(there, api, workspace):
    """X-Slack-No-Retry stops the redelivery of an event."""
    there.answers = [lambda: Response(status_code=500, headers={"X-Slack-No-Retry": "1"})]

    await workspace.say("ana", FLEET, "<@U0SIMSESS> pump-7")
    await api.dispatcher.settled()

    assert 1 == len(there.requests)


async def test_the_request_url_is_verified(there, api):
    """The challenge must come back, as text or JSON."""
    outcome = []
    for answer in (
        lambda: JSONResponse({"challenge": json.loads(there.requests[-1][1])["challenge"]}),
        lambda: PlainTextResponse(json.loads(there.requests[-1][1])["challenge"]),
        lambda: PlainTextResponse("no"),
    ):
        there.answers = [answer]
        outcome.append(await api.verify_url())

    assert [True, True, False] == outcome


def test_each_kind_has_its_encoding():
    """Commands are forms, interactions JSON in a form, events JSON."""
    kinds = {"slash_commands": b"text=", "interactive": b"payload=%7B", "events_api": b"{"}

    for kind, start in kinds.items():
        body, content_type = encoded(kind, {"text": "x"})
        assert body.startswith(start), kind
        assert ("json" in content_type) == (kind == "events_api"), kind
