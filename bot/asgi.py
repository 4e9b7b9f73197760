"""Answers HTTP requests, as ASGI has it: a response, and which app answers a path.

The four paths of a bot need no framework, which takes 10 ms of its start and 1 MB.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
TEXT = {"content-type": "text/plain; charset=utf-8"}


class Response:
    """A whole response, which is an app that gives it. Names of headers are in lower case."""

    def __init__(
        self, body: str | bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = {"content-length": str(len(self.body))} | dict(headers or {})

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [(k.encode(), v.encode("latin-1")) for k, v in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


Routes = Mapping[str, tuple[str, App]]
"""The app of each path, and the method that it takes."""


class Router:
    """Hands each request to the app of its path; a slash at its end makes no other path."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 404 where no app has the path, 405 where it takes another method."""
        method, app = self._routes.get(scope["path"].rstrip("/"), ("", None))
        allowed = (method, "HEAD") if method == "GET" else (method,)
        if app is None:
            app = Response("Not Found", 404, TEXT)
        elif scope["method"] not in allowed:
            app = Response("Method Not Allowed", 405, TEXT | {"allow": ", ".join(allowed)})
        await app(scope, receive, send)
