"""The stand-in for Slack: one ASGI app with the Web API, Socket Mode, response URLs and files."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from bot.emulators.slack.delivery import Ack, EnvelopeKind, SignedHttp
from bot.emulators.slack.dispatcher import Dispatcher
from bot.emulators.slack.installation import DEFAULT_SCOPES, Installation
from bot.emulators.slack.payloads import allowed
from bot.emulators.slack.people import Json
from bot.emulators.slack.web_api import FileTransfer, ResponseUrls, WebApi
from bot.emulators.slack.workspace import Workspace


class SlackApi(Installation):
    """Serves one workspace to one app.

    `app` is the ASGI application; slack_sdk's `base_url` is its address plus `/api/`. `dispatcher`
    is how events are delivered. `subscribed` names the events that the app asked for, as in its
    manifest (`app_mention`, `message.channels`, …; None: all).
    """

    workspace: Workspace

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
        super().__init__(workspace, (bot_token, app_token), scopes, ack_seconds)
        self.subscribed = None if subscribed is None else frozenset(subscribed)
        http = SignedHttp(workspace.clock, signing_secret, ack_seconds=ack_seconds)
        self.dispatcher = Dispatcher(self, http)
        self.signing_secret = signing_secret
        workspace.link = self
        transfer = FileTransfer(self)
        self.app = Starlette(
            routes=[
                Route("/api/{method}", WebApi(self).answer, methods=["GET", "POST"]),
                Route("/response/{ticket}", ResponseUrls(self).answer, methods=["POST"]),
                Route("/upload/{ticket}", transfer.upload, methods=["POST"]),
                Route("/files/{file}/{name}", transfer.download),
                WebSocketRoute("/link", self.socket.serve),
            ],
            lifespan=self._lifespan,
        )

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

    async def aclose(self) -> None:
        """Stop delivering and let every connection and listener go."""
        await self.dispatcher.aclose()
        await self.socket.drop()
        self.workspace.close()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.aclose()
