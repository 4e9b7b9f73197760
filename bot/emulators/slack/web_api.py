"""What the app asks over HTTP: the Web API, response URLs, and the bytes of files."""

import importlib
import json
import pkgutil
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.emulators.slack import methods
from bot.emulators.slack.app_responses import AppResponses
from bot.emulators.slack.faults import Fault, HangUp, SlackError, too_many
from bot.emulators.slack.installation import Call, Installation
from bot.emulators.slack.methods.context import METHODS, Context, Method
from bot.emulators.slack.people import Json

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


def load_methods() -> None:
    """Import every file of `methods/`; each registers what it answers."""
    for module in pkgutil.iter_modules(methods.__path__, f"{methods.__name__}."):
        importlib.import_module(module.name)


class WebApi:
    """Answers `/api/{method}`: reads the call, checks token and scopes, runs the method."""

    def __init__(self, api: Installation) -> None:
        load_methods()
        self._api = api
        self._tokens = {api.bot_token: "bot", api.app_token: "app"}
        self._posted: dict[str, float] = {}

    async def answer(self, request: Request) -> Response:
        """Answer one call; what was asked to go wrong does, before the work or after it."""
        self._api.learn(request)
        name = request.path_params["method"]
        time = self._api.workspace.clock.now()
        args: Json = {}
        try:
            args, token = await read_arguments(request)
            fault = await self._api.fault(name) or self._too_fast(name, args)
            answer = await self._work(name, args, token, fault)
        except SlackError as error:
            fault, answer = None, error.answer()
        self._api.calls.append(Call(name, args, time, answer))
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


def _list(scopes: frozenset[str]) -> str:
    return ",".join(sorted(scopes))


NAME = "/response"
PLAIN = frozenset({"no_such_url", "used_url", "expired_url"})


class ResponseUrls:
    """Answers `/response/{ticket}`, five posts within thirty minutes.

    In the log and among the faults its name is `/response`.
    """

    def __init__(self, api: Installation) -> None:
        self._api = api
        self._answers = AppResponses(api.workspace)

    async def answer(self, request: Request) -> Response:
        """Take one post; what is wrong with it is said with a 404, as Slack does."""
        self._api.learn(request)
        time, args = self._api.workspace.clock.now(), _read(await request.body())
        fault = await self._api.fault(NAME)
        answer: Json = {"ok": True}
        if fault is None or fault.after_work:
            answer = self._post(request.path_params["ticket"], args)
        self._api.calls.append(Call(NAME, args or {}, time, answer))
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
        return _json(raw)
    except SlackError:
        return None


def _said(answer: Json) -> Response:
    error = answer.get("error")
    if error is None:
        return PlainTextResponse("ok")
    if error in PLAIN:
        return PlainTextResponse(error, 404)
    return JSONResponse(answer, 400 if error == "invalid_payload" else 404)


UPLOAD = "/upload"
MAX_BYTES = 50_000_000


class FileTransfer:
    """Answers `/upload/{ticket}` and `/files/{file}/{name}`."""

    def __init__(self, api: Installation) -> None:
        self._api = api
        self._files = api.workspace.files

    async def upload(self, request: Request) -> Response:
        """Take a file's bytes as they are."""
        fault = self._api.faults.take(UPLOAD)
        if fault is not None:
            return as_response(fault)
        content = await request.body()
        if not content or len(content) > MAX_BYTES:
            return PlainTextResponse("bad size", 400)
        try:
            file = self._files.receive(request.path_params["ticket"], content)
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        return PlainTextResponse(f"OK - {file.size}")

    async def download(self, request: Request) -> Response:
        """Return a file's bytes, with a token that may read files."""
        bearer = request.headers.get("authorization", "")
        if bearer != f"Bearer {self._api.bot_token}" or "files:read" not in self._api.scopes:
            return PlainTextResponse("not allowed", 403)
        try:
            file = self._files.get(request.path_params["file"])
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        if file.content is None:
            return PlainTextResponse("file_not_found", 404)
        return Response(file.content, media_type=file.mimetype)


def as_response(fault: Fault) -> Response:
    """Return the answer that a fault asks for."""
    if fault.hang_up:
        return HangUp()
    if isinstance(fault.body, dict):
        return JSONResponse(fault.body, fault.status, fault.headers)
    return Response(fault.body or "", fault.status, fault.headers)
