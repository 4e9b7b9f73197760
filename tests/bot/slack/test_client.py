"""Calls to Slack over one shared session."""

import asyncio
import gzip
import tracemalloc

import pytest

from bot.emulators.slack.faults import Fault, too_many
from bot.slack.client import RetryPolicy, SlackClient
from bot.slack.errors import (
    CODES,
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
)
from tests.bot.kore.conftest import a_server
from tests.slack_rig import APP_TOKEN, BOT_TOKEN

POST = {"channel": "C0FLEETOP", "text": "hello"}


async def test_a_call_gives_the_answer_and_its_headers(client, counted):
    """What Slack answers comes back as JSON, beside the headers that tell the scopes."""
    answer = await client.call("auth.test")

    assert "T0ACMEIOT" == answer.body["team_id"]
    assert "chat:write" in answer.headers["X-OAuth-Scopes"]
    assert [("auth.test", "ok")] == counted.calls


async def test_another_token_can_be_given(client):
    """The app-level token opens connections, which the bot's may not."""
    answer = await client.call("apps.connections.open", token=APP_TOKEN)

    assert answer.body["url"].startswith("ws://")
    with pytest.raises(SlackRefused, match="not_allowed_token_type"):
        await client.call("apps.connections.open")


async def test_what_comes_too_late_is_planned_for(client, session):
    """Once we have closed, nothing reaches Slack: an error like any other, not one of the code."""
    await session.close()

    with pytest.raises(SlackUnreachable):
        await client.call("chat.postMessage", POST)


@pytest.mark.parametrize("ending", ["/api/", "/api"])
async def test_the_address_may_end_with_a_slash_or_not(slack, session, clock, ending):
    """SLACK_API_URL works in both spellings."""
    url = slack.base + ending
    answer = await SlackClient(session, clock, token=BOT_TOKEN, api_url=url).call("auth.test")

    assert answer.body["ok"]


async def test_slacks_no_carries_its_code_and_its_reasons(client, slack):
    """A refusal says why, and is not tried again."""
    bad = POST | {"blocks": [{"type": "section"}]}

    with pytest.raises(SlackRefused) as refused:
        await client.call("chat.postMessage", bad)

    assert "invalid_blocks" == refused.value.error
    assert refused.value.messages
    assert 1 == len(slack.api.calls)


async def test_a_rate_limit_is_waited_out(client, slack, clock):
    """After a 429 the call is made again after Retry-After, or a second where that is no number."""
    slack.api.faults.rate_limit("chat.postMessage", 7, times=2)
    slack.api.faults.add("auth.test", Fault(429))
    slack.api.faults.add("auth.test", Fault(429, headers={"Retry-After": "soon"}))

    await client.call("chat.postMessage", POST)
    await client.call("auth.test")

    assert [7, 7, 1, 1] == [int(wait) for wait in clock.slept]


async def test_patience_with_rate_limits_ends(client, slack, clock):
    """Slack may make us wait a minute in all; longer, and the answer takes another way."""
    slack.api.faults.rate_limit("chat.postMessage", 45, times=9)

    with pytest.raises(SlackRateLimited) as limited:
        await client.call("chat.postMessage", POST)

    assert 45 == limited.value.retry_after
    assert 45 <= sum(clock.slept) <= 60


PAGE = "<html>Sign in to the guest network</html>"
JSON_NO = {"ok": False, "error": "internal_error"}
ANSWERS = {
    SlackOutcomeUnknown: [
        Fault(500), Fault(502), Fault(503), Fault(504), Fault(503, PAGE), Fault(500, JSON_NO),
        Fault(200, PAGE), Fault(200, '{"ok": true, "ts": "17'), Fault(200, ""), Fault(200, "[]"),
        Fault(200, "[" * 100_000),  # nested deeper than any reader goes
        *(Fault(200, {"ok": ok, "ts": "1.0"}) for ok in ("true", "false", 1, None, [True])),
        Fault(200, {"message": "Sign in"}), Fault(206, {"error": "x"}), Fault(200, {"error": "x"}),
        *(Fault(200, {"ok": False, "error": code}) for code in CODES[Reason.IN_DOUBT]),
    ],
    SlackUnreachable: [
        Fault(307, "", {"Location": "http://127.0.0.1:9/"}), Fault(302, PAGE), Fault(403, PAGE),
        Fault(407, PAGE), Fault(407), Fault(403, {"message": "Forbidden"}), Fault(403), Fault(404),
    ],
    SlackRateLimited: [Fault(429, PAGE), Fault(429, "", {"Retry-After": "9" * 400})],
    SlackRefused: [
        Fault(200, {"ok": False, "error": "not_in_channel"}), Fault(404, "used_url"),
    ],
}  # fmt: skip
"""What an answer to a post comes down to."""


@pytest.mark.parametrize("kind", ANSWERS, ids=lambda kind: kind.__name__)
async def test_one_classification(client, slack, kind):
    """By status and code: in doubt, not sent, limited or refused; what is in doubt is sent once."""
    for fault in ANSWERS[kind]:
        slack.api.calls.clear()
        slack.api.faults.add("chat.postMessage", fault, times=9)
        with pytest.raises(kind):
            await client.call("chat.postMessage", POST)
        slack.api.faults.clear()

        assert kind in {SlackUnreachable, SlackRateLimited} or 1 == len(slack.api.calls), fault


async def test_a_redirect_takes_no_body_elsewhere(client, slack):
    """Neither a post nor an answer follows a redirect: what is in it goes to Slack or nowhere."""
    seen = []

    async def foreign(reader, writer):
        seen.append(await reader.read(1))
        writer.close()

    async with a_server(foreign) as port:
        away = Fault(307, "", {"Location": f"http://127.0.0.1:{port}/"})
        for method in ("chat.postMessage", "/response"):
            slack.api.faults.add(method, away, times=9)
        with pytest.raises(SlackUnreachable):
            await client.call("chat.postMessage", POST)
        with pytest.raises(SlackUnreachable):
            await client.respond(slack.ticket("ana"), {"text": "hello"})

    assert [] == seen


ELSEWHERE = ["https://evil.example/x", "http://127.0.0.1.evil.example/"]


@pytest.mark.parametrize("url", [*ELSEWHERE, "x", "not a url", "http://[", ""])
async def test_an_address_of_somebody_else(client, url):
    """What an interaction or an upload's ticket names is posted to at Slack or nowhere."""
    with pytest.raises(SlackRefused, match="invalid_url"):
        await client.respond(url, {"text": "hello"})
    with pytest.raises(SlackRefused, match="invalid_url"):
        await client.upload(url, b"iccid,imei")


async def test_an_address_without_tls(session, clock):
    """What goes to Slack is never less safe than its API."""
    client = SlackClient(session, clock, token=BOT_TOKEN, api_url="https://127.0.0.1/api/")

    with pytest.raises(SlackRefused, match="invalid_url"):
        await client.upload("http://127.0.0.1/upload", b"iccid,imei")


async def test_a_response_url_that_says_nothing(client, slack):
    """An empty 2xx is a yes: the answer is there."""
    slack.api.faults.add("/response", Fault(200, "", after_work=True))
    await client.respond(slack.ticket("ana"), {"text": "hello"})

    assert ["hello"] == [message.text for message in slack.seen_by("ana")]


async def test_a_giant_answer_is_not_unpacked(client, slack):
    """What comes packed, unasked, is unreadable, not a giant in memory."""
    body = gzip.compress(bytes(64 << 20))
    slack.api.faults.add("auth.test", Fault(body=body, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    with pytest.raises(SlackError):
        await client.call("auth.test")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8 << 20


@pytest.mark.parametrize("after_work", [False, True])
async def test_a_broken_connection_is_not_posted_twice(client, slack, counted, after_work):
    """Slack may have read a post whose answer never came: it is not sent again."""
    slack.api.faults.hang_up("chat.postMessage", after_work=after_work)

    with pytest.raises(SlackOutcomeUnknown):
        await client.call("chat.postMessage", POST)

    assert 1 == len(slack.api.calls)
    assert [("chat.postMessage", "outcome_unknown")] == counted.calls


async def test_a_question_is_asked_again(client, slack):
    """What changes nothing may be asked again after a broken connection."""
    slack.api.faults.hang_up("auth.test")
    slack.api.faults.fail("auth.test", "internal_error")

    answer = await client.call("auth.test", idempotent=True)

    assert answer.body["ok"]
    assert 3 == len(slack.api.calls)


@pytest.mark.parametrize("last", [too_many(1), Fault(302)])
async def test_what_may_be_done_stays_in_doubt(client, slack, last):
    """A later try that Slack surely did not take does not undo the first."""
    slack.api.faults.add("auth.test", Fault(503, after_work=True))
    slack.api.faults.add("auth.test", last, times=3)

    with pytest.raises(SlackOutcomeUnknown):
        await client.call("auth.test", idempotent=True)


async def test_no_connection_means_that_nothing_was_sent(session, clock, counted):
    """A refused connection is tried again a few times, with growing waits, then told."""
    client = SlackClient(
        session, clock, token=BOT_TOKEN, api_url="http://127.0.0.1:9/api", observer=counted
    )

    with pytest.raises(SlackUnreachable):
        await client.call("chat.postMessage", POST)

    assert [("chat.postMessage", "unreachable")] * 4 == counted.calls
    assert clock.slept == sorted(clock.slept)


NOES = [
    (Fault(404, "used_url"), "used_url"),
    (Fault(404, {"ok": False, "error": "invalid_blocks"}), "invalid_blocks"),
    (Fault(200, {"ok": False, "error": "expired_url"}), "expired_url"),
    (Fault(200, "no_text"), "no_text"),
    (Fault(403, ""), "http_403"),
]


@pytest.mark.parametrize(("fault", "error"), NOES)
async def test_a_response_url_says_no_in_many_ways(client, slack, fault, error):
    """Status, bare word or JSON: whatever is not `ok` is a refusal with its code."""
    slack.api.faults.add("/response", fault)

    with pytest.raises(SlackRefused) as refused:
        await client.respond(slack.ticket("ana"), {"text": "x"})

    assert error == refused.value.error


async def test_an_error_never_tells_the_token_or_the_url(client, slack):
    """What is raised names the method only."""
    slack.api.faults.hang_up("/response")

    with pytest.raises(SlackOutcomeUnknown) as unknown:
        await client.respond(slack.ticket("ana"), {"text": "x"})

    assert "http" not in str(unknown.value)
    assert BOT_TOKEN not in repr(unknown.value)


async def test_a_cancelled_call_is_counted_and_leaves_the_session_fit(client, slack, counted):
    """Whoever gives up does not break the connection of the next."""
    held = asyncio.Event()

    async def hold(_seconds):
        await held.wait()

    slack.workspace.clock.sleep = hold
    slack.api.faults.latency["auth.test"] = 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.call("auth.test")
    held.set()
    slack.api.faults.clear()

    await client.call("auth.test")

    assert [("auth.test", "cancelled"), ("auth.test", "ok")] == counted.calls


async def test_arguments_may_go_as_a_form(client, slack):
    """Methods that see no JSON see a form, whatever stands in it."""
    slack.api.scopes |= {"files:read"}

    with pytest.raises(SlackRefused, match="file_not_found"):
        await client.call("files.info", {"file": "F0 & <ü>"}, form=True)

    (call,) = slack.api.calls.of("files.info")
    assert {"file": "F0 & <ü>"} == call.args


async def test_a_file_is_uploaded_as_it_is(client, slack, counted):
    """The bytes go without a token to where Slack says; its `OK - 3` is a yes."""
    slack.api.scopes |= {"files:write"}
    about = {"filename": "a.png", "length": 3}
    ticket = (await client.call("files.getUploadURLExternal", about, form=True)).body

    await client.upload(ticket["upload_url"], b"\x00\xff\n")

    assert b"\x00\xff\n" == slack.workspace.files.get(ticket["file_id"]).content
    assert ("upload", "ok") == counted.calls[-1]
    with pytest.raises(SlackRefused, match="invalid_upload_url"):
        await client.upload(ticket["upload_url"], b"again")


def test_what_is_tried_again_waits_longer_each_time():
    """What surely was not done, or may be repeated, is tried again with growing waits."""
    for error, idempotent in ((SlackUnreachable("m"), False), (SlackOutcomeUnknown("m"), True)):
        waits = [RetryPolicy().wait(error, n, 0.0, idempotent=idempotent) for n in (1, 2, 3, 4)]
        assert waits.pop() is None, error
        assert 0.18 <= waits[0] < waits[1] < waits[2] <= 1.2, error


def test_what_is_not_tried_again():
    """A no stays a no, and a post that may have been read is not sent again."""
    codes = ("invalid_blocks", "invalid_auth", "used_url")
    final = [(SlackRefused("m", code), True) for code in codes]

    for error, idempotent in [*final, (SlackOutcomeUnknown("m"), False)]:
        assert RetryPolicy().wait(error, 1, 0.0, idempotent=idempotent) is None, error


@pytest.mark.parametrize(("waited", "again"), [(0.0, True), (29.0, True), (31.0, False)])
def test_slack_may_make_us_wait_so_long_in_all(waited, again):
    """Retry-After is honoured while the sum of the waits stays within the most."""
    wait = RetryPolicy(max_wait=60).wait(SlackRateLimited("m", 30), 1, waited, idempotent=False)

    assert again is (wait is not None)
    assert wait is None or 30 < wait < 31
