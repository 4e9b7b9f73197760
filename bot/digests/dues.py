"""When a digest is due: the times of its cron line, without its quiet hours. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim

from bot.store.cron import dues

_NIGHTS = 100  # passed over before it is said that every run is in the quiet hours


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day until before another, over midnight where the second is the earlier."""

    start: time
    end: time

    def cover(self, moment: datetime) -> bool:
        """Tell whether a moment, in the zone meant, lies in them."""
        at = moment.time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    @property
    def words(self) -> str:
        """How people say it: `22:00 to 07:00`."""
        return f"{self.start:%H:%M} to {self.end:%H:%M}"

    def to_json(self) -> list[str]:
        """Give what is stored."""
        return [f"{self.start:%H:%M}", f"{self.end:%H:%M}"]

    @classmethod
    def from_json(cls, stored: list[str]) -> Self:
        """Read what `to_json` gave. Raises ValueError on anything else."""
        start, end = stored
        return cls(time.fromisoformat(start), time.fromisoformat(end))


def next_due(cron: str, zone: str, quiet: QuietHours | None, after: datetime) -> datetime | None:
    """Give the first time outside the quiet hours, in UTC; None where there is none."""
    place = ZoneInfo(zone)
    for _ in range(_NIGHTS):
        moment = next(dues([cron], zone, after.timestamp()), None)
        if moment is None:
            return None
        due = datetime.fromtimestamp(moment, place)
        if quiet is None or not quiet.cover(due):
            return due.astimezone(UTC)
        after = _before_end(quiet, due)
    return None


def _before_end(quiet: QuietHours, due: datetime) -> datetime:
    """Give the last second of the quiet hours in which it is due."""
    day = due.date() if due.time() < quiet.end else due.date() + timedelta(days=1)
    end = datetime.combine(day, quiet.end, tzinfo=due.tzinfo)
    return max(due, end - timedelta(seconds=1))


def clock_changes(cron: str, zone: str, after: datetime, days: int = 366) -> tuple[str, ...]:
    """Say which of its times the clocks skip or show twice in the next `days`, a sentence each."""
    place = ZoneInfo(zone)
    today = after.astimezone(place).date()
    moved = [day for day in _days(today, days) if _offset(day, place) != _offset(_next(day), place)]
    told = (_change(datetime.combine(day, at, place)) for day in moved for at in _times(cron, day))
    return tuple(sentence for sentence in told if sentence)


def _change(due: datetime) -> str | None:
    there = due.astimezone(UTC).astimezone(due.tzinfo)
    if there.time() != due.time():
        return f"On {due:%Y-%m-%d} the clocks skip {due:%H:%M}; it comes when they go on."
    if due.utcoffset() != due.replace(fold=1).utcoffset():
        return f"On {due:%Y-%m-%d} the clocks show {due:%H:%M} twice; it comes at the first."
    return None


def _times(cron: str, day: date) -> list[time]:
    """Give the fixed times of a line on a day; a line of every hour has none."""
    sim = CronSim(cron, datetime.combine(day, time(), UTC))
    follows_hours = cron.split()[1] == "*"
    if follows_hours or day.month not in sim.months or not sim.match_day(day):
        return []
    return [time(hour, minute) for hour in sorted(sim.hours) for minute in sorted(sim.minutes)]


def _days(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range(count))


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _offset(day: date, place: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), place).utcoffset()
