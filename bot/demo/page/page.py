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
KEPT, UNKEPT = "max-age=31536000, immutable", "no-cache"


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


class StaticFiles:
    """Serves the files of the `static` folder, read once.

    The page names them below a mark of what all of them hold, where a browser keeps them for good:
    it asks again for none of them, and for all of them once one has changed.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in TYPES
        }
        self._mark = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:20]

    async def index(self, _request: Request) -> Response:
        """Serve the page itself."""
        marked = f'"/static/{self._mark}/'.encode()
        return _answer(self._files["index.html"].replace(b'"/static/', marked), ".html", UNKEPT)

    async def serve(self, request: Request) -> Response:
        """Serve a file by its path below `/static/`, with or without the mark."""
        asked = request.path_params["path"]
        path = asked.removeprefix(f"{self._mark}/")
        if path not in self._files:
            return PlainTextResponse("Not Found", 404)
        return _answer(self._files[path], Path(path).suffix, UNKEPT if path == asked else KEPT)


def _answer(content: bytes, suffix: str, kept: str) -> Response:
    return Response(content, headers={"Content-Type": TYPES[suffix], "Cache-Control": kept})
