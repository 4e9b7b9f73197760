"""An app on the real SDK that answers as a test says, and pieces of Block Kit."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

BOT_TOKEN = "xoxb-1-2-secret"
APP_TOKEN = "xapp-1-2-secret"
SIGNING_SECRET = "signing-secret"
FLEET = "C0FLEETOP"
GENERAL = "C0GENERAL"
PRIVATE = "G0ONCALL1"
ANA = "U0ANA0001"
BEN = "U0BEN0001"
GIL = "U0GIL0001"
DORA = "U0DORA001"
EMIL = "U0EMIL001"
BOT = "U0SIMSESS"
SILENT = object()


@dataclass
class App:
    """An app on the real Socket Mode client; `answers` is called with each payload."""

    client: SocketModeClient
    seen: list[SocketModeRequest] = field(default_factory=list)
    answers: Callable[[SocketModeRequest], object] = lambda _: None

    async def take(self, client, request):
        self.seen.append(request)
        answer = self.answers(request)
        if answer is not SILENT:
            response = SocketModeResponse(request.envelope_id, payload=answer)
            await client.send_socket_mode_response(response)

    @property
    def last(self):
        return self.seen[-1].payload


async def refusal(call):
    """Await a call that must fail; give Slack's error."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def ask(url, verb="POST", **more):
    """Send a request of any kind; give status and body."""
    async with aiohttp.ClientSession() as session, session.request(verb, url, **more) as answer:
        return answer.status, await answer.read()


async def ask_json(url, verb="POST", **more):
    """Send a request of any kind; give the body as JSON."""
    return json.loads((await ask(url, verb, **more))[1])


def button(action_id="go", **more):
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": "Go"},
        **more,
    }


def actions(*elements, block_id="buttons"):
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def section(text="hello", **more):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def option(value):
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


def select(*values, action_id="pick", **more):
    options = [option(value) for value in values]
    return {"type": "static_select", "action_id": action_id, "options": options, **more}


def text_input(block_id="name", action_id="typed", **more):
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": "Name"},
        "element": {"type": "plain_text_input", "action_id": action_id},
        **more,
    }


def modal(*blocks, **more):
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Session"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks) or [section()],
        **more,
    }
