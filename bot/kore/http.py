"""How requests reach KORE: aiohttp's connections under httpx's API, without httpx's client.

httpx's own pool walks all connections on each change and ruins itself from 20 requests in flight.
The transport leaves out HTTP/2 and streamed bodies: responses are read whole and unpacked, up to a
limit.
"""

import asyncio
import ssl
import zlib
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, NamedTuple

import aiohttp
import httpx
from yarl import URL

from bot.kore.auth import Bearer
from bot.proxies import CleanConnector, proxy_for

MAX_LINE = 65_536
_SET_BY_CALLER = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")

Headers = Mapping[str, str] | Sequence[tuple[str, str]]


class EncodedRequest(NamedTuple):
    """A request as it is sent; the URL is encoded already."""

    method: str
    url: URL
    headers: Headers
    proxy: str | None = None
    body: bytes | None = None


class RawResponse(NamedTuple):
    """A response, its body unpacked."""

    status_code: int
    raw_headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""
        return httpx.Headers(list(self.raw_headers))


class _Unpacker:
    """Unpacks gzip as it comes, never more than is asked for."""

    def __init__(self, coding: str) -> None:
        if coding != "gzip":
            raise httpx.DecodingError(f"packed as {coding[:20]!r}, which was not asked for")
        self._zlib = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(self, chunk: bytes, most: int) -> bytes:
        """Return what is in a chunk, at most so many bytes of it."""
        try:
            return self._zlib.decompress(chunk, most)
        except zlib.error as error:
            raise httpx.DecodingError(str(error)) from error

    def end(self) -> None:
        """Check that nothing is missing."""
        if not self._zlib.eof:
            raise httpx.DecodingError("the packed body is cut off")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Sends each request over one shared aiohttp session, opened with the first request.

    Connections are counted here, not in aiohttp, so that waiting for a free one (PoolTimeout) is
    never mistaken for waiting for the network (ConnectTimeout). A body above `max_bytes`, unpacked,
    is a ReadError.
    """

    def __init__(
        self,
        *,
        max_connections: int = 100,
        keepalive: float = 30.0,
        max_bytes: int = 8 << 20,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._connections = asyncio.Semaphore(max_connections)
        self._keepalive = keepalive
        self._max_bytes = max_bytes
        self._tls = tls
        self._timeouts: dict[tuple[float | None, float | None], aiohttp.ClientTimeout] = {}
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the whole response. Raises httpx's own TransportErrors only."""
        encoded = EncodedRequest(
            request.method,
            URL(str(request.url), encoded=True),
            request.headers.multi_items(),
            proxy_for(f"{request.url.scheme}://{request.url.netloc.decode()}"),
            await request.aread() or None,
        )
        try:
            response = await self.send(encoded, request.extensions.get("timeout", {}))
        except httpx.RequestError as error:
            error.request = request
            raise
        return httpx.Response(
            response.status_code,
            headers=response.raw_headers,
            content=response.body,
            request=request,
            extensions={"http_version": b"HTTP/1.1"},
        )

    async def send(self, request: EncodedRequest, timeouts: Mapping[str, Any]) -> RawResponse:
        """Send an encoded request. Raises as `handle_async_request`, without the request."""
        if self._connections.locked():
            await self._wait_for_connection(timeouts.get("pool"))
        else:
            await self._connections.acquire()
        self._session = session = self._session or self._open()
        try:
            async with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
                proxy=request.proxy,
                timeout=self._timeout(timeouts.get("connect"), timeouts.get("read")),
            ) as response:
                body = await self._body(response)
                headers = response.raw_headers
                if "Content-Encoding" in response.headers:
                    headers = tuple(h for h in headers if h[0].lower() != b"content-encoding")
                return RawResponse(response.status, headers, body)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise as_httpx(error) from error
        finally:
            self._connections.release()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    async def _wait_for_connection(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._connections.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout(f"no free connection within {seconds} s") from error

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        coding = response.headers.get("Content-Encoding", "identity").lower()
        size = response.content_length
        if size is not None and size > self._max_bytes:
            raise self._too_large()
        if size is not None and coding == "identity":
            return await response.read()
        unpacker = None if coding == "identity" else _Unpacker(coding)
        body = bytearray()
        async for chunk in response.content.iter_any():
            room = self._max_bytes + 1 - len(body)
            body += unpacker.unpack(chunk, room) if unpacker else chunk
            if len(body) > self._max_bytes:
                raise self._too_large()
        if unpacker:
            unpacker.end()
        return bytes(body)

    def _too_large(self) -> httpx.ReadError:
        return httpx.ReadError(f"the response is larger than {self._max_bytes} bytes")

    def _timeout(self, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
        key = (connect, read)
        if key not in self._timeouts:
            self._timeouts[key] = aiohttp.ClientTimeout(
                total=None, connect=connect, sock_connect=connect, sock_read=read
            )
        return self._timeouts[key]

    def _open(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=CleanConnector(
                limit=0, keepalive_timeout=self._keepalive, ssl=self._tls or True
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_SET_BY_CALLER,
            max_line_size=MAX_LINE,
            max_field_size=MAX_LINE,
        )


_HTTPX_ERRORS: tuple[tuple[type[Exception], type[httpx.RequestError]], ...] = (
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
    """Return the httpx error with the same meaning; the first kind in the table that fits."""
    kind = next(ours for theirs, ours in _HTTPX_ERRORS if isinstance(error, theirs))
    return kind(str(error) or type(error).__name__)


_SILENCES: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "KORE cannot be reached"),
    (httpx.ConnectError, "KORE refuses connections"),
    (httpx.TimeoutException, "KORE did not answer in time"),
    (TimeoutError, "KORE did not answer in time"),
    (httpx.TransportError, "KORE's answer broke off"),
)


def no_answer_reason(error: Exception) -> str | None:
    """Say how KORE was silent; None where that is not known."""
    return next((words for kind, words in _SILENCES if isinstance(error, kind)), None)


class HttpClient:
    """Sends GET requests to KORE, straight to the transport: httpx's client costs as much again."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        auth: Bearer,
        *,
        origin: str,
        headers: Mapping[str, str],
        timeout: httpx.Timeout,
    ) -> None:
        self._transport = transport
        self._auth = auth
        self._url = URL(origin)
        self._proxy = proxy_for(origin)
        self._headers = {**headers, "Authorization": ""}
        self._timeouts: dict[str, Any] = timeout.as_dict()

    async def get(self, target: str) -> RawResponse:
        """Get a path with its query, both encoded; where the token is refused, with a new one.

        Raises httpx's and the token's errors.
        """
        bearer = self._auth.valid_bearer() or await self._auth.bearer()
        response = await self._send(target, bearer)
        if response.status_code == httpx.codes.OK:
            return response
        newer = await self._auth.newer_bearer(bearer, response.status_code)
        return await self._send(target, newer) if newer else response

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def _send(self, target: str, bearer: str) -> Awaitable[RawResponse]:
        path, _, query = target.partition("?")
        url = URL.build(  # takes a third of what parsing the whole URL does
            scheme=self._url.scheme,
            authority=self._url.raw_authority,
            path=path,
            query_string=query,
            encoded=True,
        )
        if self._headers["Authorization"] != f"Bearer {bearer}":
            self._headers = {**self._headers, "Authorization": f"Bearer {bearer}"}
        request = EncodedRequest("GET", url, self._headers, self._proxy)
        if isinstance(self._transport, AiohttpTransport):
            return self._transport.send(request, self._timeouts)
        return _through(self._transport, request, self._timeouts)


async def _through(
    transport: httpx.AsyncBaseTransport, request: EncodedRequest, timeouts: dict[str, Any]
) -> RawResponse:
    """Send it by a transport that speaks httpx's requests only."""
    asked = httpx.Request(
        request.method,
        str(request.url),
        headers=request.headers,
        extensions={"timeout": timeouts},
    )
    response = await transport.handle_async_request(asked)
    return RawResponse(response.status_code, response.headers.raw, await response.aread())
