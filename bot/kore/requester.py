"""Sends one request to KORE until it is answered or given up: limits, circuit breaker, retries."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx

from bot.backoff import Backoff
from bot.clock import Clock
from bot.durations import read_retry_after
from bot.kore.errors import (
    KoreBadAnswer,
    KoreBadRequest,
    KoreDenied,
    KoreError,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.kore.http import HttpClient, HttpResponse
from bot.kore.limits import CircuitBreaker, ConcurrencyLimiter
from bot.kore.observer import Observer

T = TypeVar("T")
Read = Callable[[bytes], T]
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS
RETRIED = frozenset({429, 500, 502, 503, 504})
BACKOFF = Backoff(first=0.2, longest=2.0, jitter=0.5)
log = logging.getLogger(__name__)


class NotJson(Exception):
    """A body that cannot be read whole: cut off, or no JSON."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try failed: an HTTP status, or the name of an error; `retry_after` in seconds."""

    reason: str
    status: int | None = None
    retry_after: float | None = None

    @property
    def may_be_retried(self) -> bool:
        """Return whether the next try may succeed: it was not KORE's considered answer."""
        return self.status is None or self.status in RETRIED


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Times in seconds. `budget` is for all tries of one request, waits included."""

    tries: int = 4
    backoff: Backoff = BACKOFF
    longest_retry_after: float = 10.0
    budget: float = 8.0

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
    """One try that may be worth another; `error` is raised when none is left."""

    def __init__(self, failure: Failure, error: KoreError) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.error = error


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
        observer: Observer,
    ) -> None:
        self._http = http
        self._policy = policy
        self._limiter = limiter
        self._circuit = circuit
        self._clock = clock
        self._observer = observer

    async def get(self, endpoint: str, path: str, query: bytes, read: Read[T]) -> T:
        """Get path and query (already encoded) and read the body; NotJson is tried again.

        `endpoint` names the request in metrics. Raises KoreErrors only.
        """
        target = f"{path}?{query.decode()}" if query else path
        began = self._clock.monotonic()
        tried = 0
        while True:
            tried += 1
            try:
                return await self._try(endpoint, target, read, began + self._policy.budget)
            except TryFailed as failed:
                spent = self._clock.monotonic() - began
                wait = self._policy.wait(failed.failure, tried=tried, spent=spent)
                if wait is None:
                    raise failed.error from failed
                log.info("kore-retry", extra={"endpoint": endpoint, "reason": str(failed)})
            await self._clock.sleep(wait)

    def skipped(self, endpoint: str, rows: int) -> None:
        """Count rows that could not be read."""
        for _ in range(rows):
            self._observer.skipped_row(endpoint)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _try(self, endpoint: str, target: str, read: Read[T], deadline: float) -> T:
        if not self._circuit.is_untroubled:
            await self._circuit.enter()
        began = self._clock.monotonic()
        outcome = "cancelled"
        try:
            response, started = await self._send(target, deadline)
            outcome = str(response.status_code)
        except TryFailed as failed:
            outcome = failed.failure.reason
            raise
        except KoreError as error:
            outcome = error.kind
            raise
        finally:
            if not self._circuit.is_untroubled:
                self._circuit.end_probe()
            self._observer.asked(endpoint, outcome, self._clock.monotonic() - began)
        if response.status_code != httpx.codes.OK:
            raise self._failure(response, started)
        self._limiter.accepted()
        if not self._circuit.is_untroubled:
            self._record(started, answered=True)
        try:
            return read(response.content)
        except NotJson as error:
            raise TryFailed(Failure("not-json"), KoreBadAnswer()) from error

    async def _send(self, target: str, deadline: float) -> tuple[HttpResponse, float]:
        """Send it once it is admitted; return the response and when that was."""
        started = self._limiter.acquire_now()
        if started is None:
            started = await self._admitted(deadline)
        try:
            async with asyncio.timeout(deadline - started):
                return await self._http.get(target), started
        except (TimeoutError, httpx.HTTPError, KoreUnavailable, KoreBadAnswer) as error:
            self._record(started, answered=False)
            raise _no_response(error) from error
        except KoreDenied:
            self._record(started, answered=True)
            raise
        finally:
            self._limiter.release()

    async def _admitted(self, deadline: float) -> float:
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                return await self._limiter.acquire()
        except TimeoutError as error:
            raise KoreRateLimited from error

    def _record(self, started: float, *, answered: bool) -> None:
        """Tell the circuit breaker, and say when it opens or closes."""
        was_open = self._circuit.is_open
        if answered:
            self._circuit.succeeded()
        else:
            self._circuit.failed(started)
        if self._circuit.is_open != was_open:
            log.warning("kore-back" if was_open else "kore-down")
            self._observer.circuit(is_open=not was_open)

    def _failure(self, response: HttpResponse, started: float) -> Exception:
        """Record a status other than 200; return what to raise for it."""
        status = response.status_code
        wait = read_retry_after(response.headers.get("retry-after"), self._clock.now())
        if status == TOO_MANY:
            self._limiter.rate_limited(started, wait)
        else:
            self._limiter.accepted()
        self._record(started, answered=status < httpx.codes.INTERNAL_SERVER_ERROR)
        error, failure = as_error(response), Failure(str(status), status, wait)
        return TryFailed(failure, error) if failure.may_be_retried else error


def _no_response(error: Exception) -> TryFailed:
    """Return the failure of a request without a usable response."""
    if isinstance(error, KoreError):
        return TryFailed(Failure(type(error).__name__, error.status), error)
    return TryFailed(Failure(type(error).__name__), KoreUnavailable())


_ERRORS: dict[int, type[KoreError]] = {
    401: KoreDenied,
    403: KoreDenied,
    404: KoreNotFound,
    429: KoreRateLimited,
}


def as_error(response: HttpResponse) -> KoreError:
    """Return the error that a status stands for; KORE's own text goes to the log only."""
    status = response.status_code
    log.info("kore-refused", extra={"status": status, "said": _description(response)})
    if status in _ERRORS:
        return _ERRORS[status](status=status)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return KoreUnavailable(status=status)
    return (KoreBadRequest if status >= httpx.codes.BAD_REQUEST else KoreBadAnswer)(status=status)


def _description(response: HttpResponse) -> str:
    """Return the text of an error in one of KORE's three shapes: envelope, OAuth's, gateway's."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "not JSON"
    if not isinstance(body, dict):
        return "not an object"
    keys = ("code", "message", "error", "error_description")
    return " ".join(str(body[key])[:200] for key in keys if body.get(key))
