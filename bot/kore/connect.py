"""Opens a KoreClient: the one place where the parts of this package are put together."""

from dataclasses import dataclass, field

import httpx

from bot.clock import Clock
from bot.errors import SettingsError
from bot.kore.auth import Bearer, ClientCredentials, StaticBearer
from bot.kore.cache import KoreObserver, NullObserver
from bot.kore.client import CachePolicies, Caches, KoreClient, only_rate_plans
from bot.kore.http import AiohttpTransport, HttpClient
from bot.kore.limits import (
    AdaptiveLimiter,
    BackgroundLimiter,
    CircuitBreaker,
    ConcurrencyLimiter,
    SharedRateLimit,
)
from bot.kore.requester import Requester, RetryPolicy
from bot.struct import replace

API_URL = "https://programmable-wireless.api.korewireless.com"
TOKEN_URL = "https://api.korewireless.com/api-services/v1/auth/token"  # noqa: S105 -- an address
BACKGROUND_BUDGET = 120.0
BACKGROUND_QUEUE = 900.0  # seconds, spent waiting for those who go first


@dataclass(frozen=True, slots=True)
class KoreConfig:
    """Where KORE is, who we are, and how patient. Seconds; `api_url` is an origin.

    Either `access_token`, or `client_id` and `client_secret`. `at_once` and `per_second` are the
    most that is ever sent; both shrink by themselves where KORE allows less. `account` is what it
    is called in the log, where there are several.
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
    cache_policies: CachePolicies = field(default_factory=CachePolicies)
    account: str = ""


class Account:
    """What all clients of one account share: the token, the limits and the circuit breaker."""

    def __init__(
        self,
        config: KoreConfig,
        clock: Clock,
        observer: KoreObserver,
        transport: httpx.AsyncBaseTransport | None,
        shared_rate: SharedRateLimit | None,
    ) -> None:
        self._config = config
        self._shared_rate = shared_rate
        self._clock = clock
        self._observer = observer
        self._given_transport = transport
        self._timeout = httpx.Timeout(config.read_timeout, connect=config.connect_timeout)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": "simsessions",
        }
        self._transport = transport or AiohttpTransport(max_connections=config.at_once + 2)
        self._auth = self._make_auth()
        self._limiter = AdaptiveLimiter(clock, at_once=config.at_once, per_second=config.per_second)
        self._circuit = CircuitBreaker(clock)

    def foreground(self) -> KoreClient:
        """Open the client for those who wait."""
        requester = self._requester(self._transport, self._limiter, self._config.retry)
        return KoreClient(requester, self._caches(self._config.cache_policies), self.background)

    def background(self, at_once: int) -> KoreClient:
        """Open a client for what nobody waits for, with connections of its own."""
        config = self._config
        limiter = BackgroundLimiter(
            self._limiter, self._clock, at_once=at_once, shared_rate=self._shared_rate
        )
        requester = self._requester(
            self._given_transport or AiohttpTransport(max_connections=at_once + 2),
            limiter,
            replace(
                config.retry,
                budget=BACKGROUND_BUDGET,
                queue=BACKGROUND_QUEUE,
                listing=BACKGROUND_QUEUE,
            ),
        )
        return KoreClient(requester, self._caches(only_rate_plans(config.cache_policies)))

    def _requester(
        self,
        transport: httpx.AsyncBaseTransport,
        limiter: ConcurrencyLimiter,
        policy: RetryPolicy,
    ) -> Requester:
        http = HttpClient(
            transport,
            self._auth,
            origin=self._config.api_url.rstrip("/"),
            headers=self._headers,
            timeout=self._timeout,
        )
        return Requester(
            http,
            policy=policy,
            limiter=limiter,
            circuit=self._circuit,
            clock=self._clock,
            observer=self._observer,
            account=self._config.account,
        )

    def _caches(self, policies: CachePolicies) -> Caches:
        return Caches(policies, self._clock, self._observer)

    def _make_auth(self) -> Bearer:
        config = self._config
        if config.access_token:
            return StaticBearer(config.access_token)
        if not (config.client_id and config.client_secret):
            raise SettingsError(("KORE_CLIENT_ID and KORE_CLIENT_SECRET, or KORE_ACCESS_TOKEN",))
        return ClientCredentials(
            config.token_url,
            config.client_id,
            config.client_secret,
            transport=self._transport,
            clock=self._clock,
            timeout=self._timeout,
        )


def open_kore(
    config: KoreConfig,
    clock: Clock,
    observer: KoreObserver | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    shared_rate: SharedRateLimit | None = None,
) -> KoreClient:
    """Return a client; nothing is asked yet. Raises SettingsError without credentials.

    Background clients keep to `shared_rate` too, together with those of other processes.
    """
    return Account(config, clock, observer or NullObserver(), transport, shared_rate).foreground()
