"""How the SIMs of the generated fleet live: all of them well, each in its own rhythm.

A habit tells the visits of one day. Days are counted from 1970 and times are seconds since then, in
UTC: a visit is the same whenever it is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass

DAY, HOUR, MINUTE = 86_400, 3_600, 60
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection: when, on which of the SIM's networks and cells, and how busy when it ends."""

    start: int
    end: int
    network: int
    cell: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Noise:
    """Numbers that look thrown, and are always the same for the same SIM, day and turn."""

    seed: int

    def pick(self, below: int, *what: int) -> int:
        """Give a number from 0 to before `below`."""
        mixed = self.seed
        for part in what:
            mixed = (mixed ^ (part + 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9 & _MASK
            mixed ^= mixed >> 29
        return (mixed ^ mixed >> 32) % below


def always_on(noise: Noise, day: int) -> Iterator[Visit]:
    """Reconnect once a day, for seconds."""
    start = _renewal(noise, day)
    end = _renewal(noise, day + 1) - 20 - noise.pick(40, day, 1)
    yield Visit(start, end, 0, 0, 2200 + noise.pick(400, day, 2), 2500 + noise.pick(500, day, 3))


def hourly(noise: Noise, day: int) -> Iterator[Visit]:
    """Report for two or three minutes every hour."""
    minute = noise.pick(HOUR, 1)
    for hour in range(24):
        start = day * DAY + hour * HOUR + minute + noise.pick(90, day, hour)
        yield _visit(noise, start, 100 + noise.pick(90, day, hour, 1), packets=14)


def daily(noise: Noise, day: int) -> Iterator[Visit]:
    """Report for some ten minutes, once a day at about the same time."""
    start = day * DAY + noise.pick(DAY, 1) + noise.pick(50 * MINUTE, day)
    yield _visit(noise, start, 5 * MINUTE + noise.pick(10 * MINUTE, day, 1), packets=60)


def weekly_rest(noise: Noise, day: int) -> Iterator[Visit]:
    """Work three shifts of up to three quarters of an hour on five days, and rest for two."""
    if (day + noise.pick(7, 1)) % 7 >= 5:  # noqa: PLR2004 -- five working days
        return
    opening = day * DAY + noise.pick(10 * HOUR, 2)
    for shift in range(3):
        start = opening + shift * 4 * HOUR + noise.pick(20 * MINUTE, day, shift)
        yield _visit(noise, start, 25 * MINUTE + noise.pick(20 * MINUTE, day, shift, 1), packets=90)


def moving(noise: Noise, day: int) -> Iterator[Visit]:
    """Drive by day from cell to cell, some days for a while on a second network."""
    away = range(3, 5) if noise.pick(3, day) == 0 else range(0)
    leaving = day * DAY + noise.pick(8 * HOUR, 1)
    for leg in range(8):
        start = leaving + leg * 100 * MINUTE + noise.pick(5 * MINUTE, day, leg)
        length = 70 * MINUTE + noise.pick(24 * MINUTE, day, leg, 1)
        place = day * 3 + leg // 2
        network = 1 if leg in away else 0
        yield _visit(noise, start, length, packets=150, network=network, cell=place)


HABITS = {
    "gateway": always_on,
    "meter": hourly,
    "tank": daily,
    "kiosk": weekly_rest,
    "van": moving,
}


def _renewal(noise: Noise, day: int) -> int:
    return day * DAY + noise.pick(DAY, 1) + noise.pick(20 * MINUTE, day)


def _visit(  # noqa: PLR0913 -- a visit's own fields
    noise: Noise, start: int, length: int, *, packets: int, network: int = 0, cell: int = 0
) -> Visit:
    """Give a visit of about so many packets: a quarter more or less, a little more down than up."""
    up = packets * 3 // 4 + noise.pick(packets // 2, start)
    return Visit(start, start + length, network, cell, up, up + up // 5 + 1)
