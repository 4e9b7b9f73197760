"""How one question goes out with the token: through httpx's client, or a shorter way for scans."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from yarl import URL

from bot.kore.auth import REFUSALS, Bearer
from bot.kore.transport import AiohttpTransport, Received, Sending
from bot.proxies import proxy_for


class Answered(Protocol):
    """What came back, whole."""

    @property
    def status_code(self) -> int:
        """The status."""

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""

    @property
    def content(self) -> bytes:
        """The body, unpacked."""


class Wire(Protocol):
    """Sends a GET to KORE and gives the whole answer."""

    async def get(self, target: str) -> Answered:
        """Ask for a path with its query, encoded already. Raises httpx's and the token's errors."""

    async def aclose(self) -> None:
        """Close the connections."""


class HttpxWire:
    """Goes through httpx's client, whatever transport is under it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._origin = str(http.base_url).rstrip("/")

    async def get(self, target: str) -> httpx.Response:
        """Ask."""
        request = httpx.Request("GET", self._origin + target, headers=self._http.headers)
        return await self._http.send(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()


@dataclass(slots=True)
class Straight:
    """An answer as it came off the wire."""

    received: Received

    @property
    def status_code(self) -> int:
        """The status."""
        return self.received[0]

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""
        return httpx.Headers(list(self.received[1]))

    @property
    def content(self) -> bytes:
        """The body, unpacked where it came packed."""
        status, headers, body = self.received
        if any(name.lower() == b"content-encoding" for name, _ in headers):
            return httpx.Response(status, headers=list(headers), content=body).content
        return body


class ShortWire:
    """Goes straight to the transport: httpx's client costs a scan as much as all the rest."""

    def __init__(
        self,
        transport: AiohttpTransport,
        auth: Bearer,
        *,
        origin: str,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
    ) -> None:
        self._transport = transport
        self._auth = auth
        self._origin = origin
        self._headers = dict(headers)
        self._limits: dict[str, Any] = timeout.as_dict()

    async def get(self, target: str) -> Straight:
        """Ask; where the token is refused, once more with a new one."""
        bearer = await self._auth.bearer()
        answer = await self._ask(target, bearer)
        if answer.status_code not in REFUSALS:
            return answer
        renewed = await self._auth.renewed(bearer)
        return await self._ask(target, renewed) if renewed else answer

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _ask(self, target: str, bearer: str) -> Straight:
        url = URL(self._origin + target, encoded=True)
        headers = {**self._headers, "Authorization": f"Bearer {bearer}"}
        sending = Sending("GET", url, headers, proxy_for(self._origin))
        return Straight(await self._transport.send(sending, self._limits))
