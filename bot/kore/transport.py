"""The transport under httpx's API: aiohttp's pool, with every failure told as httpx's own error.

httpx's own pool walks all connections on each change and ruins itself from 20 requests in flight.
What this one leaves out: HTTP/2 and streamed bodies (answers are read whole, up to a cap).
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
import httpx
from yarl import URL

from bot.proxies import proxy_for

MAX_LINE = 65_536
_OURS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

Headers = Mapping[str, str] | Sequence[tuple[str, str]]
Received = tuple[int, Sequence[tuple[bytes, bytes]], bytes]


class Sending(NamedTuple):
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
        sending = Sending(
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

    async def send(self, sending: Sending, limits: Mapping[str, Any]) -> Received:
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

    async def _send(self, sending: Sending, limits: Mapping[str, Any]) -> Received:
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
    """Give the httpx error that says the same; the first kind in the table that fits."""
    kind = next(ours for theirs, ours in _SAME_AS if isinstance(error, theirs))
    return kind(str(error) or type(error).__name__)
