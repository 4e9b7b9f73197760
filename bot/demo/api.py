"""The page's own API: actions are posted, the state is read, changes are streamed."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from bot.demo.actions import ACTIONS, act
from bot.demo.controls import Controls
from bot.demo.examples import groups
from bot.demo.stories.story import Story
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.files import IMAGES
from bot.emulators.slack.people import Person
from bot.emulators.slack.state import Change, Subscription, sees
from bot.emulators.slack.workspace import Workspace

LARGEST_BODY = 256 * 1024
HEARTBEAT_SECONDS = 15.0
NO_STORE = {"Cache-Control": "no-store"}
STREAM_HEADERS = NO_STORE | {"X-Accel-Buffering": "no"}


class ActionsApi:
    """Answers `POST /page/{action}` with `{"ok": …, "error": …, "answer": …, "ticket": …}`."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls

    async def serve(self, request: Request) -> Response:
        """Do it."""
        action = request.path_params["action"]
        if action not in ACTIONS:
            return _refusal("no_such_action", 404)
        body = await _read(request)
        if body is None:
            return _refusal("too_large", 413)
        try:
            return _answer(await act(self._controls, action, body))
        except ValidationError:
            return _refusal("invalid_arguments", 422)
        except KeyError:
            return _refusal("not_found", 404)
        except SlackError as error:
            return _refusal(error.code, 200)


async def _read(request: Request) -> bytes | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body


def _refusal(error: str, status: int) -> Response:
    return _answer(Delivery(ok=False, error=error), status)


def _answer(delivery: Delivery, status: int = 200) -> Response:
    shown = {key: getattr(delivery, key) for key in ("ok", "error", "answer", "ticket")}
    return JSONResponse(shown, status, NO_STORE)


class StateApi:
    """Answers what the page reads: the state, and files."""

    def __init__(self, controls: Controls, stories: Sequence[Story]) -> None:
        self._controls = controls
        self._workspace = controls.workspace
        self._examples = groups(
            stories, controls.workspace.clock.now(), several=controls.partner is not None
        )

    async def state(self, request: Request) -> Response:
        """Answer `GET /page/state?user=…` with all that this person sees."""
        person = viewer(self._workspace, request.query_params.get("user", ""))
        more = {"team": self._workspace.team.name, "examples": self._examples}
        state = self._workspace.snapshot(person.id) | more | self._controls.state()
        return JSONResponse(state, headers=NO_STORE)

    async def file(self, request: Request) -> Response:
        """Answer `GET /page/file?id=…`, or `url=…` as a block may name it, with its bytes."""
        try:
            file = self._workspace.files.get(_file_id(request))
        except SlackError:
            return PlainTextResponse("Not Found", 404, NO_STORE)
        if file.content is None:
            return PlainTextResponse("Not Found", 404, NO_STORE)
        shown = file.mimetype if file.mimetype in IMAGES else "application/octet-stream"
        return Response(file.content, 200, NO_STORE, shown)


def viewer(workspace: Workspace, name: str) -> Person:
    """Return the person of an id or name, or else the first person."""
    humans = [person for person in workspace.people.values() if not person.is_bot]
    return next((person for person in humans if name in {person.id, person.name}), humans[0])


def _file_id(request: Request) -> str:
    """Read the id out of a request, which a file's own URL carries before the file's name."""
    parts = urlsplit(request.query_params.get("url", "")).path.split("/")
    return request.query_params.get("id") or (parts[-2] if len(parts) > 1 else "")


class ChangesApi:
    """Streams the changes that a person may know of."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def serve(self, request: Request) -> Response:
        """Answer `GET /page/changes?user=…`; `ready` comes first, then each change."""
        user = viewer(self._workspace, request.query_params.get("user", "")).id
        return StreamingResponse(self._events(user), 200, STREAM_HEADERS, "text/event-stream")

    async def _events(self, user: str) -> AsyncIterator[str]:
        with self._workspace.subscribe() as changes:
            yield "retry: 1000\nevent: ready\ndata: {}\n\n"
            async for change in with_heartbeats(changes, HEARTBEAT_SECONDS):
                if change is None:
                    yield ": still here\n\n"
                elif self._may_know(user, change):
                    yield f"event: change\ndata: {json.dumps(change.to_json())}\n\n"

    def _may_know(self, user: str, change: Change) -> bool:
        if change.only_for not in {None, user}:
            return False
        channel = change.data.get("message", {}).get("channel")
        person = self._workspace.people[user]
        return channel is None or sees(person, self._workspace.channels[channel])


async def with_heartbeats(changes: Subscription, seconds: float) -> AsyncIterator[Change | None]:
    """Return the changes as they come, and None after every so many seconds without one."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                change = await anext(changes)
        except TimeoutError:
            yield None
        except StopAsyncIteration:
            return
        else:
            yield change
