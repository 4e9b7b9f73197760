"""One request to the API, taken apart once; the query's own bytes are kept beside their meaning."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, unquote_plus

from starlette.types import Receive, Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it is remembered: path and query as they came, and whether it had a key."""

    method: str
    path: str
    query: str
    authorized: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which host, with which key, and the moment for which it is answered."""

    method: str
    raw_path: str
    raw_query: str
    base: str
    authorization: str | None
    client: str | None
    now: datetime

    @property
    def asked(self) -> Asked:
        """What may be remembered of it: all but the key."""
        return Asked(self.method, self.raw_path, self.raw_query, self.authorization is not None)

    @property
    def segments(self) -> tuple[str, ...]:
        """The path cut at its slashes first and decoded then: a name may hold a `%2F`."""
        return tuple(unquote(part) for part in self.raw_path[1:].split("/"))

    @property
    def raw(self) -> dict[str, str]:
        """The query as it came, not decoded; the last of several values holds."""
        pairs = (part.partition("=") for part in self.raw_query.split("&") if part)
        return {unquote_plus(name): value for name, _, value in pairs}

    @property
    def params(self) -> dict[str, str]:
        """The query, decoded."""
        return {name: unquote_plus(value) for name, value in self.raw.items()}

    def url(self, *, drop: frozenset[str], **more: object) -> str:
        """Give this question's own address with some parameters taken out and others put in.

        Values in `more` are taken as they are: they must be encoded already.
        """
        kept = (f"{n}={quote(v, safe='')}" for n, v in self.params.items() if n not in drop)
        query = "&".join([*kept, *(f"{name}={value}" for name, value in more.items())])
        return f"{self.base}{self.raw_path}?{query}"


def question_of(scope: Scope, now: datetime) -> Question:
    """Read an ASGI request; its body is left alone."""
    host = authorization = None
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1")
        elif name == b"authorization":
            authorization = value.decode("latin-1")
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    client = scope.get("client")
    return Question(
        method=scope["method"],
        raw_path=raw_path.decode("latin-1"),
        raw_query=scope["query_string"].decode("latin-1"),
        base=f"{scope['scheme']}://{host or ':'.join(map(str, scope['server']))}",
        authorization=authorization,
        client=client[0] if client else None,
        now=now,
    )


async def body_of(receive: Receive) -> bytes:
    """Read the whole body of an ASGI request."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)
