"""Draws when, where and by which radio a SIM was connected, as a PNG.

Nothing is drawn here: sessions become spans, spans lanes, lanes are laid out, and that is painted.
Pillow is imported by the painting alone, so that importing this costs nothing.
"""

from datetime import UTC, datetime, tzinfo

from bot.diagnosis.thresholds import Thresholds
from bot.kore.errors import KoreError
from bot.kore.models import DataSession
from bot.pictures.canvas import Canvas
from bot.pictures.changes import changes_of
from bot.pictures.lanes import lanes_of
from bot.pictures.layout import WIDTH, lay_out
from bot.pictures.lettering import Lettering
from bot.pictures.painter import Painter, Texts
from bot.pictures.spans import spans_of
from bot.pictures.window import Window
from bot.pictures.words import (
    LACKS,
    drawn_at,
    left_out,
    nothing,
    of_report,
    subtitle,
    timeline_title,
    unread,
)
from bot.sessions.report import SessionReport

DEFAULTS = Thresholds()


def draw_timeline(  # noqa: PLR0913 -- all but the sessions are named
    sessions: tuple[DataSession, ...],
    *,
    title: str,
    now: datetime,
    zone: tzinfo = UTC,
    days: int = 30,
    limits: Thresholds = DEFAULTS,
    notes: tuple[str, ...] = (),
) -> bytes:
    """Draw the last `days` before `now` as a PNG, 1200 pixels wide and about 420 high.

    Sessions may come in any order. `title` names the SIM; `notes` are lines to put under the
    picture, below them stands what this function left out.
    """
    window, letters = Window(now, days, zone), Lettering()
    spans = spans_of(sessions, window, limits)
    lanes = lanes_of(spans.drawn)
    said = [*notes, *left_out(spans.left_out, window)]
    if letters.lacks(title, *(lane.name for lane in lanes)):
        said.append(LACKS)
    plan = lay_out(window, lanes, changes_of(spans.sessions, window), len(said))
    canvas = Canvas(WIDTH, plan.height, letters)
    texts = Texts(title, subtitle(spans, window), said, drawn_at(window), nothing(window))
    Painter(canvas, letters, plan, window).paint(texts)
    return canvas.png()


def draw_report(
    report: SessionReport, *, days: int = 30, zone: tzinfo = UTC, limits: Thresholds = DEFAULTS
) -> bytes:
    """Draw the timeline of a report. Raises KoreError where its sessions could not be read."""
    if report.sessions is None:
        raise KoreError(unread(report))
    return draw_timeline(
        report.sessions,
        title=timeline_title(report.sim),
        now=report.made_at,
        zone=zone,
        days=days,
        limits=limits,
        notes=tuple(of_report(report)),
    )
