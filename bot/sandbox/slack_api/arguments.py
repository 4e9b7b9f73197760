"""Reads the arguments of a Web API call, from the query, a form or a JSON body."""

import json
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.sandbox.slack_api.errors import SlackError
from bot.sandbox.slack_api.wire import Json

FORM_ONLY = frozenset({"files.info"})
"""Methods that do not see a JSON body; of those that this stand-in has, by docs.slack.dev."""


async def read_arguments(request: Request) -> tuple[Json, str | None]:
    """Give the arguments without the token, and the token. Raises SlackError."""
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
