"""Events that come twice, backwards or late, over Socket Mode and over signed HTTP."""

import json
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.serve import serving
from bot.sandbox.slack_api.mischief import Mischief
from tests.bot.sandbox.slack_api.kit import FLEET

MENTION = "<@U0SIMSESS> pump-7"


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


async def test_as_it_should_be(api, workspace, seen):
    """
    Without mischief each event comes once, in order, at once.
    """
    await workspace.say("ana", FLEET, MENTION)
    await api.courier.settled()

    types = [(attempt, callback["event"]["type"]) for attempt, callback in seen()]
    assert [(0, "app_mention"), (0, "message")] == sorted(types)


async def test_every_event_twice(api, workspace, seen):
    """
    The second delivery is the first retry, with the same id, though the first was acknowledged.
    """
    api.courier.mischief = Mischief(twice=True)
    await workspace.say("ana", FLEET, MENTION)
    await api.courier.settled()

    told = [(callback["event_id"], attempt) for attempt, callback in seen()]
    assert sorted((each, turn) for each in api.courier.events for turn in (0, 1)) == sorted(told)


async def test_backwards(api, workspace, seen):
    """
    What happened last comes first.
    """
    api.courier.mischief = Mischief(backwards=True)
    for text in ("one", "two", "three"):
        await workspace.say("ana", FLEET, text)
    await api.courier.settled()

    assert ["three", "two", "one"] == [callback["event"]["text"] for _, callback in seen()]


async def test_minutes_late(api, workspace, clock, seen):
    """
    The event comes for the first time as the last retry, and its event_time is old.
    """
    api.courier.mischief = Mischief(late_seconds=600)
    await workspace.say("ana", FLEET, "hello")
    await api.courier.settled()

    ((attempt, callback),) = seen()
    assert (3, 600) == (attempt, int(clock.now().timestamp()) - callback["event_time"])


async def test_all_events_again(api, workspace, seen):
    """
    On demand all that was told comes once more, the newest first or as named.
    """
    for text in ("one", "two"):
        await workspace.say("ana", FLEET, text)
        await api.courier.settled()
    first, second = api.courier.events

    await api.courier.redeliver_all()
    await api.courier.redeliver_all([first])
    await api.courier.redeliver(second, late_seconds=60)

    order = [callback["event_id"] for _, callback in seen()]
    assert [first, second, second, first, first, second] == order
