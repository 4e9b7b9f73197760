"""Which proxy a request takes: the environment's, but none to reach this machine itself."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


@lru_cache(maxsize=64)
def proxy_for(origin: str) -> str | None:
    """Return the proxy for `scheme://host` from HTTPS_PROXY and NO_PROXY, read once for each."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if _is_this_machine(host) or proxy_bypass(host):
        return None
    scheme = {"wss": "https", "ws": "http"}.get(parts.scheme, parts.scheme)
    return getproxies().get(scheme)


def origin_of(url: str) -> str:
    """Return the `scheme://host` of a URL; what is none gives what there is."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
