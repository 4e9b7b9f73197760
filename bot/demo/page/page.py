"""The web page: its routes, its static files, and who may ask for them; fits any Starlette app."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.demo.api import ActionsApi, ChangesApi, StateApi
from bot.demo.controls import Controls
from bot.demo.stories.story import Story
from bot.struct import Struct

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "trusted-types 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware: refuses foreign hosts and origins, and adds the security headers.

    The host must be a loopback name, because a page elsewhere can have its own name resolve to this
    machine (DNS rebinding). What changes something must be JSON sent by the page itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = fault_of(scope["method"], Headers(scope=scope))
        answer = PlainTextResponse(refusal, 403) if refusal else self._app
        await answer(scope, receive, guarded)


def fault_of(method: str, headers: Headers) -> str | None:
    """Say why a request is refused, or None."""
    host = headers.get("host", "")
    if _name(f"//{host}") not in LOOPBACK:
        return "Only this machine may ask."
    if method in SAFE_METHODS:
        return None
    if not headers.get("content-type", "").startswith("application/json"):
        return "Only JSON is taken."
    return None if _same_origin(host, headers) else "Only the page itself may ask."


def _same_origin(host: str, headers: Headers) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    return site == "same-origin" if site else origin is not None


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


STATIC = Path(__file__).parent / "static"
# Not `mimetypes`: on some machines it gives scripts a type that browsers refuse to run.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def page_routes(controls: Controls, *, stories: Sequence[Story] = ()) -> list[BaseRoute]:
    """Return the routes of the page: `/`, its static files, and its API.

    `stories` are listed as things to try; `controls` are what the page can change. Every route
    answers to a loopback host name only, and a POST to its own origin only.
    """
    files = StaticFiles()
    state, actions = StateApi(controls, stories), ActionsApi(controls)
    guarded = [Middleware(Guard)]
    return [
        Route("/", files.index, middleware=guarded),
        Route("/static/{path:path}", files.serve, middleware=guarded),
        Route("/page/state", state.state, middleware=guarded),
        Route("/page/file", state.file, middleware=guarded),
        Route("/page/changes", ChangesApi(controls.workspace).serve, middleware=guarded),
        Route("/page/{action}", actions.serve, methods=["POST"], middleware=guarded),
    ]


class Asset(Struct):
    """One file: its bytes, their type and their ETag."""

    content: bytes
    media_type: str
    etag: str


class StaticFiles:
    """Serves the files of the `static` folder, read once; the browser revalidates them."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in folder.rglob("*")
            if path.suffix in TYPES
        }

    async def index(self, request: Request) -> Response:
        """Serve the page itself."""
        return _answer(request, self._assets["index.html"])

    async def serve(self, request: Request) -> Response:
        """Serve a file by its path below `/static/`."""
        asset = self._assets.get(request.path_params["path"])
        return _answer(request, asset) if asset else PlainTextResponse("Not Found", 404)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:20]
    return Asset(content, TYPES[path.suffix], f'"{mark}"')


def _answer(request: Request, asset: Asset) -> Response:
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if asset.etag in (mark.strip().removeprefix("W/") for mark in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers | {"Content-Type": asset.media_type})
