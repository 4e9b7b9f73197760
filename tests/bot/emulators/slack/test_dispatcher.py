"""Events: what the app hears of, and hears again until it acknowledges."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.emulators.serve import serving
from bot.emulators.slack.dispatcher import DeliveryFaults
from tests.bot.emulators.slack.kit import ANA, FLEET, GENERAL, SILENT

MENTION = "<@U0SIMSESS> pump-7"


@pytest.fixture
def hear(api, workspace):
    """Have somebody write and wait until the app has heard."""

    async def written(user, channel, text, **more):
        message = await workspace.say(user, channel, text, **more)
        await api.dispatcher.settled()
        return message

    return written


HISTORY = {"channels:history", "groups:history", "im:history"}


@pytest.mark.parametrize(
    "case",
    [
        ({"app_mentions:read"}, FLEET, MENTION, ["app_mention"]),
        ({"app_mentions:read"}, FLEET, "@simsessions pump-7", ["app_mention"]),
        ({"app_mentions:read"} | HISTORY, FLEET, MENTION, ["app_mention", "message"]),
        (HISTORY, FLEET, "hello", ["message"]),
        (HISTORY, "D0ANADM01", "hello", ["message"]),
        ({"im:history", "app_mentions:read"}, "D0ANADM01", MENTION, ["message"]),
        ({"app_mentions:read"}, FLEET, "hello", []),
        ({"app_mentions:read"}, GENERAL, MENTION, []),
        ({"app_mentions:read", "im:history"}, FLEET, "hello", []),
        ({"chat:write"}, FLEET, MENTION, []),
    ],
)
async def test_scopes_and_membership_say_what_is_heard(app, api, hear, case):
    """The app hears of a message only where it is, and only with the scope for it."""
    scopes, channel, text, heard = case
    api.scopes = frozenset(scopes)

    await hear("ana", channel, text)

    assert sorted(heard) == sorted(request.payload["event"]["type"] for request in app.seen)


async def test_a_mention_is_told_completely(app, hear, said):
    """The callback says which app, event and time; the event who, where, and of which team."""
    root = said(text="root")

    message = await hear("ana", FLEET, MENTION, thread_ts=root.ts)

    callback = app.last
    told = {
        "type": "app_mention", "user": ANA, "channel": FLEET, "text": MENTION, "ts": message.ts,
        "thread_ts": root.ts,
    }  # fmt: skip
    assert told.items() <= callback["event"].items()
    about = {"type": "event_callback", "team_id": "T0ACMEIOT", "api_app_id": "A0SIMSESS"}
    assert about.items() <= callback.items()
    assert callback["event_id"].startswith("Ev")
    assert not callback["is_ext_shared_channel"]
    assert callback["authorizations"][0]["is_bot"]
    await hear("dora", "#partner-shared", MENTION)
    assert app.last["is_ext_shared_channel"]
    assert ("T0ACMEIOT", "T0PARTNER") == (app.last["team_id"], app.last["event"]["user_team"])


@pytest.mark.parametrize("ack_seconds", [0.5])
async def test_an_event_not_acknowledged_comes_again(app, hear, clock):
    """Over Socket Mode the attempt is numbered and the reason given."""
    app.answers = lambda _: SILENT if len(app.seen) < 3 else None

    await hear("ana", FLEET, MENTION)

    attempts = [(r.retry_attempt, r.retry_reason) for r in app.seen]
    assert [(0, ""), (1, "timeout"), (2, "timeout")] == attempts
    assert 1 == len({request.payload["event_id"] for request in app.seen})
    assert [0.0, 60.0] == clock.slept


async def test_what_is_on_its_way_is_given_up_at_the_end(app, api, workspace):
    """Closing does not wait for redeliveries."""
    app.answers = lambda _: SILENT
    await workspace.say("ana", FLEET, MENTION)

    await api.aclose()

    assert not api.dispatcher._tasks


async def test_an_event_that_nobody_takes_is_lost_at_last(api, base, workspace, clock):
    """With no app connected Slack tries at once, after 1 and after 5 more minutes, then no more."""
    await workspace.say("ana", FLEET, MENTION)
    await api.dispatcher.settled()

    assert [0.0, 60.0, 300.0] == clock.slept
    assert {MENTION} == {event["text"] for event in api.dispatcher.given_up}


async def test_an_app_that_comes_back_hears_what_it_missed(api, base, workspace, connect, clock):
    """What happened while it was away comes with the next try, numbered as one."""
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def sleep(seconds):
        if seconds:
            waiting.set()
            await go_on.wait()

    clock.sleep = sleep
    await workspace.say("ana", FLEET, MENTION)
    await waiting.wait()
    app = await connect()
    go_on.set()
    await api.dispatcher.settled()

    heard = [(request.retry_attempt, request.payload["event"]["text"]) for request in app.seen]
    assert [(2, MENTION)] == heard


@asynccontextmanager
async def over_socket(api, connect):
    """An app on a socket; gives what it sees: attempt and callback."""
    app = await connect()

    def seen():
        return [(request.retry_attempt, request.payload) for request in app.seen]

    yield seen


@asynccontextmanager
async def over_http(api, connect):
    """An app behind a request URL; gives what it sees: attempt and callback."""
    posted = []

    async def take(request):
        attempt = int(request.headers.get("X-Slack-Retry-Num", "0"))
        posted.append((attempt, json.loads(await request.body())))
        return PlainTextResponse("")

    routes = [Route("/events", take, methods=["POST"])]
    async with serving(Starlette(routes=routes)) as url:
        api.request_url = f"{url}/events"
        yield lambda: posted


@pytest.fixture(params=[over_socket, over_http], ids=["socket", "http"])
async def seen(request, api, base, connect):
    """What the app sees, either way."""
    api.scopes |= {"app_mentions:read", "channels:history"}
    async with request.param(api, connect) as told:
        yield told


@pytest.mark.parametrize("twice", [False, True])
async def test_every_event_comes_once_or_twice(api, workspace, seen, twice):
    """An acknowledged delivery comes again as the first retry, with the same id."""
    api.dispatcher.delivery_faults = DeliveryFaults(twice=twice)
    await workspace.say("ana", FLEET, MENTION)
    await api.dispatcher.settled()

    told = [(callback["event_id"], attempt) for attempt, callback in seen()]
    expected = [(each, turn) for each in api.dispatcher.events for turn in range(1 + twice)]
    assert sorted(expected) == sorted(told)
    assert {"app_mention", "message"} == {callback["event"]["type"] for _, callback in seen()}


async def test_backwards(api, workspace, seen):
    """What happened last comes first."""
    api.dispatcher.delivery_faults = DeliveryFaults(backwards=True)
    for text in ("one", "two", "three"):
        await workspace.say("ana", FLEET, text)
    await api.dispatcher.settled()

    assert ["three", "two", "one"] == [callback["event"]["text"] for _, callback in seen()]


async def test_minutes_late(api, workspace, clock, seen):
    """The event comes for the first time as the last retry, and its event_time is old."""
    api.dispatcher.delivery_faults = DeliveryFaults(late_seconds=600)
    await workspace.say("ana", FLEET, "hello")
    await api.dispatcher.settled()

    ((attempt, callback),) = seen()
    assert (3, 600) == (attempt, int(clock.now().timestamp()) - callback["event_time"])


async def test_all_events_again(api, workspace, seen):
    """On demand all that was told comes once more, the newest first, or one alone."""
    for text in ("one", "two"):
        await workspace.say("ana", FLEET, text)
        await api.dispatcher.settled()
    first, second = api.dispatcher.events

    await api.dispatcher.redeliver_all()
    await api.dispatcher.redeliver(first)
    await api.dispatcher.redeliver(second, late_seconds=60)

    order = [(callback["event_id"], attempt) for attempt, callback in seen()]
    again = [(each, 1) for each in (second, first, first, second)]
    assert [(first, 0), (second, 0), *again] == order
