"""The traps of slack-bolt and slack_sdk, T1 to T15: each is built for, and held here.

Short names: T1 an ack lost by an exception; T2 lazy listeners; T3 response_url never raises; T4 no
de-duplication; T5 a post sent twice; T6 no wait for 429; T7 models that drop new blocks; T8 bodies
in the log; T9 auth.test in the first request; T10 tasks without references and drain; T11 injected
None; T12 and T13 assistants; T14 blocks.validate; T15 peers that are gone.
"""

import ast
import asyncio
import logging
import socket
from pathlib import Path

import httpx
import pytest
from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_bolt.middleware.assistant.async_assistant import AsyncAssistant

from bot.app.bot import EVENTS_PATH
from bot.emulators.kore.faults import late
from bot.ops.metrics import Metrics
from bot.slack.client import SlackClient
from bot.slack.messages import Delivery
from bot.slack.posting import MAYBE_TWICE, BlockFallback
from bot.struct import replace
from tests.fakes import FakeClock
from tests.slack_rig import BOT_TOKEN
from tests.whole_bot import the_view, whole_bot

ROOT = Path(__file__).parent.parent.parent
SHIPPED = [path for folder in ("bot", "handlers") for path in (ROOT / folder).rglob("*.py")]


class BrokenLookup:
    """A look-up with a fault of ours in it."""

    async def look_up(self, _text, **_how):
        msg = "a fault of ours"
        raise RuntimeError(msg)


async def test_t1_an_exception_right_after_the_ack_does_not_cost_the_ack(dispatch_with, whole):
    """The command is acknowledged with 200 although its work fails at once, and it is answered."""
    dispatch = dispatch_with(views=the_view(replace(whole.view, sessions=BrokenLookup())))

    answer = await dispatch(dispatch.command())
    await whole.settle()

    assert (200, "") == (answer.status, answer.body)
    assert "Something broke on our side (ref " in whole.answer().text


async def test_t1_nor_does_a_payload_that_nobody_expects(dispatch, whole):
    """A command without any of its fields is acknowledged all the same."""
    answer = await dispatch({"command": "/simsessions", "team_id": "T0ACMEIOT"})
    await whole.bot.services.tasks.drain(30)

    assert 200 == answer.status


async def test_t2_what_fails_after_the_ack_is_told_in_full(dispatch_with, whole, caplog):
    """No listener is lazy; a failure has its traceback and the reference that the asker reads."""
    dispatch = dispatch_with(views=the_view(replace(whole.view, sessions=BrokenLookup())))

    await dispatch(dispatch.command())
    await whole.settle()

    lazy = [each for listener in dispatch.app._async_listeners for each in listener.lazy_functions]
    (record,) = [r for r in caplog.records if r.message == "unplanned-error"]
    assert [] == lazy
    assert "RuntimeError: a fault of ours" in caplog.text
    assert f"ref {record.reference}" in whole.answer().text


async def test_t3_a_response_url_that_is_used_up_loses_no_answer(dispatch, whole):
    """The sixth answer through one URL comes as an ephemeral message."""
    command = dispatch.command("help")

    for number in range(6):
        await dispatch(command | {"trigger_id": str(number)})
        await whole.settle()

    assert 6 == len(whole.slack.seen_by("ana"))
    sent = [method for method in whole.slack.methods() if not method.endswith(".info")]
    assert ["/response"] * 6 + ["chat.postEphemeral"] == sent


@pytest.mark.parametrize("over_http", [False, True])
async def test_t4_a_redelivered_event_is_heard_once(dispatch, whole, over_http):
    """The same event with its retry headers, over either transport, is answered once."""
    now = whole.bot.services.clock.now().timestamp()
    event = {
        "type": "app_mention", "text": "<@U0SIMSESS> help", "user": "U0ANA0001",
        "team": "T0ACMEIOT", "channel": "C0FLEETOP", "ts": f"{now:.6f}",
    }  # fmt: skip
    body = {"type": "event_callback", "event_id": "Ev1", "team_id": "T0ACMEIOT", "event": event}
    for attempt in ({}, {"x-slack-retry-num": "1", "x-slack-retry-reason": "timeout"}):
        request = AsyncBoltRequest(body=body, headers=attempt, mode="socket_mode")
        if over_http:
            raw = httpx.Request("POST", "http://bot", json=body).content.decode()
            request = AsyncBoltRequest(
                body=raw, headers=attempt | {"content-type": "application/json"}
            )
        answer = await dispatch.app.async_dispatch(request)
        assert 200 == answer.status
    await whole.settle()

    assert 1 == len([*whole.slack.seen_by("ana"), *whole.slack.direct("ana")])


@pytest.mark.parametrize("way", ["/response", "chat.postEphemeral"])
@pytest.mark.parametrize("after_work", [False, True])
async def test_t5_a_broken_connection_leaves_nobody_without_an_answer(whole, way, after_work):
    """Slack read the answer and hung up: the next way is taken, and says "you may see it twice"."""
    if way != "/response":
        whole.slack.api.faults.status("/response", 404, "expired_url")
    whole.slack.api.faults.hang_up(way, after_work=after_work)

    await whole.type("help")

    *before, last = *whole.slack.seen_by("ana"), *whole.slack.direct("ana")
    assert after_work == len(before)
    assert MAYBE_TWICE in str(last.blocks)


async def test_t6_a_rate_limit_is_waited_out_after_the_ack(dispatch_with, whole):
    """The ack does not wait for Slack's 429; the answer does, as long as Slack asks."""
    clock, api_url = FakeClock(), whole.slack.api_url
    session = whole.bot.services.modals._client._session
    client = SlackClient(session, clock, token=BOT_TOKEN, api_url=api_url)
    drawing = BlockFallback(Metrics())
    replying = whole.bot.services.replying
    delivery = Delivery(client, drawing, replying.delivery.posts, Metrics())
    dispatch = dispatch_with(replying=replace(replying, delivery=delivery))
    whole.slack.api.faults.rate_limit("/response", 30)

    answer = await dispatch(dispatch.command("help"))
    waited_before = list(clock.slept)
    await whole.settle()

    assert (200, []) == (answer.status, waited_before)
    assert [30] == [int(wait) for wait in clock.slept]
    assert 1 == len(whole.slack.seen_by("ana"))


async def test_t7_newer_blocks_reach_slack_untouched(whole):
    """A data_table arrives as it was drawn."""
    await whole.type("rules")

    kinds = [block["type"] for block in whole.answer().blocks]
    assert "data_table" in kinds


def test_t7_no_model_of_the_sdk_is_between():
    """Nothing that we ship imports slack_sdk.models: they drop what they do not know."""
    names = {
        name
        for path in SHIPPED
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom | ast.Import)
        for name in (getattr(node, "module", None) or "", *(alias.name for alias in node.names))
    }

    assert not [name for name in names if name.startswith("slack_sdk.models")]


async def test_t8_a_timestamp_that_is_no_number_is_401():
    """It is refused as not Slack's; it is no fault of ours."""
    async with whole_bot(over_http=True) as whole, httpx.AsyncClient() as client:
        url = f"http://127.0.0.1:{whole.bot.port}{EVENTS_PATH}"
        for timestamp in ("soon", "", "1e9", "0"):
            headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": "v0=0"}
            answer = await client.post(url, content=b"text=pump-7", headers=headers)

            assert 401 == answer.status_code, timestamp


@pytest.mark.parametrize("over_http", [False, True])
async def test_t8_no_body_and_no_signature_is_ever_logged(caplog, over_http):
    """Even at DEBUG neither a good nor a badly signed payload stands in the log."""
    caplog.set_level(logging.DEBUG)
    async with whole_bot(over_http=over_http) as whole, httpx.AsyncClient() as client:
        await whole.type("a-name-that-nobody-has")
        url = f"http://127.0.0.1:{whole.bot.port}{EVENTS_PATH}"
        headers = {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=c0ffee"}
        await client.post(url, content=b"text=badly-signed", headers=headers)

    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore", "asyncio"))]
    told = "\n".join(record.getMessage() for record in ours)
    assert "a-name-that-nobody-has" not in told.replace("I read `a-name-that-nobody-has`", "")
    assert "badly-signed" not in told
    assert "c0ffee" not in told
    assert "trigger_id" not in told


async def test_t9_many_first_requests_ask_slack_nothing(whole):
    """One auth.test at the start; ten commands at once cause none."""
    type_in = whole.slack.workspace.command

    await asyncio.gather(*(type_in("ana", "#fleet-ops", "/simsessions", "help") for _ in range(10)))
    await whole.settle()

    assert 1 == len(whole.slack.api.calls.of("auth.test"))
    assert 10 == len(whole.slack.seen_by("ana"))


async def test_t10_what_is_under_way_is_finished_before_the_bot_is_gone():
    """A command that was taken is answered although the bot stops right after the ack."""
    async with whole_bot() as whole:
        whole.kore.faults.add(late(0.2, times=None))
        delivery = await whole.slack.workspace.command(
            "ana", "#fleet-ops", "/simsessions", "truck-42"
        )
        before = len(whole.slack.seen_by("ana"))
        await whole.bot.stop(10)

        assert (True, 0) == (delivery.ok, before)
        assert "truck-42 is" in whole.answer().text


async def test_t11_no_listener_asks_for_what_bolt_does_not_have(dispatch):
    """An unknown parameter would silently be None: every name is one of Bolt's, or the actor."""
    known = {*AsyncArgs.__annotations__, "actor"}  # the middleware puts it in

    asked = {name for each in dispatch.app._async_listeners for name in each.arg_names}

    assert asked
    assert asked <= known


async def test_t12_no_listener_counts_on_helpers_of_assistants(dispatch):
    """set_status and its kin are there for some events only; nobody uses them, and they are off."""
    helpers = {"set_status", "set_title", "set_suggested_prompts", "say_stream", "say", "respond"}

    asked = {name for each in dispatch.app._async_listeners for name in each.arg_names}

    assert not asked & helpers
    assert not dispatch.app._attaching_conversation_kwargs_enabled


async def test_t13_messages_in_direct_threads_are_not_swallowed(dispatch, whole):
    """Without an Assistant a message in a thread of direct messages is answered there."""
    whole.slack.api.scopes |= {"im:history"}
    root = await whole.say("help", channel="D0ANADM01")

    await whole.say("truck-42", channel="D0ANADM01", under=root.ts)

    assert root.ts == whole.slack.direct("ana")[-1].thread_ts
    assert not [m for m in dispatch.app._async_middleware_list if isinstance(m, AsyncAssistant)]


async def test_t14_every_answer_passes_the_validator_that_needs_no_token(whole):
    """blocks.validate takes what the bot sends, without a token, and not what is broken."""
    url, oks = f"{whole.slack.api_url}blocks.validate", {}
    async with httpx.AsyncClient() as client:
        for text in ("truck-42", "pump-7", "pmp-17", "help", "rules", "HS" + "0" * 32):
            await whole.type(text)
            sent = await client.post(url, json={"blocks": list(whole.answer().blocks)})
            oks[text] = sent.json()["ok"]
        bad = await client.post(url, json={"blocks": [{"type": "section"}]})

    assert dict.fromkeys(oks, True) == oks
    assert 6 == len(oks)
    assert not bad.json()["ok"]


async def test_t15_the_bot_needs_nobody_but_slack_and_kore(monkeypatch):
    """From start to stop it connects to the two addresses of its settings only: it hosts itself."""
    reached = set()
    connect = socket.socket.connect

    def noted(self, address):
        reached.add(address[:2])
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    async with whole_bot() as whole:
        await whole.type("truck-42")
        await whole.click(whole.answer(), "Refresh")
        kore_urls = whole.kore.requests
        mine = {httpx.URL(whole.slack.base).port}

    hosts = {host for host, *_ in reached}
    assert kore_urls
    assert {"127.0.0.1"} == hosts
    assert mine < {port for _, port in reached}
    assert 2 == len({port for _, port in reached})
