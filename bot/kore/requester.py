"""Sends one request to KORE until it is answered or given up: limits, circuit breaker, retries."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

import httpx

from bot.clock import Backoff, Clock, read_retry_after
from bot.kore.cache import KoreObserver
from bot.kore.errors import (
    PROXY_WANTS_PASSWORD,
    SOMEBODY_ELSE,
    KoreBadAnswer,
    KoreBadRequest,
    KoreDenied,
    KoreError,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
    read_refusal,
)
from bot.kore.http import HttpClient, RawResponse, no_answer_reason
from bot.kore.limits import CircuitBreaker, ConcurrencyLimiter
from bot.proxies import cause_of
from bot.struct import Struct

T = TypeVar("T")
Read = Callable[[bytes], T]
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS
GATEWAY = frozenset({502, 503, 504})
RETRIED = GATEWAY | {429, 500}
NOBODYS = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, KoreError)
"""What says nothing of the one resource that was asked for: the connection, or the token."""
_RESOURCE = re.compile(r"(?:/[^/?]*){1,3}")
"""A SIM, `/v1/Sims/{sid}`: it and its lists fail together."""
BACKOFF = Backoff(first=0.2, longest=2.0, jitter=0.5)
log = logging.getLogger(__name__)


class NotJson(Exception):
    """A body that cannot be read whole: cut off, or no JSON."""


class Failure(Struct):
    """Why a try failed: an HTTP status, or the name of an error; `retry_after` in seconds."""

    reason: str
    status: int | None = None
    retry_after: float | None = None

    @property
    def may_be_retried(self) -> bool:
        """Return whether the next try may succeed: it was not KORE's considered answer."""
        return self.status is None or self.status in RETRIED


class RetryPolicy(Struct):
    """Times in seconds. `budget` is for all tries of one request and the waits between them.

    Not for our own queue before each try: in that a request may stand for `queue`. `listing` is
    for all pages of a list.
    """

    tries: int = 4
    backoff: Backoff = BACKOFF
    longest_retry_after: float = 10.0
    budget: float = 8.0
    queue: float = 60.0
    listing: float = 120.0

    def wait(self, failure: Failure, *, tried: int, spent: float) -> float | None:
        """Return the seconds to wait before the next try, or None when it is time to give up."""
        if not failure.may_be_retried or tried >= self.tries:
            return None
        seconds = self.backoff.after(tried)
        if failure.retry_after is not None:
            least = min(failure.retry_after, self.longest_retry_after)
            seconds = max(seconds, least) + self.backoff.first * self.backoff.chance()
        return seconds if spent + seconds < self.budget else None


class TryFailed(Exception):
    """A try, sent at `started`, that may be worth another; `error` is raised when none is left."""

    def __init__(self, failure: Failure, error: KoreError, started: float) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.error = error
        self.started = started

    def give_up(self) -> KoreError:
        """Return the error, and drop it here: as its cause this would keep it alive, and it this.

        Until Python looked for such rings, they would keep all that was under way.
        """
        error = self.error
        del self.error
        return error


class Requester:
    """Sends the requests of a client; limits and circuit are shared by all of one account."""

    def __init__(  # noqa: PLR0913 -- collaborators
        self,
        http: HttpClient,
        *,
        policy: RetryPolicy,
        limiter: ConcurrencyLimiter,
        circuit: CircuitBreaker,
        clock: Clock,
        observer: KoreObserver,
        account: str = "",
    ) -> None:
        self._http = http
        self._policy = policy
        self._limiter = limiter
        self._circuit = circuit
        self._clock = clock
        self._observer = observer
        self._about = {"account": account} if account else {}

    async def get(self, endpoint: str, path: str, query: bytes, read: Read[T]) -> T:
        """Get path and query (already encoded) and read the body; NotJson is tried again.

        `endpoint` names the request in metrics. Raises KoreErrors only.
        """
        target = f"{path}?{query.decode()}" if query else path
        tried, spent = 0, 0.0
        while True:
            tried += 1
            try:
                return await self._try(endpoint, target, read, self._policy.budget - spent)
            except TryFailed as failed:
                spent += self._clock.monotonic() - failed.started
                wait = self._policy.wait(failed.failure, tried=tried, spent=spent)
                if wait is None:
                    raise failed.give_up() from failed
                why = {"reason": str(failed), "why": failed.error.sentence}
                log.info("kore-retry", extra=self._about | {"endpoint": endpoint} | why)
            spent += wait
            await self._clock.sleep(wait)

    @property
    def is_down(self) -> bool:
        """Return whether KORE as a whole is taken to be down."""
        return self._circuit.is_open

    @property
    def silent_for(self) -> float:
        """The seconds since when KORE has not answered; 0 where it answered the last request."""
        return self._circuit.silent_for

    @property
    def seconds_for_a_list(self) -> float:
        """How long all pages of one list may take together."""
        return self._policy.listing

    def skipped(self, endpoint: str, rows: int, faults: Sequence[str]) -> None:
        """Count rows that could not be read, and log why of the first."""
        for _ in range(rows):
            self._observer.skipped_row(endpoint)
        if rows:
            about = {"list": endpoint, "rows": rows, "faults": list(faults)}
            log.warning("kore-bad-rows", extra=self._about | about)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _try(self, endpoint: str, target: str, read: Read[T], seconds: float) -> T:
        if not self._circuit.is_untroubled:
            await self._circuit.enter()
        began = self._clock.monotonic()
        outcome = "cancelled"
        try:
            response, started = await self._send(target, seconds)
            outcome = str(response.status_code)
            return self._read(response, started, target, read)
        except TryFailed as failed:
            outcome = failed.failure.reason
            raise
        except KoreError as error:
            outcome = str(error.status or error.kind)
            raise
        finally:
            if not self._circuit.is_untroubled:
                self._circuit.end_probe()
            self._observer.asked(endpoint, outcome, self._clock.monotonic() - began)

    def _read(self, response: RawResponse, started: float, target: str, read: Read[T]) -> T:
        if response.status_code != httpx.codes.OK:
            raise self._failure(response, started, target)
        self._limiter.accepted()
        if not self._circuit.is_untroubled:
            self._answered()
        try:
            return read(response.body)
        except Exception as error:  # a foreign body may break any reader in a way of its own
            log.info("kore-unreadable", extra=self._about | {"why": type(error).__name__})
            unreadable = KoreBadAnswer.unreadable(response.body)
            raise TryFailed(Failure("not-json"), unreadable, started) from error

    async def _send(self, target: str, seconds: float) -> tuple[RawResponse, float]:
        """Send it once it is admitted; return the response and when that was."""
        started = self._limiter.acquire_now()
        if started is None:
            started = await self._admitted()
        try:
            async with asyncio.timeout(seconds):
                return await self._http.get(target), started
        except (TimeoutError, httpx.HTTPError, KoreUnavailable, KoreBadAnswer) as error:
            raise self._unanswered(error, target, started) from error
        except KoreDenied:
            self._answered()
            raise
        finally:
            self._limiter.release()

    def _unanswered(self, error: Exception, target: str, started: float) -> TryFailed:
        """Record a request without a usable response; return what to raise for it."""
        failed = _no_response(error, started)
        self._failed(failed, None if isinstance(error, NOBODYS) else target)
        return failed

    async def _admitted(self) -> float:
        """Wait in the queue, unless KORE is known to want longer than anybody waits."""
        if (hold := self._limiter.hold()) > self._policy.budget:
            raise KoreRateLimited(f"KORE asks us to wait {hold:.0f} s. Try again then.")
        try:
            async with asyncio.timeout(self._policy.queue):
                return await self._limiter.acquire()
        except TimeoutError as error:
            raise KoreRateLimited from error

    def _answered(self) -> None:
        if self._circuit.is_open:
            self._tell(is_open=False)
        self._circuit.succeeded()

    def _failed(self, failed: TryFailed, target: str | None) -> None:
        was_open = self._circuit.is_open
        resource = target and _RESOURCE.match(target)
        name = resource[0] if resource else None
        self._circuit.failed(failed.started, name, failed.error.while_it_lasts)
        if self._circuit.is_open and not was_open:
            self._tell(is_open=True, why=failed.error.sentence)

    def _tell(self, *, is_open: bool, why: str = "") -> None:
        extra = self._about | {"why": why}
        log.warning("kore-down" if is_open else "kore-back", extra=extra)
        self._observer.circuit(is_open=is_open)

    def _failure(self, response: RawResponse, started: float, target: str) -> Exception:
        """Record a status other than 200; return what to raise for it."""
        status = response.status_code
        wait = read_retry_after(response.headers.get("retry-after"), self._clock.now())
        if status == TOO_MANY:
            self._limiter.rate_limited(started, wait)
        else:
            self._limiter.accepted()
        about = {"status": status, "said": _description(response)}
        log.info("kore-refused", extra=self._about | about)
        error = as_error(response)
        failed = TryFailed(Failure(str(status), status, wait), error, started)
        if isinstance(error, KoreUnavailable):
            self._failed(failed, target if status >= httpx.codes.INTERNAL_SERVER_ERROR else None)
        else:
            self._answered()
        return failed if failed.failure.may_be_retried else error


def _no_response(error: Exception, started: float) -> TryFailed:
    """Return the failure of a request without a usable response."""
    ours: KoreError
    if isinstance(error, KoreError):
        ours = error
    elif isinstance(error, httpx.DecodingError):
        ours = KoreBadAnswer()
    elif cause := cause_of(error.__cause__):
        ours = KoreUnavailable.because(cause)
    else:
        ours = KoreUnavailable(no_answer_reason(error))
    return TryFailed(Failure(type(error).__name__, ours.status), ours, started)


_ERRORS: dict[int, type[KoreError]] = {
    401: KoreDenied,
    403: KoreDenied,
    404: KoreNotFound,
    429: KoreRateLimited,
}
_REFUSED = frozenset({400, 401, 403, 404, 415, 422})


def as_error(response: RawResponse) -> KoreError:
    """Return the error that a status stands for."""
    status = response.status_code
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        return KoreUnavailable.because(PROXY_WANTS_PASSWORD, status=status)
    if status in _REFUSED and read_refusal(response.body) is None:
        return KoreUnavailable.because(SOMEBODY_ELSE.format(status), status=status)
    if status in _ERRORS:
        return _ERRORS[status](status=status)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        word = "is down" if status in GATEWAY else "failed to answer"
        return KoreUnavailable(f"KORE {word} (HTTP {status})", status=status)
    return (KoreBadRequest if status >= httpx.codes.BAD_REQUEST else KoreBadAnswer)(status=status)


def _description(response: RawResponse) -> str:
    """Return the codes of an error; its text may name the SIM that somebody typed."""
    body = read_refusal(response.body)
    if body is None:
        return "no JSON object"
    return " ".join(str(body[key])[:80] for key in ("code", "error") if body.get(key))
