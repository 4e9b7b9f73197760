"""The days that a picture shows, in the reader's zone: its ends, its weekends, its labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
SATURDAY = 5
_DAILY, _THIRDS = 12, 20  # up to so many days each gets a label, or each third, else each Monday
_EVERY_HOURS = {1: 3, 2: 6, 3: 6}


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment of the axis; `label` is "" where only a small line marks it."""

    moment: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    """The last `days` (1 or more) before `now`, told in `zone`."""

    now: datetime
    days: int = 30
    zone: tzinfo = UTC

    @property
    def begin(self) -> datetime:
        """When the window opens."""
        return self.now - self.days * DAY

    @property
    def words(self) -> str:
        """Say from when to when, and in which zone's time."""
        begin, now = (moment.astimezone(self.zone) for moment in (self.begin, self.now))
        first = f"{_day(begin)} {begin.year} {begin:%H:%M}"
        return f"{first} – {_day(now)} {now.year} {now:%H:%M} {self.zone_name}"

    @property
    def zone_name(self) -> str:
        """Name the zone: `UTC`, `Europe/Berlin`."""
        named: str | None = getattr(self.zone, "key", None)
        return named or self.now.astimezone(self.zone).tzname() or "local time"

    def midnights(self) -> Iterator[datetime]:
        """Give each midnight of the zone from the one before the window to the one after it."""
        day = self.begin.astimezone(self.zone).date()
        for number in range(self.days + 2):
            yield self._at(day + number * DAY)

    def weekends(self) -> Iterator[tuple[datetime, datetime]]:
        """Give each Saturday and Sunday, from midnight to midnight; they may stick out."""
        for midnight in self.midnights():
            if midnight.weekday() >= SATURDAY:
                yield midnight, self._at(midnight.date() + DAY)

    def ticks(self) -> Iterator[Tick]:
        """Give the marks of the axis inside the window, oldest first."""
        for moment in self._marked():
            if self.begin <= moment <= self.now:
                yield Tick(moment, self._label(moment))

    def _marked(self) -> Iterator[datetime]:
        hours = range(0, 24, _EVERY_HOURS.get(self.days, 24))
        for midnight in self.midnights():
            yield from (self._at(midnight.date(), hour) for hour in hours)

    def _label(self, moment: datetime) -> str:
        if moment.hour:
            return f"{moment:%H:%M}"
        if self.days <= _DAILY:
            return f"{moment:%a} {moment.day}"
        is_third = self.days <= _THIRDS and moment.toordinal() % 3 == 0
        is_monday = self.days > _THIRDS and moment.weekday() == 0
        return f"{moment:%a} {_day(moment)}" if is_third or is_monday else ""

    def _at(self, day: date, hour: int = 0) -> datetime:
        return datetime.combine(day, time(hour), self.zone)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"
