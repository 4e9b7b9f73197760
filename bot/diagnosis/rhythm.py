"""What a SIM usually does: how often it connects, how long it stays away, what is unusual. Pure.

An interval is from the beginning of one contact to the beginning of the next. What happened once or
twice in the window is an outage of the past and not usual; what recurs is, as nights and weekends.
Moments are seconds since 1970, lengths of time are seconds.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from operator import attrgetter
from statistics import median

from bot.struct import Struct

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
WEEK = 7 * DAY
KNOWN_GAPS = 5
"""With fewer gaps the rhythm is unknown."""
SEVERAL_A_DAY = 3
_ONE_ATTACH = 2 * MINUTE
_RECURS = 3  # times
_ALIKE = 0.8
_NEAR_A_WEEK = 3 * HOUR
_ALWAYS_ON = 0.9  # share of the time
_ODD_DAYS = 2  # as many as one or two outages spoil
_WEEKS = 4
_REST_TIMES = 3  # a rest is so many usual intervals
_LEAST_REST = 4 * HOUR
_SAME_HOUR = 1.5 * HOUR
_LONG_REST = 4 * DAY
_MOSTLY = 0.7
_LEAST_KNOWN = 2 * HOUR
_SETTLED = 8 * DAY
_CLEARLY = 1.25
_TOO_SHORT_TO_MATTER = HOUR / 3


class Contact(Struct, gc=False):
    """One attach: a session, or several that ran side by side from within two minutes.

    `sign` is when it ended or was last heard of; `rows` is how many sessions it is. Packets are
    unknown where those of one of them are.
    """

    start: float
    sign: float
    is_open: bool
    up: int | None
    down: int | None
    rows: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether no packet went either way, as far as is known."""
        return self.up == 0 == self.down


start_of: Callable[[Contact], float] = attrgetter("start")


def contacts_of(rows: Iterable[Contact]) -> tuple[Contact, ...]:
    """Put parallel sessions together; `rows` is each by itself, the oldest first."""
    found: list[Contact] = []
    latest = float("-inf")
    for row in rows:
        if row.start - latest <= _ONE_ATTACH:
            last = found[-1]
            if last.is_open or row.start <= last.sign:
                found[-1] = _together(last, row)
                continue
        found.append(row)
        latest = row.start
    return tuple(found)


def _together(one: Contact, row: Contact) -> Contact:
    return Contact(
        one.start,
        max(one.sign, row.sign),
        one.is_open or row.is_open,
        None if one.up is None or row.up is None else one.up + row.up,
        None if one.down is None or row.down is None else one.down + row.down,
        one.rows + 1,
    )


class Rhythm(Struct, dict=True):
    """What the contacts before `now` say, the oldest first. Without slots: readings are kept."""

    contacts: tuple[Contact, ...]
    now: float

    def at(self, now: float) -> "Rhythm":
        """Return what the same contacts say later: no reading that is kept depends on `now`."""
        later = Rhythm(self.contacts, now)
        later.__dict__.update(self.__dict__)
        return later

    @cached_property
    def starts(self) -> list[float]:
        """When each contact began."""
        return [contact.start for contact in self.contacts]

    @cached_property
    def intervals(self) -> list[float]:
        """From the beginning of each contact to that of the next."""
        return [after - before for before, after in pairwise(self.starts)]

    @cached_property
    def is_known(self) -> bool:
        """Whether there are gaps enough to know it, and not all of one or two busy hours."""
        many = len(self.intervals)
        if many < KNOWN_GAPS:
            return False
        if self.typical * (many / 2 - _ODD_DAYS) >= _LEAST_KNOWN:  # as is that of nearly all
            return True
        return sum(sorted(self.intervals)[:-_ODD_DAYS]) >= _LEAST_KNOWN

    def settled(self) -> "Rhythm":
        """Return what it does since it changed its habit for good; itself where it did not.

        It did where no interval of eight days, or no time away, was as long as was typical before.
        """
        if not self.starts or self.starts[0] >= self.starts[-1] - _SETTLED:
            return self
        first = bisect_left(self.starts, self.starts[-1] - _SETTLED)
        if len(self.starts) - first <= KNOWN_GAPS:
            return self
        since = _settled_since(self.intervals, first) or _settled_since(self.gaps[1:], first)
        return Rhythm(self.contacts[since:], self.now) if since else self

    @cached_property
    def typical(self) -> float:
        """The median interval; 0 without any."""
        return median(self.intervals) if self.intervals else 0.0

    @cached_property
    def longest(self) -> float:
        """The longest interval that is usual; where the rhythm is unknown, the longest at all."""
        if not self.is_known:
            return max(self.intervals, default=0.0)
        ranked = sorted(zip(self.intervals, self.starts, strict=False), reverse=True)
        return next(each for each, start in ranked if self._recurs(each, start, ranked))

    def _recurs(self, interval: float, start: float, ranked: Sequence[tuple[float, float]]) -> bool:
        """Return whether there are three like it or longer, or one some whole weeks from it.

        A rest of many days also recurs where it may be running now, begun at the same hour; so do
        two that lie as far apart as the last contact is from the later one, and two that are longer
        by whole days than its rests.
        """
        if ranked[min(_RECURS, len(ranked)) - 1][0] >= interval * _ALIKE:
            return True
        if interval >= _LONG_REST and self._may_run_again(interval, start):
            return True
        others = (other for each, other in ranked[:_RECURS] if each >= interval * _ALIKE)
        apart = [each for other in others if (each := abs(other - start)) > DAY]
        if any(abs(each - round(each / WEEK) * WEEK) <= _NEAR_A_WEEK for each in apart):
            return True
        since = self.starts[-1] - start
        if any(min(abs(since - each), abs(since - 2 * each)) <= _SAME_HOUR for each in apart):
            return True
        return bool(apart) and self._skips_days(interval, ranked[_RECURS - 1][0])

    def _skips_days(self, interval: float, rest: float) -> bool:
        """Return whether it is a rest that recurs, and one day or more on top of it."""
        if interval < DAY or not self._is_rest(rest):
            return False
        return rest / 2 <= interval % DAY <= rest + _SAME_HOUR

    def _may_run_again(self, interval: float, start: float) -> bool:
        """Return whether it worked since for as long as before, and stopped whole weeks later."""
        since = self.starts[-1] - start
        in_phase = abs(since - round(since / WEEK) * WEEK) <= _SAME_HOUR
        return in_phase and start - self.starts[0] <= since - interval + _SAME_HOUR

    @cached_property
    def span(self) -> float:
        """From the first sign of life to the last."""
        return max(self.signs, default=0.0) - self.starts[0] if self.contacts else 0.0

    @property
    def packets_a_day(self) -> float | None:
        """The packets of a usual day; None where no contact tells them."""
        counts = [c.up + c.down for c in self.contacts if c.up is not None and c.down is not None]
        return sum(counts) * DAY / max(DAY, self.span) if counts else None

    @cached_property
    def signs(self) -> list[float]:
        """When each contact ended or was last heard of."""
        return [contact.sign for contact in self.contacts]

    @cached_property
    def is_always_on(self) -> bool:
        """Whether it was connected practically all the time, for a day at least."""
        if self.span < DAY:
            return False
        outages = self.away[: min(_ODD_DAYS, len(self.away) // 4)]
        span = self.span - sum(outages)
        return sum(self.away) - sum(outages) <= (1 - _ALWAYS_ON) * span

    @cached_property
    def gaps(self) -> list[float]:
        """From the end of the contact before each to its beginning; of the first one 0."""
        gaps, last = [], self.starts[0] if self.starts else 0.0
        for start, sign in zip(self.starts, self.signs, strict=True):
            gaps.append(start - last if start > last else 0.0)
            last = sign if sign > last else last  # noqa: FURB136 -- `max` takes thrice as long
        return gaps

    @cached_property
    def away(self) -> list[float]:
        """The gaps, the longest first."""
        return sorted(self.gaps, reverse=True)

    @property
    def longest_away(self) -> float:
        """The longest time between two contacts but for one, which is an outage; 0 with one."""
        return self.away[1] if len(self.away) > 1 else 0.0

    @cached_property
    def is_several_a_day(self) -> bool:
        """Whether it connects at least three times each day, but for one or two odd days.

        A day has them, too, that holds its longest interval and the usual ones beside that, if it
        was away for a day once at most: where its rests lie in a day differs.
        """
        if self.longest > DAY:
            return False
        days = self.counts(self.starts[-1], DAY) if self.starts else []
        odd = sum(count < SEVERAL_A_DAY for count in days)
        has_room = self.longest + (SEVERAL_A_DAY - 1) * self.typical <= DAY + _SAME_HOUR
        if has_room and sum(each > DAY for each in self.intervals) <= 1:
            odd = 0
        return len(days) > _ODD_DAYS and odd <= min(_ODD_DAYS, len(days) // 4)

    def started_within(self, span: float) -> int:
        """Return how many contacts began in the last so many seconds."""
        return len(self.starts) - bisect_right(self.starts, self.now - span)

    def counts(self, until: float, step: float) -> list[int]:
        """Return how many contacts began in each whole step back from `until`, the latest first."""
        if not self.starts:
            return []
        steps = int((until - self.starts[0]) // step)
        edges = [bisect_left(self.starts, until - n * step) for n in range(steps + 1)]
        return [high - low for high, low in pairwise(edges)]

    @cached_property
    def rests(self) -> list[float]:
        """When the intervals began that are rests: far longer than the typical one."""
        pairs = zip(self.starts, self.intervals, strict=False)
        return [start for start, interval in pairs if self._is_rest(interval)]

    def _is_rest(self, interval: float) -> bool:
        return interval >= max(_LEAST_REST, self.typical * _REST_TIMES)

    def stopped_at_its_usual_hour(self) -> bool:
        """Return whether the last contact began at an hour after which it usually rests."""
        last = self.starts[-1]
        offs = [abs((last - rest + DAY / 2) % DAY - DAY / 2) for rest in self.rests]
        return sum(off <= _SAME_HOUR for off in offs) >= max(_RECURS, len(offs) / 3)

    @cached_property
    def is_weekly(self) -> bool:
        """Return whether its long rests lie where it rested a week before as well."""
        pairs = zip(self.starts, self.intervals, strict=False)
        long = [(start, each) for start, each in pairs if each * 2 >= self.longest]
        told = [
            self._contacts_within(start + slack - WEEK, start + each - slack - WEEK) == 0
            for start, each in long
            if start - WEEK >= self.starts[0] and (slack := min(_SAME_HOUR, each / 4))
        ]
        return len(told) >= _ODD_DAYS and sum(told) >= _MOSTLY * len(told)

    def _contacts_within(self, low: float, high: float) -> int:
        return bisect_right(self.starts, high) - bisect_left(self.starts, low)

    def skipped(self, least: float) -> int:
        """Return how often it was away for so long when it was not a week before, or after."""
        found = 0
        for start, each in zip(self.starts, self.intervals, strict=False):
            low, high = start + _SAME_HOUR, start + each - _SAME_HOUR
            if each >= least:
                found += any(self._contacts_within(low + n, high + n) for n in (-WEEK, WEEK))
        return found

    def missed(self) -> list[int]:
        """Return how many contacts began in each earlier week while it is silent in this one.

        A week counts where its contacts are known; the week before comes first.
        """
        if not self.starts:
            return []
        last, first = self.starts[-1], self.starts[0]
        slack = min(_SAME_HOUR, (self.now - last) / 10)
        found = []
        for back in (number * WEEK for number in range(1, _WEEKS + 1)):
            low, high = last + slack - back, self.now - slack - back
            if low < first:
                break
            high = min(high, last)
            found.append(self._contacts_within(low, high))
        return found

    def contacts_of_an_active_day(self) -> float:
        """Return the median of contacts on days that have any."""
        days = [count for count in self.counts(self.starts[-1], DAY) if count]
        return median(days) if days else 1.0


def _settled_since(lengths: Sequence[float], first: int) -> int | None:
    """Return the contact with which lengths began that are all shorter than was typical before.

    From `first` on they are recent. None where that is not so.
    """
    most = max(_TOO_SHORT_TO_MATTER, max(lengths[first:], default=0.0) * _CLEARLY)
    longer = [place for place, each in enumerate(lengths[:first]) if each > most]
    if len(longer) < KNOWN_GAPS or len(longer) * 2 <= longer[-1] + 1:
        return None
    return longer[-1] + 1


_RECURRING_DAYS = 3
_WEEK_DAYS = 7


def usual_high(days: Sequence[float]) -> float:
    """Return the most that is usual; `days` before the one that is judged, the latest first.

    One or two days stand out by accident; what comes again, or came on this day of the week, does
    not. 0 without any day.
    """
    if not days:
        return 0.0
    ranked = sorted(days, reverse=True)
    high = ranked[min(_RECURRING_DAYS, (len(ranked) + 1) // 2) - 1]
    return max([high, *days[_WEEK_DAYS - 1 :: _WEEK_DAYS]])


def usual_low(values: Sequence[float]) -> float:
    """Return the least that is usual: a tenth of all are lower. 0 without any."""
    return sorted(values)[len(values) // 10] if values else 0.0


def busiest_hour(starts: Sequence[float]) -> tuple[int, float, float]:
    """Return the fullest half-open hour, the latest of several: its size, first and last start."""
    best, low = (0, 0.0, 0.0), 0
    for high, start in enumerate(starts):
        while start - starts[low] >= HOUR:
            low += 1
        if high - low + 1 >= best[0]:
            best = high - low + 1, starts[low], start
    return best
