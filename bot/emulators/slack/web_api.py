"""The Web API over HTTP: reads a call, checks token and scopes, runs the method, answers."""

import importlib
import json
import pkgutil
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.emulators.slack import methods
from bot.emulators.slack.faults import Fault, HangUp, SlackError, too_many
from bot.emulators.slack.methods.context import METHODS, Context, Method
from bot.emulators.slack.people import Json
from bot.struct import Struct

if TYPE_CHECKING:
    from bot.emulators.slack.api import SlackApi

FORM_ONLY = frozenset({"files.info"})
"""Methods that do not see a JSON body; of those that this stand-in has, by docs.slack.dev."""


async def read_arguments(request: Request) -> tuple[Json, str | None]:
    """Return the arguments without the token, and the token. Raises SlackError."""
    args: Json = dict(request.query_params) | await _body(request)
    if request.path_params.get("method") in FORM_ONLY and _is_json(request):
        args = dict(request.query_params)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    in_args = args.pop("token", None)
    return args, bearer if scheme == "Bearer" and bearer else in_args


async def _body(request: Request) -> Json:
    raw = await request.body()
    if not raw:
        return {}
    if _is_json(request):
        return _json(raw)
    if _kind(request) == "application/x-www-form-urlencoded":
        return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
    raise SlackError("invalid_post_type")


def _is_json(request: Request) -> bool:
    return _kind(request) == "application/json"


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip()


def _json(raw: bytes) -> Json:
    try:
        body = json.loads(raw)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


class Call(Struct):
    """One call: its method, its arguments without the token, when it came, and the answer."""

    method: str
    args: Json
    time: datetime
    answer: Json


KEPT = 10_000


class Calls:
    """The last 10,000 calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def add(self, call: Call) -> None:
        """Note a call."""
        self._calls.append(call)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, method: str) -> tuple[Call, ...]:
        """Return the calls of one method."""
        return tuple(call for call in self._calls if call.method == method)

    def methods(self) -> tuple[str, ...]:
        """Return the methods called, in order."""
        return tuple(call.method for call in self._calls)

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()


def load_methods() -> None:
    """Import every file of `methods/`; each registers what it answers."""
    for module in pkgutil.iter_modules(methods.__path__, f"{methods.__name__}."):
        importlib.import_module(module.name)


class WebApi:
    """Answers `/api/{method}`."""

    def __init__(self, api: "SlackApi", tokens: Mapping[str, str]) -> None:
        """Take the kind of each token: `bot` or `app`."""
        load_methods()
        self._api = api
        self._tokens = tokens
        self._posted: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        """Answer one call; what was asked to go wrong does, before the work or after it."""
        name = request.path_params["method"]
        time = self._api.workspace.clock.now()
        args: Json = {}
        try:
            args, token = await read_arguments(request)
            fault = await self._fault(name, args)
            answer = await self._work(name, args, token, fault)
        except SlackError as error:
            fault, answer = None, error.answer()
        self._api.calls.add(Call(name, args, time, answer))
        return as_response(fault) if fault else self._said(name, answer)

    async def _work(self, name: str, args: Json, token: str | None, fault: Fault | None) -> Json:
        if fault is not None and not fault.after_work:
            return {"fault": fault.status}
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._check(method, token)
        context = Context(self._api, args)
        return {"ok": True, **await method.run(context)}

    def _check(self, method: Method, token: str | None) -> None:
        if method.by == "none":
            return
        if not token:
            raise SlackError("not_authed")
        kind = self._tokens.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if kind != method.by:
            raise SlackError("not_allowed_token_type")
        provided = self._api.scopes
        if kind == "bot" and method.scopes and not method.scopes & provided:
            raise SlackError(
                "missing_scope", needed=",".join(sorted(method.scopes)), provided=_list(provided)
            )

    async def _fault(self, name: str, args: Json) -> Fault | None:
        delay = self._api.faults.delay(name)
        if delay:
            await self._api.workspace.clock.sleep(delay)
        return self._api.faults.take(name) or self._too_fast(name, args)

    def _too_fast(self, name: str, args: Json) -> Fault | None:
        pace = self._api.faults.channel_pace
        if pace is None or name != "chat.postMessage":
            return None
        channel, now = str(args.get("channel")), self._api.workspace.clock.monotonic()
        wait = self._posted.get(channel, float("-inf")) + pace - now
        if wait > 0:
            return too_many(wait)
        self._posted[channel] = now
        return None

    def _said(self, name: str, answer: Json) -> Response:
        needed = METHODS[name].scopes if name in METHODS else frozenset()
        headers = {"x-oauth-scopes": _list(self._api.scopes)}
        if answer.get("error") in {"not_authed", "invalid_auth"}:
            headers = {}
        return JSONResponse(answer, headers=headers | {"x-accepted-oauth-scopes": _list(needed)})


def as_response(fault: Fault) -> Response:
    """Return the answer that a fault asks for."""
    if fault.hang_up:
        return HangUp()
    if isinstance(fault.body, dict):
        return JSONResponse(fault.body, fault.status, fault.headers)
    return Response(fault.body or "", fault.status, fault.headers)


def _list(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))
