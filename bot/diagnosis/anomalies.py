"""How unusual a silence, a storm of starts or a run of like contacts is, by the SIM's own habit.

Several rules ask this. Pure.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import ceil, log
from operator import itemgetter
from statistics import median

from bot.diagnosis.evidence import Evidence, read_once_by
from bot.diagnosis.fields import is_low_power
from bot.diagnosis.rhythm import DAY, HOUR, Contact, Rhythm, busiest_hour, usual_high
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession
from bot.struct import Struct

FEW_PACKETS_A_DAY = 100
"""With fewer a session open for days is that of a device that sleeps."""
PACKETS_OF_NEWS, PACKETS_OF_A_SLEEPER = 50, 1000
"""Packets that may be due, at the session's own rate, before its silence says anything."""
IN_OTHER_WEEKS = "in other weeks it connected at this time"
TIMES_ITS_GAP = "times its longest usual gap"
_LEAST = HOUR
_OF_THE_LONGEST = 1.5
_MISSED_AT_LEAST = 3
_WEEKS_AT_LEAST = 2
_OFTEN = 3  # times that a day without any was no fault
_REST_TIMES = 3


class Silence(Struct):
    """A SIM without news; `due_at` is when that is unusual, None while its week explains it.

    `session` is the open one that there is no news of, else None. `line` is how long it may be
    away, `is_known` whether its rhythm says so, `is_a_rest` whether it stopped at its usual hour.
    `came_back_after` is the longest silence that ended by itself.
    """

    since: datetime
    session: DataSession | None
    line: timedelta
    due_at: datetime | None
    is_known: bool
    is_a_rest: bool
    came_back_after: timedelta
    why: str

    def is_due(self, now: datetime) -> bool:
        """Return whether it is away for longer than its habit explains."""
        return self.due_at is not None and now > self.due_at

    def is_long(self, now: datetime, least: timedelta) -> bool:
        """Return whether it is away for twice as long as that, and for `least` anyhow.

        Not while it came back by itself from as long a silence, nor where it may sleep for weeks.
        """
        if self.due_at is None or self.is_a_rest or (self._may_sleep and not self.is_known):
            return False
        return now - self.since > max(2 * (self.due_at - self.since), least, self.came_back_after)

    @property
    def _may_sleep(self) -> bool:
        return self.session is not None and is_low_power(self.session.radio_link)


class Rest(Struct):
    """A device that sleeps, between two of its usual contacts.

    It connects `every` so often, None where it is away longer than that; `up_to` so long is usual.
    """

    every: timedelta | None
    up_to: timedelta


_A_LITTLE_LATE = 1.1


def rest_of(evidence: Evidence, limits: Thresholds) -> Rest | None:
    """Return how a SIM rests that is away as it usually is; None where it is not."""
    silence, rhythm = silence_of(evidence, limits), evidence.rhythm
    if silence is None or silence.is_due(evidence.now):
        return None
    if not rhythm.is_known:
        rests = silence.session is not None and is_low_power(silence.session.radio_link)
        return Rest(None, silence.line) if rests else None
    away = rhythm.now - rhythm.starts[-1]
    if rhythm.is_always_on or away > rhythm.longest * _A_LITTLE_LATE:
        return None
    is_typical = away <= rhythm.typical * _A_LITTLE_LATE
    every = timedelta(seconds=rhythm.typical) if is_typical else None
    return Rest(every, timedelta(seconds=rhythm.longest))


@read_once_by
def silence_of(evidence: Evidence, limits: Thresholds) -> Silence | None:
    """Return the silence; None where there is news, no session, or too little is known."""
    rhythm = evidence.rhythm
    if not rhythm.contacts or any(each.last_updated is None for each in evidence.open):
        return None
    sign = max(rhythm.signs)
    ghost = next((s for s in evidence.open if _sign(s) >= sign), None)
    fresh = limits.stale_after.total_seconds()
    if evidence.open and rhythm.now - max(map(_sign, evidence.open)) <= fresh:
        return None
    return _open(evidence, ghost, limits) if ghost else _closed(evidence, limits)


def _sign(session: DataSession) -> float:
    return session.last_updated.timestamp() if session.last_updated else 0.0


def _closed(evidence: Evidence, limits: Thresholds) -> Silence:
    rhythm = evidence.rhythm
    line, why = _line(rhythm, limits)
    due = _due_by_rhythm(rhythm, line)
    if due is not None and rhythm.is_known and due < rhythm.starts[-1] + line:
        why = IN_OTHER_WEEKS
    return _silence(evidence, None, line, due, why)


def _open(evidence: Evidence, ghost: DataSession, limits: Thresholds) -> Silence:
    """Judge a session that nobody closed; what sleeps between contacts may do so with one open."""
    rhythm, sign = evidence.rhythm, _sign(ghost)
    news, why = _news_line(evidence, ghost, limits)
    if rhythm.is_always_on or (not rhythm.is_known and _lived(ghost) >= HOUR):
        return _silence(evidence, ghost, news, sign + news, why)
    line, by_rhythm = _line(rhythm, limits)
    due, least = _due_by_rhythm(rhythm, line), news
    if rhythm.is_known:  # what closes its sessions as a rule does not sleep in them
        least = (evidence.may_be_silent_for(ghost) or limits.ghost_critical_after).total_seconds()
    why = by_rhythm if line > least else why
    return _silence(evidence, ghost, max(line, least), due and max(due, sign + least), why)


def _silence(
    evidence: Evidence, ghost: DataSession | None, line: float, due: float | None, why: str
) -> Silence:
    rhythm = evidence.rhythm
    return Silence(
        since=datetime.fromtimestamp(max(rhythm.signs), UTC),
        session=ghost,
        line=timedelta(seconds=line),
        due_at=None if due is None else datetime.fromtimestamp(due, UTC),
        is_known=rhythm.is_known,
        is_a_rest=rhythm.is_known
        and not rhythm.is_always_on
        and rhythm.stopped_at_its_usual_hour(),
        came_back_after=timedelta(seconds=max(rhythm.away, default=0.0)),
        why=why,
    )


def _line(rhythm: Rhythm, limits: Thresholds) -> tuple[float, str]:
    """Return for how long the SIM may be away between two contacts, and why."""
    times = rhythm.longest * limits.silent_longest_gap_percent / 100
    if rhythm.is_always_on:
        if rhythm.is_known:  # the more often it begins anew, the sooner it is missed
            return min(limits.silent_after.total_seconds(), max(_LEAST, times)), "it was always on"
        if (rhythm.packets_a_day or 0.0) < FEW_PACKETS_A_DAY:
            return limits.silent_sleeper_after.total_seconds(), "it sleeps most of the time"
        return limits.silent_unknown_after.total_seconds(), "it was always on"
    if not rhythm.is_known:
        return max(times, limits.silent_unknown_after.total_seconds()), "its rhythm is unknown"
    a_day = limits.silent_after.total_seconds()
    if rhythm.is_several_a_day and a_day < times:
        return a_day, "it connects several times a day"
    return times, f"{limits.silent_longest_gap_percent / 100:g} {TIMES_ITS_GAP}"


def _due_by_rhythm(rhythm: Rhythm, line: float) -> float | None:
    start, sign = rhythm.starts[-1], max(rhythm.signs)
    if rhythm.is_always_on or not rhythm.is_known:
        return sign + line
    missed = rhythm.missed()
    if missed and sum(not count for count in missed) * 2 > len(missed):
        return None
    due = max(start + line, sign + max(_LEAST, min(rhythm.longest * _OF_THE_LONGEST, line)))
    return min(due, rhythm.now - 1) if _is_overdue(rhythm, missed) else due


def _is_overdue(rhythm: Rhythm, missed: list[int]) -> bool:
    """Return whether a SIM that rests on some days missed a whole day of those when it does not."""
    if rhythm.longest < _REST_TIMES * rhythm.typical or len(missed) < _WEEKS_AT_LEAST:
        return False
    if not rhythm.is_weekly or rhythm.skipped(rhythm.now - rhythm.starts[-1]) >= _OFTEN:
        return False
    return min(missed) >= max(_MISSED_AT_LEAST, rhythm.contacts_of_an_active_day())


def _news_line(evidence: Evidence, ghost: DataSession, limits: Thresholds) -> tuple[float, str]:
    """Return how old the news of an open session may be: what was learnt, and its traffic."""
    learnt = evidence.may_be_silent_for(ghost)
    least = (learnt or limits.ghost_critical_after).total_seconds()
    most = limits.silent_sleeper_after.total_seconds()
    sleeps = is_low_power(ghost.radio_link)
    rate = _rate(ghost, evidence.rhythm)
    if rate is None:
        plausible = most if sleeps else limits.silent_after.total_seconds()
    else:
        packets = PACKETS_OF_A_SLEEPER if sleeps else PACKETS_OF_NEWS
        plausible = min(most, packets / rate * DAY) if rate else most
    why = (
        "others there are heard from that often"
        if learnt
        else "how often updates come is not learnt yet"
    )
    return (least, why) if least >= plausible else (plausible, "it has few packets")


def _rate(session: DataSession, rhythm: Rhythm) -> float | None:
    """Return the packets a day: of the session itself if it ran for a day, else of all."""
    up, down = session.packets_uploaded, session.packets_downloaded
    if up is not None and down is not None and _lived(session) >= DAY:
        return (up + down) * DAY / _lived(session)
    return rhythm.packets_a_day


def _lived(session: DataSession) -> float:
    return max(0.0, _sign(session) - session.start.timestamp()) if session.start else 0.0


_FAR_ABOVE = 2
_CALM = 2 * HOUR
_BY_NO_DESIGN = 3  # times the graver limit: too many whatever the SIM is used to


class Storm(Struct):
    """Many starts in an hour; `usual` is the most that an hour usually has."""

    starts: int
    first: datetime
    last: datetime
    usual: int
    is_unusual: bool
    is_over: bool


@read_once_by
def storm_of(evidence: Evidence, limits: Thresholds) -> Storm | None:
    """Return the busiest hour of the last 24 h; None where no vendor minds it."""
    rhythm = evidence.rhythm
    starts = rhythm.starts[bisect_right(rhythm.starts, rhythm.now - DAY) :]
    size, first, last = busiest_hour(starts)
    if size <= min(limits.flapping_starts, limits.flapping_starts_critical):
        return None
    return _storm(evidence, limits, size, first, last)


def last_storm_of(evidence: Evidence, limits: Thresholds) -> Storm | None:
    """Return the hour that ends with the newest start; None where it has not many."""
    starts = evidence.rhythm.starts
    first = bisect_right(starts, starts[-1] - HOUR) if starts else 0
    size = len(starts) - first
    if size <= limits.barred_starts:
        return None
    return _storm(evidence, limits, size, starts[first], starts[-1])


def _storm(evidence: Evidence, limits: Thresholds, size: int, first: float, last: float) -> Storm:
    usual, is_unusual = _against_habit(evidence.rhythm, size, last, limits)
    return Storm(
        starts=size,
        first=datetime.fromtimestamp(first, UTC),
        last=datetime.fromtimestamp(last, UTC),
        usual=usual,
        is_unusual=is_unusual,
        is_over=_is_over(evidence, limits, last, max(limits.flapping_starts, usual * _FAR_ABOVE)),
    )


def _against_habit(rhythm: Rhythm, size: int, last: float, limits: Thresholds) -> tuple[int, bool]:
    """Return the most starts that an hour usually has, and whether `size` is far above that."""
    days: list[list[float]] = []
    until = bisect_right(rhythm.starts, last - DAY)
    while until:
        since = bisect_right(rhythm.starts, last - (len(days) + 2) * DAY)
        days.append(rhythm.starts[since:until])
        until = since
    if days and last - rhythm.starts[0] < 2 * DAY:
        days = []  # not one whole day is known
    if days:
        usual = int(usual_high([busiest_hour(day)[0] for day in days]))
        return usual, size > usual * _FAR_ABOVE + 1
    hours = rhythm.counts(last - HOUR, HOUR)
    steady = int(median(hours)) if hours else 0
    too_many = size > limits.flapping_starts_critical * _BY_NO_DESIGN
    return steady, too_many or size > steady * _FAR_ABOVE + 1


def _is_over(evidence: Evidence, limits: Thresholds, last: float, most: float) -> bool:
    """Return whether two hours passed since, and the SIM is well at its usual rate."""
    rhythm = evidence.rhythm
    if rhythm.now - last < _CALM:
        return False
    if rhythm.started_within(HOUR) > most:
        return False
    silence = silence_of(evidence, limits)
    if silence is None:
        return bool(evidence.open) or rhythm.starts[-1] > last
    if max(rhythm.signs) - last >= _CALM and not rhythm.contacts[-1].is_empty:
        return True  # it was well, and what befell it since is another matter
    return rhythm.starts[-1] > last and not silence.is_due(evidence.now)


_IN_A_ROW = 3
_CHANCE = 1e-4
_BEYOND_USUAL = 1.2
_PRIOR = 2  # runs that are as by chance, beside those that were seen


class Streak(Struct):
    """The newest contacts that are all of one kind, and how many before them were, of how many.

    `runs` are those before it: how long each was, and when its last contact began.
    """

    contacts: tuple[Contact, ...]
    times: int
    before: int
    runs: tuple[tuple[int, float], ...] = ()

    @property
    def is_unusual(self) -> bool:
        """Whether so many in a row are more than the SIM's own habit explains."""
        return len(self.contacts) >= self.line

    @property
    def line(self) -> int:
        """How many in a row its habit does not explain."""
        usual = self.usual
        beyond = ceil(usual * _BEYOND_USUAL) + 1 if usual else 0
        by_chance = unusual_in_a_row(self.times, self.before)
        if by_chance > max(beyond, _IN_A_ROW):
            by_chance = min(by_chance, self._against_its_pattern())
        return max(beyond, by_chance)

    @property
    def usual(self) -> int:
        """The longest run that came on two days, as over nights and weekends; 0 without one."""
        if not self.runs:
            return 0
        _, at = max(self.runs)
        return max((many for many, other in self.runs if abs(other - at) > DAY / 2), default=0)

    def _against_its_pattern(self) -> int:
        """Return the same by how often it went on after one, two, three: it may come in pairs."""
        share = chance = (self.times + 1) / (self.before + 2)
        lasted = [many for many, _ in self.runs]
        for number in range(1, max(lasted) + 1):
            after = sum(many >= number for many in lasted)
            on = sum(many > number for many in lasted)
            chance *= (on + _PRIOR * share) / (after + _PRIOR)
            if chance <= _CHANCE:
                return max(_IN_A_ROW, number + 1)
        return max(lasted) + 1 + ceil(log(_CHANCE / chance) / log(share))


def unusual_in_a_row(times: int, of: int) -> int:
    """Return how many in a row are no chance where it happened `times` out of `of`; 3 at least."""
    if not times:
        return _IN_A_ROW
    share = (times + 1) / (of + 2)
    return max(_IN_A_ROW, ceil(log(_CHANCE) / log(share)))


def newest_run(contacts: Iterable[Contact], kind: Callable[[Contact], bool | None]) -> Streak:
    """Return the run of a kind at the end of `contacts`; those of which it is unknown are skipped.

    `contacts` are told the newest first. What lies before a run that is too short is not counted.
    """
    return streak_of((each, kind(each)) for each in contacts)


def streak_of(told: Iterable[tuple[Contact, bool | None]]) -> Streak:
    """Return the same of contacts, the newest first, that are told with whether they are so."""
    known = ((each, is_it) for each, is_it in told if is_it is not None)
    run: list[Contact] = []
    earlier: list[tuple[bool, float]] = []
    for each, is_it in known:
        if is_it and not earlier:
            run.append(each)
        elif len(run) < _IN_A_ROW:
            break  # too few, whatever lies before
        else:
            earlier.append((is_it, each.start))
    times = sum(is_it for is_it, _ in earlier)
    return Streak(tuple(run), times, len(earlier), tuple(_runs(earlier)))


def _runs(earlier: Iterable[tuple[bool, float]]) -> Iterable[tuple[int, float]]:
    for is_it, group in groupby(earlier, itemgetter(0)):
        if is_it:
            starts = [start for _, start in group]
            yield len(starts), starts[0]
