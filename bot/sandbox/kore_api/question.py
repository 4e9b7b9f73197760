"""One request to the API, taken apart once; the query's own bytes are kept beside their meaning."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote, unquote_plus

from starlette.types import Scope


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, under which host, and the moment for which it is answered."""

    base: str
    raw_path: str
    raw_query: str
    now: datetime

    @property
    def segments(self) -> tuple[str, ...]:
        """The path cut at its slashes first and decoded then: a name may hold a `%2F`."""
        return tuple(unquote(part) for part in self.raw_path.strip("/").split("/"))

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


def base_of(scope: Scope) -> str:
    """Give the origin under which we were asked: a page's links must lead back to us."""
    for name, value in scope["headers"]:
        if name == b"host":
            return f"{scope['scheme']}://{value.decode('latin-1')}"
    host, port = scope["server"]
    return f"{scope['scheme']}://{host}:{port}"
