"""The Web API over HTTP: reads a call, checks token and scopes, runs the method, answers."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.slack_api import methods
from bot.sandbox.slack_api.arguments import read_arguments
from bot.sandbox.slack_api.calls import Call, Calls
from bot.sandbox.slack_api.errors import SlackError
from bot.sandbox.slack_api.faults import Fault, Faults, too_many
from bot.sandbox.slack_api.hang_up import HangUp
from bot.sandbox.slack_api.methods.context import METHODS, Context, Links, Method
from bot.sandbox.slack_api.state import WorkspaceState
from bot.sandbox.slack_api.wire import Json


def load_methods() -> None:
    """Import every file of `methods/`; each registers what it answers."""
    for module in pkgutil.iter_modules(methods.__path__, f"{methods.__name__}."):
        importlib.import_module(module.name)


class WebApi:
    """Answers `/api/{method}`."""

    def __init__(  # noqa: PLR0913 -- its collaborators
        self,
        state: WorkspaceState,
        links: Links,
        faults: Faults,
        calls: Calls,
        *,
        tokens: Mapping[str, str],
        scopes: Callable[[], frozenset[str]],
    ) -> None:
        load_methods()
        self._state = state
        self._links = links
        self._faults = faults
        self._calls = calls
        self._tokens = tokens
        self._scopes = scopes
        self._posted: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        """Answer one call; what was asked to go wrong does, before the work or after it."""
        name = request.path_params["method"]
        time = self._state.clock.now()
        args: Json = {}
        try:
            args, token = await read_arguments(request)
            fault = await self._fault(name, args)
            answer = await self._work(name, args, token, fault)
        except SlackError as error:
            fault, answer = None, error.answer()
        self._calls.add(Call(name, args, time, answer))
        return as_response(fault) if fault else self._said(name, answer)

    async def _work(self, name: str, args: Json, token: str | None, fault: Fault | None) -> Json:
        if fault is not None and not fault.after_work:
            return {"fault": fault.status}
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._check(method, token)
        context = Context(self._state, args, self._scopes(), self._links)
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
        provided = self._scopes()
        if kind == "bot" and method.scopes and not method.scopes & provided:
            raise SlackError(
                "missing_scope", needed=",".join(sorted(method.scopes)), provided=_list(provided)
            )

    async def _fault(self, name: str, args: Json) -> Fault | None:
        delay = self._faults.delay(name)
        if delay:
            await self._state.clock.sleep(delay)
        return self._faults.take(name) or self._too_fast(name, args)

    def _too_fast(self, name: str, args: Json) -> Fault | None:
        pace = self._faults.channel_pace
        if pace is None or name != "chat.postMessage":
            return None
        channel, now = str(args.get("channel")), self._state.clock.monotonic()
        wait = self._posted.get(channel, float("-inf")) + pace - now
        if wait > 0:
            return too_many(wait)
        self._posted[channel] = now
        return None

    def _said(self, name: str, answer: Json) -> Response:
        needed = METHODS[name].scopes if name in METHODS else frozenset()
        headers = {"x-oauth-scopes": _list(self._scopes())}
        if answer.get("error") in {"not_authed", "invalid_auth"}:
            headers = {}
        return JSONResponse(answer, headers=headers | {"x-accepted-oauth-scopes": _list(needed)})


def as_response(fault: Fault) -> Response:
    """Give the answer that a fault asks for."""
    if fault.hang_up:
        return HangUp()
    if isinstance(fault.body, dict):
        return JSONResponse(fault.body, fault.status, fault.headers)
    return Response(fault.body or "", fault.status, fault.headers)


def _list(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))
