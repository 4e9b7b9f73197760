"""The periods that a request about usage covers: Start, End and Granularity."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.emulators.kore.cards import moment_of
from bot.emulators.kore.http import ApiError, Request
from bot.emulators.kore.usage import Span

_STEPS = {"all": None, "hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Periods:
    """From `start` to `end`, cut at full hours or days (UTC), or whole where `step` is None."""

    start: datetime
    end: datetime
    step: timedelta | None

    def __len__(self) -> int:
        return 1 if self.step is None else -(-(self.end - self._first) // self.step)

    def __getitem__(self, place: int) -> Span:
        if self.step is None:
            return self.start, self.end
        begin = self._first + place * self.step
        return max(begin, self.start), min(begin + self.step, self.end)

    @property
    def _first(self) -> datetime:
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        return hour.replace(hour=0) if self.step == _STEPS["daily"] else hour


def periods_of(request: Request, now: datetime) -> Periods:
    """Read a request. By default End is now, Start a month before End, Granularity all.

    Raises ApiError with 33101.
    """
    end = _moment(request, "End") or now
    start = _moment(request, "Start") or end - _MONTH
    granularity = request.params.get("Granularity", "all")
    if granularity not in _STEPS:
        raise _bad("Granularity")
    if start > end:
        raise _bad("Start")
    return Periods(start, end, _STEPS[granularity])


def _moment(request: Request, name: str) -> datetime | None:
    text = request.params.get(name)
    moment = moment_of(text)
    if text is not None and moment is None:
        raise _bad(name)
    return moment


def _bad(name: str) -> ApiError:
    return ApiError(400, 33101, f"Invalid parameter value: {name}")
