"""Which way a request takes: a connection with nothing left on it, which proxy, or why none.

The proxy is the environment's, but none to reach this machine itself.
"""

import errno
import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


class CleanConnector(aiohttp.TCPConnector):
    """Leaves a kept connection on which something came that nobody had asked for.

    aiohttp would take it for the answer to the next request: another SIM's.
    """

    async def connect(
        self,
        req: "ClientRequest",
        traces: "list[Trace]",
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 -- aiohttp's own signature
    ) -> "Connection":
        """Return one with nothing left on it."""
        while True:
            connection = await super().connect(req, traces, timeout)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()


@lru_cache(maxsize=64)
def proxy_for(origin: str) -> str | None:
    """Return the proxy for `scheme://host` from HTTPS_PROXY and NO_PROXY, read once for each."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if is_this_machine(host) or proxy_bypass(host):
        return None
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return getproxies().get(scheme)


def origin_of(url: str) -> str:
    """Return the `scheme://host` of a URL; what is none gives what there is."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def is_within(url: str, home: str) -> bool:
    """Return whether an address is on the host of `home` or of its domain, and no less safe."""
    try:
        theirs, ours = urlsplit(url), urlsplit(home)
    except ValueError:
        return False
    host = theirs.hostname or ""
    is_there = host == ours.hostname or host.endswith(f".{ours.hostname}")
    return is_there and theirs.scheme in {ours.scheme, "https"}


def is_this_machine(host: str) -> bool:
    """Return whether a host is this machine itself, by its name or its address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientProxyConnectionError, "the proxy in between fails"),
    (aiohttp.ClientHttpProxyError, "the proxy in between refuses us"),
    (aiohttp.ClientConnectorDNSError, "its host name is not found (DNS)"),
    (aiohttp.ClientConnectorCertificateError, "its certificate is not trusted here"),
    (aiohttp.ClientSSLError, "no TLS connection comes about"),
)


def cause_of(error: BaseException | None) -> str:
    """Return why no connection came about, in words; "" where it may be the other side's silence.

    Nothing of an address is in it.
    """
    return next((words for kind, words in _CAUSES if isinstance(error, kind)), "")


_NO_WAY = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


def why_no_answer(error: BaseException) -> str:
    """Return in words why nothing came back, the other side's silence too.

    Nothing of an address is in it.
    """
    if words := cause_of(error):
        return words
    if isinstance(error, TimeoutError):
        return "nothing came back in time"
    number = getattr(error, "errno", None)
    if number == errno.ECONNREFUSED:
        return "the connection is refused"
    if number in _NO_WAY:
        return "no way leads there from this machine"
    return f"the connection broke off ({type(error).__name__})"
