"""A digest's schedule: cron lines, their words, quiet hours, next run and time zones. Pure.

Each fixed time comes once a day whatever the clocks do: on the day on which they skip it, at the
next time that there is; on the day on which they show it twice, at the first. Only "every hour"
follows the hours that pass.
"""

import difflib
import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from bot.clock import due_times
from bot.struct import Struct

HOURS = (1, 2, 3, 4, 6, 8, 12)
"""Those that divide a day, so that the times are the same every day."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
EXAMPLE = "`0 9 * * 1` is Mondays at 09:00"
_FIELDS = 5
_LONGEST = 100
_MINUTES_A_DAY = 24 * 60
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)  # any day: only the fields of the line are read
_LEAP_YEARS = 4 * 366


class Frequency(StrEnum):
    """The kinds of schedule."""

    HOURS = "hours"
    DAY = "day"
    WEEKDAY = "weekday"
    WEEK = "week"
    CRON = "cron"


class DigestSchedule(Struct):
    """How often a digest comes; `frequency` says which of the other fields count.

    `hours` is one of HOURS, from midnight on; `at` is a time of day to the minute, in the zone of
    the subscription; `day` is 0 for Monday; `line` is a cron line that `cron_line` has read.
    """

    frequency: Frequency
    hours: int = 1
    at: time = time(9)
    day: int = 0
    line: str = ""

    @property
    def cron(self) -> str:
        """The cron line: minute, hour, day of month, month, day of week."""
        at = f"{self.at.minute} {self.at.hour}"
        if self.frequency is Frequency.CRON:
            return self.line
        if self.frequency is Frequency.HOURS:
            every = "*" if self.hours == 1 else ",".join(map(str, range(0, 24, self.hours)))
            return f"0 {every} * * *"
        days = {Frequency.DAY: "*", Frequency.WEEKDAY: "1-5", Frequency.WEEK: str(self.day + 1)}
        return f"{at} * * {days[self.frequency]}"

    @property
    def words(self) -> str:
        """How people say it, without the zone: `weekdays at 09:00`."""
        at = f"at {self.at:%H:%M}"
        if self.frequency is Frequency.CRON:
            return f"by cron {self.line} ({cron_words(self.line)})"
        if self.frequency is Frequency.HOURS:
            return "every hour" if self.hours == 1 else f"every {self.hours} hours"
        days = {Frequency.DAY: "daily", Frequency.WEEKDAY: "on weekdays"}
        return f"{days.get(self.frequency, f'on {DAYS[self.day]}s')} {at}"

    def to_json(self) -> dict[str, object]:
        """Return what is stored."""
        fields: dict[str, dict[str, object]] = {
            Frequency.HOURS: {"hours": self.hours},
            Frequency.DAY: {"at": f"{self.at:%H:%M}"},
            Frequency.WEEKDAY: {"at": f"{self.at:%H:%M}"},
            Frequency.WEEK: {"at": f"{self.at:%H:%M}", "day": self.day},
            Frequency.CRON: {"line": self.line},
        }
        return {"every": self.frequency.value} | fields[self.frequency]

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> Self:
        """Read what `to_json` gave. Raises ValueError or KeyError on anything else."""
        usual = cls(Frequency(str(stored["every"])))
        return cls(
            usual.frequency,
            hours=int(str(stored.get("hours", usual.hours))),
            at=time.fromisoformat(str(stored.get("at", f"{usual.at:%H:%M}"))),
            day=int(str(stored.get("day", usual.day))),
            line=str(stored.get("line", "")),
        )


def cron_line(text: str) -> str:
    """Return a cron line of five fields, normalized. Raises ValueError with a sentence."""
    line = " ".join(text.upper().split())
    if why := _fault(line):
        raise ValueError(
            f"That is not a cron line: {why}. Write minute, hour, day of the month, month and day "
            f"of the week; {EXAMPLE}."
        )
    return line


_NOT_IN_CRON = {
    "bad minute": "the minute must be 0 to 59",
    "bad hour": "the hour must be 0 to 23",
    "bad day-of-month": "there is no such day of the month",
    "bad month": "the month must be 1 to 12, or JAN to DEC",
    "bad day-of-week": "the day of the week must be 0 to 7, or SUN to SAT",
}


def _fault(line: str) -> str | None:
    fields = len(line.split())
    if fields != _FIELDS:
        return f"it has {fields or 'no'} field{'' if fields == 1 else 's'}, not {_FIELDS}"
    if len(line) > _LONGEST:
        return f"it is longer than {_LONGEST} characters"
    try:
        next(CronSim(line, _NOON))
    except CronSimError as error:
        return _NOT_IN_CRON.get(str(error).lower(), str(error).lower())
    except StopIteration:
        return "that day never comes"
    return None


def cron_words(line: str) -> str:
    """Say a cron line in English."""
    words = CronSim(line, _NOON).explain()
    return words[:1].lower() + words[1:]


def shortest_gap(line: str) -> timedelta:
    """Return the shortest time between two runs of a cron line, by the clock on the wall."""
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


_NIGHTS = 100  # passed over before it is said that every run is in the quiet hours


class QuietHours(Struct):
    """From one time of day until before another, over midnight where the second is the earlier."""

    start: time
    end: time

    def cover(self, moment: datetime) -> bool:
        """Return whether a moment, in the zone meant, lies in them."""
        at = moment.time()
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end

    @property
    def words(self) -> str:
        """How people say it: `22:00 to 07:00`."""
        return f"{self.start:%H:%M} to {self.end:%H:%M}"

    def to_json(self) -> list[str]:
        """Return what is stored."""
        return [f"{self.start:%H:%M}", f"{self.end:%H:%M}"]

    @classmethod
    def from_json(cls, stored: list[str]) -> Self:
        """Read what `to_json` gave. Raises ValueError on anything else."""
        start, end = stored
        return cls(time.fromisoformat(start), time.fromisoformat(end))


def next_due(cron: str, zone: str, quiet: QuietHours | None, after: datetime) -> datetime | None:
    """Return the first time outside the quiet hours, in UTC; None where there is none."""
    place = ZoneInfo(zone)
    for _ in range(_NIGHTS):
        moment = next(due_times([cron], zone, after.timestamp()), None)
        if moment is None:
            return None
        due = datetime.fromtimestamp(moment, place)
        if quiet is None or not quiet.cover(due):
            return due.astimezone(UTC)
        after = _before_end(quiet, due)
    return None


def _before_end(quiet: QuietHours, due: datetime) -> datetime:
    """Return the last second of the quiet hours in which it is due."""
    day = due.date() if due.time() < quiet.end else due.date() + timedelta(days=1)
    end = datetime.combine(day, quiet.end, tzinfo=due.tzinfo)
    return max(due, end - timedelta(seconds=1))


def clock_changes(cron: str, zone: str, after: datetime) -> tuple[str, ...]:
    """Say which of its times the clocks skip or show twice in the next year, a sentence each."""
    place = ZoneInfo(zone)
    today = after.astimezone(place).date()
    days = (today + timedelta(days=n) for n in range(367))
    moved = [day for day, after in pairwise(days) if _offset(day, place) != _offset(after, place)]
    found = (_change(datetime.combine(day, at, place)) for day in moved for at in _times(cron, day))
    return tuple(sentence for sentence in found if sentence)


def _change(due: datetime) -> str | None:
    there = due.astimezone(UTC).astimezone(due.tzinfo)
    if there.time() != due.time():
        return f"On {due:%Y-%m-%d} the clocks skip {due:%H:%M}; it comes right after."
    if due.utcoffset() != due.replace(fold=1).utcoffset():
        return f"On {due:%Y-%m-%d} the clocks show {due:%H:%M} twice; it comes the first time."
    return None


def _times(cron: str, day: date) -> list[time]:
    """Return the fixed times of a line on a day; a line of every hour has none."""
    sim = CronSim(cron, datetime.combine(day, time(), UTC))
    follows_hours = cron.split()[1] == "*"
    if follows_hours or not _fires(sim, day):
        return []
    return [time(hour, minute) for hour in sorted(sim.hours) for minute in sorted(sim.minutes)]


def _offset(day: date, place: ZoneInfo) -> timedelta | None:
    return datetime.combine(day, time(), place).utcoffset()


OFFERED = 30
_ALIKE = 0.87  # EST is not near CEST
COMMON = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
)
"""What is offered before anything is typed."""
_PLACELESS = ("Etc/", "SystemV/", "US/")


@cache
def all_zones() -> tuple[str, ...]:
    """Return every zone's name; zoneinfo's own list walks the disk for 50 ms."""
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return tuple(sorted(names, key=lambda name: (name.startswith(_PLACELESS), name)))


def zone_named(text: str) -> str:
    """Return a zone as IANA spells it. Raises ValueError with what to write instead."""
    spelt = {_key(name): name for name in all_zones()}
    if name := spelt.get(_key(text)):
        return name
    alike = () if _OFFSET.fullmatch(_key(text)) else _alike(text, spelt)
    near = (zones_like(text) if text.strip() else ()) or alike
    hint = f"Did you mean {near[0]}?" if near else "Write it as Europe/Berlin or UTC."
    raise ValueError(f"I know no time zone of that name. {hint}")


def _alike(text: str, spelt: dict[str, str]) -> tuple[str, ...]:
    return tuple(spelt[one] for one in difflib.get_close_matches(_key(text), spelt, 1, _ALIKE))


_INVERTED = re.compile(r"Etc/GMT[+-].+")  # Etc/GMT+2 is UTC-02:00
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-]) ?([0-9]{1,2})(?::?([0-5][0-9]))?")


def zones_like(text: str) -> tuple[str, ...]:
    """Return the zones in whose names the text stands, those that begin with it first."""
    wanted = _key(text)
    found = [n for n in all_zones() if wanted in _key(n) and not _INVERTED.fullmatch(n)]
    return tuple(sorted(found, key=lambda name: _place(name, wanted)))[:OFFERED]


def zone_choices(text: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return zones to choose from, each with its label: the name, and its offset from UTC now."""
    at = _OFFSET.fullmatch(_key(text))
    names = _zones_at(at, now) if at else zones_like(text) if text.strip() else COMMON
    return tuple(
        (name, f"{name} ({_utc_offset(now.astimezone(ZoneInfo(name)))})") for name in names
    )


def _zones_at(offset: re.Match[str], now: datetime) -> tuple[str, ...]:
    """Return the zones that are so far from UTC now, the common ones first."""
    sign, hours, minutes = offset.groups(default="00")
    wanted = f"UTC{sign}{hours:0>2}:{minutes}"
    names = (*COMMON, *(name for name in all_zones() if "/" in name))
    found = (name for name in names if _utc_offset(now.astimezone(ZoneInfo(name))) == wanted)
    return tuple(dict.fromkeys(name for name in found if not name.startswith(_PLACELESS)))[:OFFERED]


def _utc_offset(moment: datetime) -> str:
    digits = f"{moment:%z}"
    return f"UTC{digits[:3]}:{digits[3:5]}"


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()


def _place(name: str, wanted: str) -> tuple[bool, bool]:
    city = _key(name).rpartition("/")[2]
    return (not city.startswith(wanted), name.startswith(_PLACELESS))
