"""How often a digest comes: the choices people have, as cron lines and as words. Pure.

Each fixed time comes once a day whatever the clocks do: on the day on which they skip it, at the
next time that there is; on the day on which they show it twice, at the first. Only "every hour"
follows the hours that pass.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self

from cronsim import CronSim, CronSimError

HOURS = (1, 2, 3, 4, 6, 8, 12)
"""Those that divide a day, so that the times are the same every day."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EXAMPLE = "`0 9 * * 1` is Mondays at 09:00"
_FIELDS = 5
_LONGEST = 100
_MINUTES_A_DAY = 24 * 60
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)  # any day: only the fields of the line are read
_LEAP_YEARS = 4 * 366


class Every(StrEnum):
    """The kinds of cadence."""

    HOURS = "hours"
    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    CRON = "cron"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Which of the other fields count, `every` says.

    `hours` is one of HOURS, from midnight on; `at` is a time of day to the minute, in the zone of
    the subscription; `day` is 0 for Monday; `line` is a cron line that `cron_line` has read.
    """

    every: Every
    hours: int = 1
    at: time = time(9)
    day: int = 0
    line: str = ""

    @property
    def cron(self) -> str:
        """The cron line: minute, hour, day of month, month, day of week."""
        at = f"{self.at.minute} {self.at.hour}"
        if self.every is Every.CRON:
            return self.line
        if self.every is Every.HOURS:
            return f"0 {_hours(self.hours)} * * *"
        days = {Every.DAY: "*", Every.WEEKDAY: "1-5", Every.WEEK: str(self.day + 1)}
        return f"{at} * * {days[self.every]}"

    @property
    def words(self) -> str:
        """How people say it, without the zone: `weekdays at 09:00`."""
        at = f"at {self.at:%H:%M}"
        if self.every is Every.CRON:
            return f"by cron {self.line} ({explained(self.line)})"
        if self.every is Every.HOURS:
            return "every hour" if self.hours == 1 else f"every {self.hours} hours"
        days = {Every.DAY: "daily", Every.WEEKDAY: "on weekdays"}
        return f"{days.get(self.every, f'on {DAYS[self.day]}s')} {at}"

    def to_json(self) -> dict[str, object]:
        """Give what is stored."""
        told: dict[str, dict[str, object]] = {
            Every.HOURS: {"hours": self.hours},
            Every.DAY: {"at": f"{self.at:%H:%M}"},
            Every.WEEKDAY: {"at": f"{self.at:%H:%M}"},
            Every.WEEK: {"at": f"{self.at:%H:%M}", "day": self.day},
            Every.CRON: {"line": self.line},
        }
        return {"every": self.every.value} | told[self.every]

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> Self:
        """Read what `to_json` gave. Raises ValueError or KeyError on anything else."""
        usual = cls(Every(str(stored["every"])))
        return cls(
            usual.every,
            hours=int(str(stored.get("hours", usual.hours))),
            at=time.fromisoformat(str(stored.get("at", f"{usual.at:%H:%M}"))),
            day=int(str(stored.get("day", usual.day))),
            line=str(stored.get("line", "")),
        )


def cron_line(text: str) -> str:
    """Check a cron line of five fields and give it plainly written. Raises ValueError, in words."""
    line = " ".join(text.upper().split())
    if why := _fault(line):
        raise ValueError(
            f"That is no cron line: {why}. Write minute, hour, day of the month, month and day of "
            f"the week; {EXAMPLE}."
        )
    return line


def _fault(line: str) -> str | None:
    fields = len(line.split())
    if fields != _FIELDS:
        return f"it has {fields} fields, not {_FIELDS}"
    if len(line) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    try:
        next(CronSim(line, _NOON))
    except CronSimError as error:
        return str(error).lower()
    except StopIteration:
        return "that day never comes"
    return None


def explained(line: str) -> str:
    """Say a cron line in English."""
    words = CronSim(line, _NOON).explain()
    return words[:1].lower() + words[1:]


def shortest_gap(line: str) -> timedelta:
    """Give the shortest time between two runs of a cron line, by the clock on the wall."""
    sim = CronSim(line, _NOON)
    runs = sorted(60 * hour + minute for hour in sim.hours for minute in sim.minutes)
    gaps = [later - earlier for earlier, later in pairwise(runs)]
    over_midnight = _MINUTES_A_DAY - runs[-1] + runs[0]
    if not gaps or over_midnight < min(gaps):
        gaps.append(over_midnight + _MINUTES_A_DAY * _days_between(sim))
    return timedelta(minutes=min(gaps))


def _days_between(sim: CronSim) -> int:
    """Count the fewest days without a run between two days with one."""
    first = _NOON.date()
    ahead = (first + timedelta(days=n) for n in range(2 * _LEAP_YEARS))
    fired = [day for day in ahead if _fires(sim, day)]
    gaps = ((later - day).days for day, later in pairwise(fired))
    return min(gaps, default=_LEAP_YEARS) - 1


def _fires(sim: CronSim, day: date) -> bool:
    return day.month in sim.months and sim.match_day(day)


def _hours(step: int) -> str:
    return "*" if step == 1 else ",".join(map(str, range(0, 24, step)))
