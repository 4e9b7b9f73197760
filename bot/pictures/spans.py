"""Data sessions as stretches of time to draw: known ones solid, those past the last news hatched.

What cannot be drawn is counted, so that the picture can say so.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from bot.diagnosis.evidence import cleaned
from bot.diagnosis.reading import generation
from bot.diagnosis.state import is_fresh
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession
from bot.pictures.window import Window

SKEW = timedelta(minutes=5)  # clocks may disagree so much: a session of the future began just now

NO_START, TOO_OLD, IN_FUTURE, BACKWARDS = "no start", "too old", "in future", "backwards"


@dataclass(frozen=True, slots=True)
class Span:
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


@dataclass(frozen=True, slots=True)
class Spans:
    """What can be drawn, oldest first; the sessions behind it; how much was left out, and why."""

    drawn: tuple[Span, ...]
    sessions: tuple[DataSession, ...]
    left_out: Counter[str]


def spans_of(sessions: Iterable[DataSession], window: Window, limits: Thresholds) -> Spans:
    """Give the spans; the sessions may come in any order and doubled."""
    rows = tuple(sessions)
    left_out = Counter({NO_START: sum(row.start is None for row in rows)})
    every = cleaned(rows, "")[::-1]
    known = tuple(s for s in every if s.start and s.start <= window.now + SKEW)
    left_out[IN_FUTURE] = len(every) - len(known)
    spans = list(_each(known, window, limits))
    drawn = tuple(span for span in spans if _last(span) >= window.begin)
    left_out[TOO_OLD] = len(spans) - len(drawn)
    left_out[BACKWARDS] = sum(_is_backwards(span.session) for span in drawn)
    return Spans(drawn, known, +left_out)


def _each(sessions: Sequence[DataSession], window: Window, limits: Thresholds) -> Iterable[Span]:
    for session, following in zip_longest(sessions, sessions[1:]):
        start = min(session.start or window.now, window.now)
        next_start = following.start if following else None
        end, maybe_until = _until(session, start, next_start, window, limits)
        yield Span(session, generation(session.radio_link), start, end, maybe_until)


def _until(
    session: DataSession,
    start: datetime,
    next_start: datetime | None,
    window: Window,
    limits: Thresholds,
) -> tuple[datetime, datetime | None]:
    """Give until when it was connected, and until when it may have been.

    A row that was left open ended at the latest when the next session began.
    """
    if session.end:
        return _between(start, session.end, window.now), None
    if next_start is None and is_fresh(session, window.now, limits):
        return window.now, None
    told = _between(start, session.last_updated or start, window.now)
    last = min(next_start or window.now, window.now)
    return told, last if last > told else None


def _between(least: datetime, moment: datetime, most: datetime) -> datetime:
    return max(least, min(moment, most))


def _last(span: Span) -> datetime:
    return span.maybe_until or span.end


def _is_backwards(session: DataSession) -> bool:
    return bool(session.start and session.end and session.end < session.start)
