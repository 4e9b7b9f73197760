"""What is written in a picture."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC

from bot.kore.models import Sim
from bot.pictures.spans import BACKWARDS, IN_FUTURE, NO_START, TOO_OLD, Spans, Window
from bot.sessions.report import SessionReport

ICCID_DIGITS = 4
NAME_LENGTH = 48
KEPT_DAYS = 30
LACKS = "� stands for a character that the font lacks"


def timeline_title(sim: Sim) -> str:
    """Name the SIM as its holder knows it, and by the end of its ICCID."""
    card = f"ICCID …{sim.iccid[-ICCID_DIGITS:]}" if sim.iccid else "ICCID not reported"
    is_long = len(sim.name) > NAME_LENGTH
    name = f"{sim.name[: NAME_LENGTH - 1].rstrip()}…" if is_long else sim.name
    return f"{name} · {card}"


def subtitle(spans: Spans, window: Window) -> str:
    """Say what the picture is about: its days and how many sessions are drawn."""
    return f"{window.words} · {counted(len(spans.drawn), 'data session')}"


def drawn_at(window: Window) -> str:
    """Say when the picture was drawn."""
    return f"drawn {window.now.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def nothing(window: Window) -> str:
    """Say what an empty picture means."""
    days = "day" if window.days == 1 else f"{window.days} days"
    kept = "; KORE keeps none from before that" if window.days >= KEPT_DAYS else ""
    return f"No data session in the last {days}{kept}"


def omissions(why: Counter[str], window: Window) -> Iterator[str]:
    """Say what is not drawn, or not as it was told.

    That a short window shows no older sessions goes without saying.
    """
    if rows := why[NO_START]:
        yield f"{counted(rows, 'session')} left out: no start is told"
    if (old := why[TOO_OLD]) and window.days >= KEPT_DAYS:
        yield f"{counted(old, 'session')} left out: over before these days began"
    if late := why[IN_FUTURE]:
        yield f"{counted(late, 'session')} left out: the start is in the future"
    if odd := why[BACKWARDS]:
        yield f"{counted(odd, 'session')} drawn as a moment: the end is before the start"


def of_report(report: SessionReport) -> Iterator[str]:
    """Say what the report lacks."""
    if report.skipped_rows:
        yield f"{counted(report.skipped_rows, 'unreadable row')} left out"
    if report.stale:
        as_of = report.as_of.astimezone(UTC)
        yield f"Not read anew; known from {as_of:%Y-%m-%d %H:%M} UTC"


def unread(report: SessionReport) -> str:
    """Say why there is nothing to draw."""
    why = f" {report.problem}" if report.problem else ""
    return f"The sessions of {report.sim.name} could not be read, so there is no timeline.{why}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 row`, `1 246 rows`."""
    return f"{number:,}".replace(",", "\u202f") + f" {noun}{'' if number == 1 else 's'}"
