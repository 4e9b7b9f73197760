"""What the stand-in can do wrong; nothing of it happens by itself."""

from bot.clock import Clock
from bot.struct import Struct, field


class Fault(Struct):
    """One way to answer wrongly, for the next `times` requests whose path contains `path`.

    A `$` stands for the path's end.

    `times` None is until further notice. `status` and `body` stand in for the real answer;
    `delay` waits before it, in seconds; `cut` sends that many bytes of it and breaks off; `pause`
    waits that many seconds before each quarter of its body; `hang` never answers;
    `next_page_origin` is put in place of our own in `next_page_url`.
    """

    path: str = ""
    times: int | None = 1
    status: int | None = None
    body: str = ""
    base64: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    retry_after: str | None = None
    delay: float = 0.0
    cut: int | None = None
    pause: float | None = None
    parts: int = 4
    hang: bool = False
    next_page_origin: str | None = None


class RateLimit:
    """Lets `rate` requests a second through, and `burst` at once after a rest."""

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self._clock = clock
        self.rate = rate
        self._burst = burst
        self._left = burst
        self._last = clock.monotonic()

    def refuses(self) -> bool:
        """Count one request; say whether it is one too many."""
        now = self._clock.monotonic()
        self._left = min(self._burst, self._left + (now - self._last) * self.rate)
        self._last = now
        if self._left < 1:
            return True
        self._left -= 1
        return False


class Faults:
    """The faults that wait for their request, the latency of all answers, and the rate limit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[Fault, int | None]] = []
        self._limit: RateLimit | None = None
        self.latency = 0.0

    @property
    def requests_per_second(self) -> float | None:
        """The rate limit, if there is one."""
        return self._limit.rate if self._limit else None

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """The faults that have not been used up."""
        return tuple(fault for fault, _ in self._waiting)

    def add(self, *faults: Fault) -> None:
        """Let these happen, in this order."""
        self._waiting.extend((fault, fault.times) for fault in faults)

    def limit(self, rate: float | None, burst: float | None = None) -> None:
        """Response 429 to more than `rate` requests a second; None lifts it.

        `burst` requests may come at once after a rest: by default those of one second.
        """
        self._limit = None if rate is None else RateLimit(self._clock, rate, burst or max(rate, 1))

    def clear(self) -> None:
        """Behave from now on."""
        self._waiting.clear()
        self._limit = None
        self.latency = 0.0

    def take(self, path: str) -> Fault | None:
        """Use up what is wrong with one request: the rate limit, or the first for its path."""
        if self._limit and self._limit.refuses():
            return too_many(retry_after="1")
        for place, (fault, left) in enumerate(self._waiting):
            if fault.path in f"{path}$":
                self._use(place, fault, left)
                return fault
        return None

    def _use(self, place: int, fault: Fault, left: int | None) -> None:
        if left == 1:
            del self._waiting[place]
        elif left is not None:
            self._waiting[place] = (fault, left - 1)


def too_many(path: str = "", *, times: int | None = 1, retry_after: str | None = "1") -> Fault:
    """429; `retry_after` is in seconds or an HTTP date, None leaves it out."""
    body = '{"status":429,"message":"Too Many Requests","code":20429}'
    return Fault(path, times, status=429, body=body, retry_after=retry_after)


def broken(status: int = 503, path: str = "", *, times: int | None = 1) -> Fault:
    """5xx, as a gateway gives it: without KORE's envelope."""
    return Fault(path, times, status=status, body='{"message":"Service Unavailable"}')


def not_json(path: str = "", *, times: int | None = 1) -> Fault:
    """200 with a page meant for people."""
    page = "<html><body><h1>Scheduled maintenance</h1></body></html>"
    return Fault(path, times, status=200, body=page, content_type="text/html")


def truncated(path: str = "", *, keep: int = 20, times: int | None = 1) -> Fault:
    """Break off after `keep` bytes of the body. Only a real socket can show it."""
    return Fault(path, times, cut=keep)


def slow_body(
    path: str = "", *, pause: float = 1.0, parts: int = 4, times: int | None = 1
) -> Fault:
    """Send the body in so many parts with a pause of some seconds before each."""
    return Fault(path, times, pause=pause, parts=parts)


def late(seconds: float, path: str = "", *, times: int | None = 1) -> Fault:
    """Response rightly, but only after some seconds."""
    return Fault(path, times, delay=seconds)


def hang(path: str = "", *, times: int | None = 1) -> Fault:
    """Take the request and never answer."""
    return Fault(path, times, hang=True)


def foreign_next_page(origin: str, path: str = "", *, times: int | None = 1) -> Fault:
    """Let `next_page_url` lead to another host."""
    return Fault(path, times, next_page_origin=origin)
