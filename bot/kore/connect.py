"""Opens a KoreClient: the one place that puts the parts of this folder together."""

from dataclasses import dataclass, field

import httpx

from bot.clock import Clock
from bot.errors import SettingsError
from bot.kore.auth import ClientCredentials, StaticBearer
from bot.kore.circuit import Circuit
from bot.kore.client import KoreClient
from bot.kore.exchange import Exchange
from bot.kore.limiter import Limiter
from bot.kore.observer import NullObserver, Observer
from bot.kore.retry import RetryPolicy
from bot.kore.shelves import Caches, Shelves
from bot.kore.transport import AiohttpTransport

API_URL = "https://programmable-wireless.api.korewireless.com"
TOKEN_URL = "https://api.korewireless.com/api-services/v1/auth/token"  # noqa: S105 -- an address


@dataclass(frozen=True, slots=True)
class KoreConfig:
    """Where KORE is, who we are, and how patient. Seconds; `api_url` is an origin.

    Either `access_token`, or `client_id` and `client_secret`. `at_once` and `per_second` are the
    most that is ever asked; both shrink by themselves where KORE allows less.
    """

    api_url: str = API_URL
    token_url: str = TOKEN_URL
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    connect_timeout: float = 3.0
    read_timeout: float = 5.0
    at_once: int = 20
    per_second: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    shelves: Shelves = field(default_factory=Shelves)
    user_agent: str = "simsessions"


class NoCookies(httpx.Cookies):
    """Keeps none: an API with a bearer has no use for them, and reading them costs a fifth."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave the answer's cookies where they are."""


class CookielessClient(httpx.AsyncClient):
    """An httpx client that neither keeps nor sends cookies."""

    _none = NoCookies()

    @property  # type: ignore[misc]  # nobody sets them
    def cookies(self) -> httpx.Cookies:
        """Give none."""
        return self._none


def open_kore(
    config: KoreConfig,
    clock: Clock,
    observer: Observer | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> KoreClient:
    """Give a client; nothing is asked yet. Raises SettingsError without credentials."""
    observer = observer or NullObserver()
    transport = transport or AiohttpTransport(max_connections=config.at_once + 2)
    timeout = httpx.Timeout(config.read_timeout, connect=config.connect_timeout)
    http = CookielessClient(
        base_url=config.api_url,
        auth=_auth(config, clock, transport, timeout),
        transport=transport,
        timeout=timeout,
        headers={"Accept": "application/json", "User-Agent": config.user_agent},
        trust_env=False,
    )
    exchange = Exchange(
        http,
        policy=config.retry,
        limiter=Limiter(clock, at_once=config.at_once, per_second=config.per_second),
        circuit=Circuit(clock),
        clock=clock,
        observer=observer,
    )
    return KoreClient(exchange, Caches(config.shelves, clock, observer))


def _auth(
    config: KoreConfig, clock: Clock, transport: httpx.AsyncBaseTransport, timeout: httpx.Timeout
) -> httpx.Auth:
    api = httpx.URL(config.api_url)
    if config.access_token:
        return StaticBearer(api, config.access_token)
    if not (config.client_id and config.client_secret):
        raise SettingsError(("KORE_CLIENT_ID and KORE_CLIENT_SECRET, or KORE_ACCESS_TOKEN",))
    return ClientCredentials(
        api,
        config.token_url,
        config.client_id,
        config.client_secret,
        transport=transport,
        clock=clock,
        timeout=timeout,
    )
