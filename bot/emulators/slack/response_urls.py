"""Serves response URLs: five posts within thirty minutes, without a token."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.emulators.slack.app_responses import AppResponses
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.faults import Faults
from bot.emulators.slack.ids import Json
from bot.emulators.slack.state import WorkspaceState
from bot.emulators.slack.web_api import Call, Calls, as_response

NAME = "/response"
PLAIN = frozenset({"no_such_url", "used_url", "expired_url"})


class ResponseUrls:
    """Answers `/response/{ticket}`; in the log and among the faults its name is `/response`."""

    def __init__(self, state: WorkspaceState, faults: Faults, calls: Calls) -> None:
        self._state = state
        self._faults = faults
        self._calls = calls
        self._answers = AppResponses(state)

    async def answer(self, request: Request) -> Response:
        """Take one post; what is wrong with it is said with a 404, as Slack does."""
        time, args = self._state.clock.now(), _read(await request.body())
        delay = self._faults.delay(NAME)
        if delay:
            await self._state.clock.sleep(delay)
        fault = self._faults.take(NAME)
        answer: Json = {"ok": True}
        if fault is None or fault.after_work:
            answer = self._post(request.path_params["ticket"], args)
        self._calls.add(Call(NAME, args or {}, time, answer))
        return as_response(fault) if fault else _said(answer)

    def _post(self, ticket: str, args: Json | None) -> Json:
        if args is None:
            return {"ok": False, "error": "invalid_payload"}
        try:
            self._answers.to_response_url(ticket, args)
        except SlackError as error:
            return error.answer()
        return {"ok": True}


def _read(raw: bytes) -> Json | None:
    try:
        args = json.loads(raw)
    except ValueError:
        return None
    return args if isinstance(args, dict) else None


def _said(answer: Json) -> Response:
    error = answer.get("error")
    if error is None:
        return PlainTextResponse("ok")
    if error in PLAIN:
        return PlainTextResponse(error, 404)
    return JSONResponse(answer, 400 if error == "invalid_payload" else 404)
