"""The transport under httpx's API: aiohttp's pool, with every failure told as httpx's own error.

httpx's own pool walks all connections on each change and ruins itself from 20 requests in flight.
What this one leaves out: HTTP/2 and streamed bodies (answers are read whole, up to a cap).
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import aiohttp
import httpx
from yarl import URL

from bot.kore.auth import REFUSALS, Bearer
from bot.proxies import proxy_for

MAX_LINE = 65_536
_OURS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

Headers = Mapping[str, str] | Sequence[tuple[str, str]]
Received = tuple[int, Sequence[tuple[bytes, bytes]], bytes]


class EncodedRequest(NamedTuple):
    """A request ready for the wire; the URL is encoded already."""

    method: str
    url: URL
    headers: Headers
    proxy: str | None = None
    body: bytes | None = None


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends each request over one shared aiohttp session, opened with the first request.

    The pool's places are counted here, not in aiohttp, so that waiting for one (PoolTimeout) is
    never mistaken for waiting for the network (ConnectTimeout). A body above `max_bytes` is a
    ReadError.
    """

    def __init__(
        self,
        *,
        max_connections: int = 100,
        keepalive: float = 30.0,
        max_bytes: int = 8 << 20,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._places = asyncio.Semaphore(max_connections)
        self._keepalive = keepalive
        self._max_bytes = max_bytes
        self._tls = tls
        self._timeouts: dict[tuple[float | None, float | None], aiohttp.ClientTimeout] = {}
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the whole answer. Raises httpx's own TransportErrors only."""
        limits = request.extensions.get("timeout", {})
        sending = EncodedRequest(
            request.method,
            URL(str(request.url), encoded=True),
            request.headers.multi_items(),
            proxy_for(f"{request.url.scheme}://{request.url.netloc.decode()}"),
            await request.aread() or None,
        )
        try:
            status, headers, body = await self.send(sending, limits)
        except httpx.RequestError as error:
            error.request = request
            raise
        return httpx.Response(
            status,
            headers=headers,
            content=body,
            request=request,
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def send(self, sending: EncodedRequest, limits: Mapping[str, Any]) -> Received:
        """Send what is ready for the wire. Raises as `handle_async_request`, without a request."""
        if self._places.locked():
            await self._wait_for_place(limits.get("pool"))
        else:
            await self._places.acquire()
        try:
            return await self._send(sending, limits)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise as_httpx(error) from error
        finally:
            self._places.release()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def _wait_for_place(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout(f"no free connection within {seconds} s") from error

    async def _send(self, sending: EncodedRequest, limits: Mapping[str, Any]) -> Received:
        self._session = session = self._session or self._open()
        async with session.request(
            sending.method,
            sending.url,
            headers=sending.headers,
            data=sending.body,
            allow_redirects=False,
            proxy=sending.proxy,
            timeout=self._timeout(limits.get("connect"), limits.get("read")),
        ) as answer:
            return answer.status, answer.raw_headers, await self._body(answer)

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        size = answer.content_length
        if size is not None and size <= self._max_bytes:
            return await answer.read()
        body = bytearray()
        if size is None:
            async for chunk in answer.content.iter_any():
                body += chunk
                if len(body) > self._max_bytes:
                    break
            else:
                return bytes(body)
        raise httpx.ReadError(f"the answer is larger than {self._max_bytes} bytes")

    def _timeout(self, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
        key = (connect, read)
        if key not in self._timeouts:
            self._timeouts[key] = aiohttp.ClientTimeout(
                total=None, connect=connect, sock_connect=connect, sock_read=read
            )
        return self._timeouts[key]

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0, keepalive_timeout=self._keepalive, ssl=self._tls or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_OURS,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
        )


_SAME_AS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.ClientOSError, httpx.ReadError),
    (aiohttp.ClientError, httpx.NetworkError),
    (OSError, httpx.ReadError),
    (ValueError, httpx.LocalProtocolError),
)


def as_httpx(error: Exception) -> httpx.RequestError:
    """Return the httpx error that says the same; the first kind in the table that fits."""
    kind = next(ours for theirs, ours in _SAME_AS if isinstance(error, theirs))
    return kind(str(error) or type(error).__name__)


class HttpResponse(Protocol):
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


class HttpClient(Protocol):
    """Sends a GET to KORE and gives the whole answer."""

    async def get(self, target: str) -> HttpResponse:
        """Ask for a path with its query, encoded already. Raises httpx's and the token's errors."""

    async def aclose(self) -> None:
        """Close the connections."""


class HttpxClient:
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
class RawResponse:
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


class DirectClient:
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

    async def get(self, target: str) -> RawResponse:
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

    async def _ask(self, target: str, bearer: str) -> RawResponse:
        url = URL(self._origin + target, encoded=True)
        headers = {**self._headers, "Authorization": f"Bearer {bearer}"}
        sending = EncodedRequest("GET", url, headers, proxy_for(self._origin))
        return RawResponse(await self._transport.send(sending, self._limits))
