"""What a timeline shows, and where it stands in pixels; nothing is painted here.

Data sessions become stretches of time: known ones solid, those past the last news hatched. What
cannot be drawn is counted, so that the picture can say so.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise, zip_longest

from bot.diagnosis.evidence import cleaned, is_fresh
from bot.diagnosis.fields import Network, country, generation, known_text, network_of
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession
from bot.sims.numbers import device_of
from bot.struct import Struct

DAY = timedelta(days=1)
Extent = tuple[float, float]
SATURDAY = 5
_DAILY, _THIRDS = 12, 20  # up to so many days each gets a label, or each third, else each Monday
_EVERY_HOURS = {1: 3, 2: 6, 3: 6}


class Tick(Struct):
    """A moment of the axis; `label` is "" where only a small line marks it."""

    moment: datetime
    label: str


class DayWindow(Struct):
    """The last `days` (1 or more) before `now`, in UTC."""

    now: datetime
    days: int = 30

    @property
    def begin(self) -> datetime:
        """When the window opens."""
        return self.now - self.days * DAY

    @property
    def words(self) -> str:
        """Say from when to when."""
        return " – ".join(f"{_day(at)} {at:%Y %H:%M}" for at in (self.begin, self.now)) + " UTC"

    def midnights(self) -> Iterator[datetime]:
        """Return each midnight from the one before the window to the one after it."""
        first = self.begin.replace(hour=0, minute=0, second=0, microsecond=0)
        return (first + number * DAY for number in range(self.days + 2))

    def weekends(self) -> Iterator[tuple[datetime, datetime]]:
        """Return each Saturday and Sunday, from midnight to midnight; they may stick out."""
        return ((day, day + DAY) for day in self.midnights() if day.weekday() >= SATURDAY)

    def ticks(self) -> Iterator[Tick]:
        """Return the marks of the axis inside the window, oldest first."""
        hours = range(0, 24, _EVERY_HOURS.get(self.days, 24))
        for moment in (day + timedelta(hours=n) for day in self.midnights() for n in hours):
            if self.begin <= moment <= self.now:
                yield Tick(moment, self._label(moment))

    def _label(self, moment: datetime) -> str:
        if moment.hour:
            return f"{moment:%H:%M}"
        if self.days <= _DAILY:
            return f"{moment:%a} {moment.day}"
        is_third = self.days <= _THIRDS and moment.toordinal() % 3 == 0
        is_monday = self.days > _THIRDS and moment.weekday() == 0
        return f"{moment:%a} {_day(moment)}" if is_third or is_monday else ""


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"


SERIAL_DIGITS = 6


class MarkKind(StrEnum):
    """What changed."""

    DEVICE = "IMEI change"
    COUNTRY = "country change"


class TimelineChange(Struct):
    """At `moment` something became what `label` says: a country, the serial part of an IMEI."""

    kind: MarkKind
    moment: datetime
    label: str


def changes_of(sessions: Iterable[DataSession], window: DayWindow) -> tuple[TimelineChange, ...]:
    """Return the changes inside the window, by kind and then oldest first; unknown is no change.

    `sessions` are oldest first; those from before the window tell what it was before.
    """
    rows = tuple(sessions)
    changes = (
        *_moves(rows, MarkKind.DEVICE, lambda session: device_of(session.imei)),
        *_moves(rows, MarkKind.COUNTRY, lambda session: country(session.operator_country)),
    )
    return tuple(change for change in changes if window.begin <= change.moment <= window.now)


def _moves(
    sessions: Iterable[DataSession], kind: MarkKind, read: Callable[[DataSession], str | None]
) -> Iterator[TimelineChange]:
    known = [(s.start, value) for s in sessions if s.start and (value := read(s))]
    for (_, before), (moment, after) in pairwise(known):
        if before != after:
            yield TimelineChange(
                kind, moment, after if kind is MarkKind.COUNTRY else f"…{after[-SERIAL_DIGITS:]}"
            )


SKEW = timedelta(minutes=5)  # clocks may disagree so much: a session of the future began just now

NO_START, TOO_OLD, IN_FUTURE, BACKWARDS = "no start", "too old", "in future", "backwards"


class Span(Struct):
    """One session within the window: connected `start` to `end`, and maybe until `maybe_until`.

    `maybe_until` is None where `end` is certain. `generation` is that of its radio, None: unknown.
    """

    session: DataSession
    generation: int | None
    start: datetime
    end: datetime
    maybe_until: datetime | None = None

    @property
    def length(self) -> timedelta:
        """How long it was connected for certain."""
        return self.end - self.start


class Spans(Struct):
    """What can be drawn, oldest first; the sessions behind it; how much was omitted, and why."""

    drawn: tuple[Span, ...]
    sessions: tuple[DataSession, ...]
    omitted: Counter[str]


def spans_of(sessions: Iterable[DataSession], window: DayWindow, limits: Thresholds) -> Spans:
    """Return the spans; the sessions may come in any order and doubled."""
    rows = tuple(sessions)
    omitted = Counter({NO_START: sum(row.start is None for row in rows)})
    every = cleaned(rows, "")[::-1]
    known = tuple(s for s in every if s.start and s.start <= window.now + SKEW)
    omitted[IN_FUTURE] = len(every) - len(known)
    spans = list(_each(known, window, limits))
    drawn = tuple(span for span in spans if _last(span) >= window.begin)
    omitted[TOO_OLD] = len(spans) - len(drawn)
    omitted[BACKWARDS] = sum(_is_backwards(span.session) for span in drawn)
    return Spans(drawn, known, +omitted)


def _each(sessions: Sequence[DataSession], window: DayWindow, limits: Thresholds) -> Iterable[Span]:
    for session, following in zip_longest(sessions, sessions[1:]):
        start = min(session.start or window.now, window.now)
        next_start = following.start if following else None
        end, maybe_until = _until(session, start, next_start, window, limits)
        yield Span(session, generation(session.radio_link), start, end, maybe_until)


def _until(
    session: DataSession,
    start: datetime,
    next_start: datetime | None,
    window: DayWindow,
    limits: Thresholds,
) -> tuple[datetime, datetime | None]:
    """Return until when it was connected, and until when it may have been.

    A row that was left open ended at the latest when the next session began.
    """
    if session.end:
        return _between(start, session.end, window.now), None
    if next_start is None and is_fresh(session, window.now, limits):
        return window.now, None
    known = _between(start, session.last_updated or start, window.now)
    last = min(next_start or window.now, window.now)
    return known, last if last > known else None


def _between(least: datetime, moment: datetime, most: datetime) -> datetime:
    return max(least, min(moment, most))


def _last(span: Span) -> datetime:
    return span.maybe_until or span.end


def _is_backwards(session: DataSession) -> bool:
    return bool(session.start and session.end and session.end < session.start)


MOST = 6
OTHERS = "Other networks"
Key = tuple[Network | None, str | None]


class NetworkLane(Struct):
    """The spans of a network, oldest first, under its name; `detail` is its numbers and country."""

    name: str
    detail: str
    spans: tuple[Span, ...]


def lanes_of(spans: Iterable[Span]) -> tuple[NetworkLane, ...]:
    """Return at most `MOST` lanes; of more networks, the least used share the last one."""
    by_network: dict[Key, list[Span]] = defaultdict(list)
    for span in spans:
        by_network[_key(span.session)].append(span)
    groups = sorted(by_network.values(), key=_connected, reverse=True)
    if len(groups) <= MOST:
        return tuple(_lane(group) for group in groups)
    shown, rest = groups[: MOST - 1], groups[MOST - 1 :]
    others = tuple(sorted((s for group in rest for s in group), key=lambda s: s.start))
    return *(_lane(group) for group in shown), NetworkLane(OTHERS, f"{len(rest)} networks", others)


def _key(session: DataSession) -> Key:
    """Key networks by their numbers, and by name only where the numbers are unknown."""
    network = network_of(session)
    return network, None if network else known_text(session.operator_name)


def _connected(spans: list[Span]) -> tuple[timedelta, int]:
    return sum((span.length for span in spans), timedelta()), len(spans)


def _lane(spans: list[Span]) -> NetworkLane:
    """Name a lane after its newest session that tells a name."""
    sessions = [span.session for span in reversed(spans)]
    names = (name for s in sessions if (name := known_text(s.operator_name)))
    return NetworkLane(next(names, "Network unknown"), _detail(sessions), tuple(spans))


def _detail(sessions: list[DataSession]) -> str:
    network, newest = network_of(sessions[0]), sessions[0]
    numbers = f"{network.mcc}-{newest.operator_mnc}" if network else "MCC-MNC not reported"
    countries = (code for s in sessions if (code := country(s.operator_country)))
    return " · ".join([numbers, *list(countries)[:1]])


WIDTH = 1200
MARGIN = 24
LEFT, RIGHT = 248, WIDTH - MARGIN  # the plot's
HEADER = 96
MARK_ROW = 32
MARK_SPACE = 20  # marks nearer to each other than this become one
ALL_LANES, LEAST_LANE, MOST_LANE = 216, 56, 128
LANE_GAP = 10  # of a lane, above its tallest bar
AXIS, LEGEND, FOOT_LINE = 36, 40, 26


class Scale(Struct):
    """Turns moments into pixels from the plot's left edge."""

    begin: datetime
    now: datetime
    width: int = RIGHT - LEFT

    def x(self, moment: datetime) -> float:
        """Return the place of a moment; what lies outside stands at the edge."""
        share = (moment - self.begin) / (self.now - self.begin)
        return min(max(share, 0.0), 1.0) * self.width


class Mark(Struct):
    """A change at `x` of the plot; several that stand too close are one with a number."""

    x: float
    label: str


class MarkRow(Struct):
    """The marks of one kind, left to right, in the row whose middle is `middle`."""

    kind: MarkKind
    middle: int
    changes: int
    marks: tuple[Mark, ...]


class Bars(Struct):
    """The bars of one generation in a lane, from row `top` to before row `bottom`."""

    generation: int | None
    solid: tuple[Extent, ...]
    hatched: tuple[Extent, ...]


class Strip(Struct):
    """A lane in place: bars stand on `bottom`, the tallest reaches up to `top`."""

    name: str
    detail: str
    top: int
    bottom: int
    bars: tuple[Bars, ...]


class Layout(Struct):
    """A timeline in place. Rows are counted from the picture's top."""

    scale: Scale
    mark_rows: tuple[MarkRow, ...]
    strips: tuple[Strip, ...]
    lanes_top: int
    lanes_bottom: int
    height: int

    @property
    def axis_middle(self) -> int:
        """Where the labels of the days stand."""
        return self.lanes_bottom + AXIS // 2 + 2

    @property
    def legend_top(self) -> int:
        """Where the legend begins."""
        return self.lanes_bottom + AXIS

    @property
    def foot_top(self) -> int:
        """Where the notes begin."""
        return self.legend_top + LEGEND


def lay_out(
    window: DayWindow,
    lanes: Sequence[NetworkLane],
    changes: Iterable[TimelineChange],
    notes: int,
) -> Layout:
    """Place everything; `notes` is how many lines the foot has."""
    scale = Scale(window.begin, window.now)
    mark_rows = tuple(_mark_rows(changes, scale))
    top = HEADER + MARK_ROW * len(mark_rows)
    each = min(max(ALL_LANES // max(len(lanes), 1), LEAST_LANE), MOST_LANE)
    strips = tuple(_strip(lane, scale, top + each * n, each) for n, lane in enumerate(lanes))
    bottom = top + each * max(len(lanes), 1)
    height = bottom + AXIS + LEGEND + FOOT_LINE * max(notes, 1) + MARGIN // 2
    return Layout(scale, mark_rows, strips, top, bottom, height)


def _mark_rows(changes: Iterable[TimelineChange], scale: Scale) -> Iterator[MarkRow]:
    by_kind = {kind: [change for change in changes if change.kind is kind] for kind in MarkKind}
    found = ((kind, marked) for kind, marked in by_kind.items() if marked)
    for row, (kind, marked) in enumerate(found):
        middle = HEADER + MARK_ROW * row + MARK_ROW // 2
        yield MarkRow(kind, middle, len(marked), tuple(_marks(marked, scale)))


def _marks(changes: Iterable[TimelineChange], scale: Scale) -> Iterator[Mark]:
    groups: list[list[TimelineChange]] = []
    for change in changes:
        near = groups and scale.x(change.moment) - scale.x(groups[-1][0].moment) < MARK_SPACE
        groups[-1].append(change) if near else groups.append([change])
    for group in groups:
        label = group[0].label if len(group) == 1 else f"×{len(group)}"
        yield Mark(scale.x(group[0].moment), label)


def _strip(lane: NetworkLane, scale: Scale, top: int, height: int) -> Strip:
    bars: dict[int | None, Bars] = {}
    for radio in dict.fromkeys(span.generation for span in lane.spans):
        spans = [span for span in lane.spans if span.generation == radio]
        solid = tuple((scale.x(span.start), scale.x(span.end)) for span in spans)
        hatched = tuple((scale.x(s.end), scale.x(s.maybe_until)) for s in spans if s.maybe_until)
        bars[radio] = Bars(radio, solid, hatched)
    return Strip(lane.name, lane.detail, top + LANE_GAP, top + height, tuple(bars.values()))
