"""The stand-in for Slack: one ASGI app with the Web API, Socket Mode, response URLs and files."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.emulators.slack.app_responses import ResponseUrls
from bot.emulators.slack.delivery import Ack, EnvelopeKind, SignedHttp
from bot.emulators.slack.dispatcher import Dispatcher
from bot.emulators.slack.faults import Faults, SlackError
from bot.emulators.slack.files import Files
from bot.emulators.slack.payloads import allowed
from bot.emulators.slack.people import Json
from bot.emulators.slack.socket_mode import SocketMode
from bot.emulators.slack.web_api import Calls, WebApi, as_response
from bot.emulators.slack.workspace import Workspace

UPLOAD = "/upload"
MAX_BYTES = 50_000_000


class FileTransfer:
    """Answers `/upload/{ticket}` and `/files/{file}/{name}`."""

    def __init__(self, files: Files, faults: Faults, may_read: Callable[[str], bool]) -> None:
        self._files = files
        self._faults = faults
        self._may_read = may_read

    async def upload(self, request: Request) -> Response:
        """Take a file's bytes as they are."""
        fault = self._faults.take(UPLOAD)
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
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self._may_read(token):
            return PlainTextResponse("not allowed", 403)
        try:
            file = self._files.get(request.path_params["file"])
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        if file.content is None:
            return PlainTextResponse("file_not_found", 404)
        return Response(file.content, media_type=file.mimetype)


DEFAULT_SCOPES = frozenset({"commands", "chat:write", "app_mentions:read"})


def granted_scopes(
    bot: Iterable[str], bot_optional: Iterable[str] = (), declined: Iterable[str] = ()
) -> frozenset[str]:
    """Return what the token may do of an app that is installed from a manifest with these scopes.

    Slack asks for those in `bot`; an admin may decline those that stand in `bot_optional` too.
    What stands in `bot_optional` alone is never asked for.
    https://docs.slack.dev/reference/app-manifest
    """
    return frozenset(bot) - (frozenset(declined) & frozenset(bot_optional))


class SlackApi:
    """Serves one workspace to one app.

    `app` is the ASGI application; slack_sdk's `base_url` is its address plus `/api/`. `request_url`
    None means Socket Mode; set, it is where signed HTTP is delivered. `calls` holds every Web API
    call, `faults` what is to go wrong, `socket` the Socket Mode connections, `dispatcher` how
    events are delivered. `subscribed` names the events that the app asked for, as in its manifest
    (`app_mention`, `message.channels`, …; None: all). `base_url` is learnt from the first request
    where it is not set.
    """

    def __init__(  # noqa: PLR0913 -- what an app's settings page shows
        self,
        workspace: Workspace,
        *,
        bot_token: str,
        app_token: str,
        signing_secret: str,
        scopes: Iterable[str] = DEFAULT_SCOPES,
        subscribed: Iterable[str] | None = None,
        ack_seconds: float = 3.0,
    ) -> None:
        self.workspace = workspace
        self.scopes = frozenset(scopes)
        self.subscribed = None if subscribed is None else frozenset(subscribed)
        self.base_url: str | None = None
        self.calls = Calls()
        self.faults = Faults()
        self.socket = SocketMode(workspace.ids, ack_seconds=ack_seconds)
        http = SignedHttp(workspace.clock, signing_secret, ack_seconds=ack_seconds)
        self.dispatcher = Dispatcher(workspace, self.socket, http)
        self._web = WebApi(self, {bot_token: "bot", app_token: "app"})
        self._response_urls = ResponseUrls(workspace, self.faults, self.calls)
        self._transfer = FileTransfer(workspace.files, self.faults, self._may_read_files)
        self.bot_token, self.app_token = bot_token, app_token
        self.signing_secret = signing_secret
        workspace.link = self
        self.app = self._routes()

    @property
    def request_url(self) -> str | None:
        """Where signed HTTP goes; None: Socket Mode."""
        return self.dispatcher.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.dispatcher.request_url = url

    async def verify_url(self) -> bool:
        """Post the url_verification challenge to the request URL; True if it comes back."""
        challenge = self.workspace.ids.token()
        body = {"type": "url_verification", "challenge": challenge, "token": "verification-token"}
        ack = await self.dispatcher.hand_over("events_api", body)
        said = ack.payload or {}
        return challenge in {said.get("challenge"), said.get("text")}

    async def hand_over(self, kind: EnvelopeKind, payload: Json) -> Ack:
        """Deliver once and wait for the ack."""
        return await self.dispatcher.hand_over(kind, payload)

    def emit(self, event: Json) -> None:
        """Deliver an event in the background, as scopes and subscriptions allow."""
        if allowed(event, self.scopes, self.subscribed):
            self.dispatcher.emit(event)

    def response_url(self, ticket: str) -> str:
        """Return the address under which the app may answer."""
        return f"{self._base()}/response/{ticket}"

    def socket_url(self) -> str:
        """Return a WebSocket address, good for one connection."""
        base = self._base().replace("http", "ws", 1)
        return f"{base}/link?ticket={self.socket.ticket()}"

    def upload_url(self, ticket: str) -> str:
        """Return the address to which a file's bytes are posted."""
        return f"{self._base()}/upload/{ticket}"

    def file_url(self, file: str, name: str) -> str:
        """Return the address under which a file can be read with a token."""
        return f"{self._base()}/files/{file}/{name}"

    async def aclose(self) -> None:
        """Stop delivering and let every connection and listener go."""
        await self.dispatcher.aclose()
        await self.socket.drop()
        self.workspace.close()

    def _routes(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/{method}", self._call, methods=["GET", "POST"]),
                Route("/response/{ticket}", self._respond, methods=["POST"]),
                Route("/upload/{ticket}", self._transfer.upload, methods=["POST"]),
                Route("/files/{file}/{name}", self._transfer.download),
                WebSocketRoute("/link", self.socket.serve),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.aclose()

    def _may_read_files(self, token: str) -> bool:
        return token == self.bot_token and "files:read" in self.scopes

    def _base(self) -> str:
        return self.base_url or "http://sandbox.invalid"

    async def _call(self, request: Request) -> Response:
        self._learn(request)
        return await self._web.answer(request)

    async def _respond(self, request: Request) -> Response:
        self._learn(request)
        return await self._response_urls.answer(request)

    def _learn(self, request: Request) -> None:
        if self.base_url is None:
            self.base_url = str(request.base_url).rstrip("/")
