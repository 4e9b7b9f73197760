"""When cron lines fire in a time zone; pure.

A line names times of day, and each comes once a day whatever the clocks do: one that they skip
comes at the moment when they go on, one that they show twice comes the first time. Only a line
whose hour is a plain `*` follows the hours that pass: 23 or 25 on such a day.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

FIELDS = 5


def due_times(lines: Iterable[str], zone: str, after: float) -> Iterator[float]:
    """Return the moments, in epoch seconds, at which any of the lines fires after `after`.

    Each is later than the one before; a line that never comes ends. Raises ValueError in words.
    """
    tz = _zone(zone)
    last = after
    for due in heapq.merge(*(_fires(line, tz, after) for line in lines)):
        # two lines fire together; and cronsim comes back to 02:30 from the second 02:10 of a night
        if due > last:
            last = due
            yield due


def _fires(line: str, tz: ZoneInfo, after: float) -> Iterator[float]:
    fields = line.split()
    if len(fields) != FIELDS:
        raise ValueError(f"A cron line has five fields, not {len(fields)}.")
    minute, hour, *days = fields
    start = datetime.fromtimestamp(after, tz)
    try:
        if hour != "*":
            # any other star would mean to cronsim that time passes
            hour, minute = hour.replace("*", "0-23"), minute.replace("*", "0-59")
            return (due.timestamp() for due in CronSim(" ".join((minute, hour, *days)), start))
        # left to look for a minute, it misses one where the clocks move by half an hour
        minutes = CronSim(line, start).minutes
        each = CronSim(" ".join(("*", hour, *days)), start)
        return (due.timestamp() for due in each if due.minute in minutes)
    except CronSimError as error:
        raise ValueError(f"That is not a cron line: {str(error).lower()}.") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("There is no time zone of that name.") from error
