"""One question to KORE, asked until it is answered or given up: limits, circuit, retries.

Asks, waits and counts; what is retried and when stands in retry.py.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol, TypeVar

import httpx

from bot.backoff import Backoff
from bot.clock import Clock
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
from bot.kore.limits import CircuitBreaker
from bot.kore.observer import Observer

RETRIED = frozenset({429, 500, 502, 503, 504})
BACKOFF = Backoff(first=0.2, longest=2.0, jitter=0.5)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try failed: an HTTP status, or the name of an error; `retry_after` in seconds."""

    reason: str
    status: int | None = None
    retry_after: float | None = None

    @property
    def may_be_retried(self) -> bool:
        """Everything that was not KORE's considered answer."""
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
            asked = min(failure.retry_after, self.longest_retry_after)
            seconds = max(seconds, asked) + self.backoff.first * self.backoff.chance()
        return seconds if spent + seconds < self.budget else None


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Read `Retry-After`, given as seconds or as a date; None where it is absent or unreadable."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


T = TypeVar("T")
log = logging.getLogger(__name__)
TOO_MANY = httpx.codes.TOO_MANY_REQUESTS


class ConcurrencyLimiter(Protocol):
    """Hands out places to ask; `started` is the moment that it gave."""

    def acquire_now(self) -> float | None:
        """Take a place without waiting; None where there is none."""

    async def acquire(self) -> float:
        """Wait for a place."""

    def release(self) -> None:
        """Return the place back."""

    def accepted(self) -> None:
        """Note an answer that was not a 429."""

    def refused(self, started: float, retry_after: float | None) -> None:
        """Note a 429."""


class NotJson(Exception):
    """A body that cannot be read whole: cut off, or no JSON."""


class TryFailed(Exception):
    """One try that may be worth another; `error` is what the asker gets when none is left."""

    def __init__(self, failure: Failure, error: KoreError) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.error = error


class Requester:
    """Asks for one URL after another on behalf of the client; shared by all of one account."""

    def __init__(  # noqa: PLR0913 -- collaborators
        self,
        wire: HttpClient,
        *,
        policy: RetryPolicy,
        limiter: ConcurrencyLimiter,
        circuit: CircuitBreaker,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self._wire = wire
        self._policy = policy
        self._limiter = limiter
        self._circuit = circuit
        self._clock = clock
        self._observer = observer

    async def get(self, endpoint: str, path: str, query: bytes, read: Callable[[bytes], T]) -> T:
        """Ask for path and query (already encoded) and read the body; NotJson is tried again.

        `endpoint` names the question in metrics. Raises KoreErrors only.
        """
        began = self._clock.monotonic()
        tried = 0
        while True:
            tried += 1
            spent = self._clock.monotonic() - began
            try:
                return await self._try(endpoint, path, query, read, self._policy.budget - spent)
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
        await self._wire.aclose()

    async def _try(
        self, endpoint: str, path: str, query: bytes, read: Callable[[bytes], T], seconds: float
    ) -> T:
        await self._circuit.enter()
        began = self._clock.monotonic()
        outcome = "cancelled"
        try:
            answer, started = await self._ask(path, query, began + seconds)
            outcome = str(answer.status_code)
        except TryFailed as failed:
            outcome = failed.failure.reason
            raise
        except KoreError as error:
            outcome = error.kind
            raise
        finally:
            self._circuit.let_go()
            self._observer.asked(endpoint, outcome, self._clock.monotonic() - began)
        return self._take(answer, started, read)

    async def _ask(self, path: str, query: bytes, deadline: float) -> tuple[HttpResponse, float]:
        target = f"{path}?{query.decode()}" if query else path
        started = await self._place(deadline)
        try:
            async with asyncio.timeout(deadline - started):
                return await self._wire.get(target), started
        except (TimeoutError, httpx.HTTPError, KoreUnavailable, KoreBadAnswer) as error:
            self._note(started, answered=False)
            raise _no_answer(error) from error
        except KoreDenied:
            self._note(started, answered=True)
            raise
        finally:
            self._limiter.release()

    async def _place(self, deadline: float) -> float:
        started = self._limiter.acquire_now()
        if started is not None:
            return started
        try:
            async with asyncio.timeout(deadline - self._clock.monotonic()):
                return await self._limiter.acquire()
        except TimeoutError as error:
            raise KoreRateLimited from error

    def _note(self, asked: float, *, answered: bool) -> None:
        was_open = self._circuit.is_open
        if answered:
            self._circuit.answered()
        else:
            self._circuit.failed(asked)
        if self._circuit.is_open != was_open:
            log.warning("kore-back" if was_open else "kore-down")
            self._observer.circuit(is_open=not was_open)

    def _take(self, answer: HttpResponse, started: float, read: Callable[[bytes], T]) -> T:
        status = answer.status_code
        wait = retry_after(answer.headers, self._clock.now()) if status != httpx.codes.OK else None
        if status == TOO_MANY:
            self._limiter.refused(started, wait)
        else:
            self._limiter.accepted()
        self._note(started, answered=status < httpx.codes.INTERNAL_SERVER_ERROR)
        if status == httpx.codes.OK:
            return _readable(answer, read)
        error = as_error(answer)
        failure = Failure(str(status), status, wait)
        if failure.may_be_retried:
            raise TryFailed(failure, error)
        raise error


def _readable(answer: HttpResponse, read: Callable[[bytes], T]) -> T:
    try:
        return read(answer.content)
    except NotJson as error:
        raise TryFailed(Failure("not-json"), KoreBadAnswer()) from error


def _no_answer(error: Exception) -> TryFailed:
    """Say that nothing usable came back over the wire."""
    status = error.status if isinstance(error, KoreError) else None
    failure = Failure(type(error).__name__, status)
    if isinstance(error, KoreError):
        return TryFailed(failure, error)
    return TryFailed(failure, KoreUnavailable())


_ERRORS: dict[int, type[KoreError]] = {
    401: KoreDenied,
    403: KoreDenied,
    404: KoreNotFound,
    429: KoreRateLimited,
}


def as_error(answer: HttpResponse) -> KoreError:
    """Return the error that a status stands for; KORE's own words go to the log only."""
    status = answer.status_code
    log.info("kore-refused", extra={"status": status, "said": _said(answer)})
    if status in _ERRORS:
        return _ERRORS[status](status=status)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return KoreUnavailable(status=status)
    return (KoreBadRequest if status >= httpx.codes.BAD_REQUEST else KoreBadAnswer)(status=status)


def _said(answer: HttpResponse) -> str:
    """Read one of KORE's three shapes of error: its envelope, OAuth's, the gateway's."""
    try:
        body = json.loads(answer.content)
    except ValueError:
        return "not JSON"
    if not isinstance(body, dict):
        return "not an object"
    keys = ("code", "message", "error", "error_description")
    return " ".join(str(body[key])[:200] for key in keys if body.get(key))
