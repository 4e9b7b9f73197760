"""The web page: its routes, its static files, and who may ask for them; fits any Starlette app."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Sent

from bot.demo.api import ActionsApi, ChangesApi, StateApi
from bot.demo.controls import Controls
from bot.demo.stories.story import Story, all_stories
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import Json
from bot.emulators.slack.workspace import Workspace
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

        async def guarded(message: Sent) -> None:
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


COMMAND = "/simsessions"
FAVOURITE = "truck-42"
IN_TEXT, IN_BLOCKS, IN_ATTACHMENTS = "well-1", ("well-2", "well-3"), ("truck-42", "pump-7")
SUPER_SIM = "HS0123456789abcdef0123456789abcdef"


def groups(stories: Sequence[Story], now: datetime, *, several: bool = False) -> list[Json]:
    """Return titled groups of examples, each a text to type and what it shows.

    There are `several` KORE accounts, or one.
    `now` is when the stories are told as of: what was before it stays as it was.
    """
    about = [_example("help", "What the bot can do")]
    ordered = sorted(stories, key=lambda story: story.title)
    favourite = next((story for story in ordered if story.name == FAVOURITE), None)
    if favourite is not None:
        about = [*_ways_to_name(favourite, now), *_ABOUT_MANY, *about]
    listed = [
        _example(_typed(story), story.title) | {"sims": (story.name, *story.asked_with)}
        for story in ordered
    ]
    note = "Each SIM of the sandbox has a story; the verdict should find it."
    stories_told = {"title": "Stories", "note": note, "told_at": now.timestamp()}
    both = {"title": "Two accounts", "note": _WHO_SEES, "examples": _ABOUT_TWO}
    return [
        *([both] if several else []),
        {"title": "Try these", "examples": about},
        *([stories_told | {"examples": listed}] if listed else []),
    ]


def _ways_to_name(story: Story, now: datetime) -> list[Json]:
    sim = story.sim(now)
    return [
        _example(story.name, "A SIM by its name"),
        _example(str(sim["sid"]), "By its SID"),
        _example(_spaced(str(sim["iccid"])), "By its ICCID, pasted with spaces"),
        _example(f"history {story.name} 7", "A week of its sessions"),
        _example(story.name[:1] + story.name[2:], "A name misspelt"),
        _example(SUPER_SIM, "A Super SIM, which has no data sessions"),
        _example("8901 2600 1234", "Too few digits for an ICCID"),
        _example("???", "Nothing that could be a SIM"),
    ]


def _example(typed: str, title: str) -> Json:
    return {"text": f"{COMMAND} {typed}", "title": title}


_ABOUT_MANY = (
    _example("pump-*", "All SIMs of a name pattern"),
    _example("offline on Telcel", "Which of all SIMs are offline"),
    _example("top 5", "Which are the busiest"),
    _example("alert add", "Tell this channel when SIMs go down"),
    _example("alert listen on", "Look into other apps' alerts here"),
)


_WHO_SEES = "Chloé sees Acme's alone; what all read in #partner-shared is of Globex."
_ABOUT_TWO = (
    _example("pump-7", "A name that both accounts have"),
    _example("globex/pump-7", "The one of Globex"),
    _example("reefer-3", "A SIM of Globex alone"),
    _example("account", "Which account a name means here"),
    _example("offline", "Which SIMs of both are offline"),
)


def _spaced(iccid: str) -> str:
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))


def _typed(story: Story) -> str:
    """Return what shows a story: its SIM, or all that must be asked for together."""
    return " ".join((story.name, *story.asked_with))


async def post_alert(workspace: Workspace, channel: str) -> Message:
    """Post it as Grafana would: five SIMs, two of them by their SID or ICCID."""
    now = workspace.clock.now()
    rows = {story.name: story.sim(now) for story in all_stories()}
    truck, pump = (rows[name] for name in IN_ATTACHMENTS)
    listed = "\n".join(f"• `{name}` has not reported for 15 min" for name in IN_BLOCKS)
    return await workspace.alert(
        channel,
        f"[FIRING:5] SIMs without data: {IN_TEXT} and 4 more",
        blocks=[
            _section(f":rotating_light: *[FIRING:5] SIMs without data*\n{IN_TEXT} and 4 more"),
            _section(listed),
        ],
        attachments=[
            {
                "color": "#d0342c",
                "fallback": "Labels of the alert",
                "title": "Labels",
                "text": "alertname = SimSilent",
                "fields": [
                    {"title": "sim_sid", "value": truck["sid"], "short": False},
                    {"title": "iccid", "value": pump["iccid"], "short": True},
                ],
            }
        ],
    )


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
