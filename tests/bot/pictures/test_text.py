"""What is written in a picture."""

from collections import Counter

from bot.pictures.spans import BACKWARDS, IN_FUTURE, NO_START, TOO_OLD, Window, spans_of
from bot.pictures.text import (
    counted,
    drawn_at,
    nothing,
    of_report,
    omissions,
    subtitle,
    timeline_title,
    unread,
)
from tests.bot.pictures.sheets import LIMITS, WINDOW, a_report, ago
from tests.builders import NOON, SID, a_sim


def test_timeline_title():
    """The name that people use, short enough that the end of the ICCID stays in the picture."""
    for sim, title in (
        (a_sim(), "pump-7 · ICCID …8909"),
        (a_sim(iccid=None), "pump-7 · ICCID not reported"),
        (a_sim(unique_name=None, friendly_name="Kühlraum"), "Kühlraum · ICCID …8909"),
        (a_sim(unique_name=None), f"{SID} · ICCID …8909"),
        (a_sim(unique_name="x" * 64), f"{'x' * 47}… · ICCID …8909"),
    ):
        assert title == timeline_title(sim), (sim, title)


def test_subtitle():
    """The window and how much is drawn of it, when, and nothing of what lies before a short one."""
    told = spans_of((ago(1), ago(2), ago(40)), WINDOW, LIMITS)

    assert "6 Dec 2025 12:00 – 5 Jan 2026 12:00 UTC · 2 data sessions" == subtitle(told, WINDOW)

    assert "drawn 2026-01-05 12:00 UTC" == drawn_at(WINDOW)

    why = Counter({TOO_OLD: 9, NO_START: 1})

    assert ["1 session left out: no start is told"] == list(omissions(why, Window(NOON, 7)))

    assert ["0 rows", "1 row", "12\u202f345 rows"] == [counted(n, "row") for n in (0, 1, 12345)]


def test_nothing():
    """An empty window is not never, and only the longest one shows all that KORE keeps."""
    for days, words in (
        (1, "No data session in the last day"),
        (7, "No data session in the last 7 days"),
        (30, "No data session in the last 30 days; KORE keeps none from before that"),
    ):
        assert words == nothing(Window(NOON, days)), (days, words)


def test_left_out():
    """Each reason has its line, and what did not happen has none."""
    for why, lines in (
        ({}, []),
        ({NO_START: 1}, ["1 session left out: no start is told"]),
        ({TOO_OLD: 1246}, ["1\u202f246 sessions left out: over before these days began"]),
        ({IN_FUTURE: 2}, ["2 sessions left out: the start is in the future"]),
        ({BACKWARDS: 1}, ["1 session drawn as a moment: the end is before the start"]),
    ):
        assert lines == list(omissions(Counter(why), WINDOW)), (why, lines)


def test_of_report():
    """What the report lacks, the picture lacks, and says so."""
    for report, lines in (
        (a_report(), []),
        (a_report(skipped_rows=2), ["2 unreadable rows left out"]),
        (a_report(stale=True), ["Not read anew; known from 2026-01-05 11:00 UTC"]),
    ):
        assert lines == list(of_report(report)), (report, lines)


def test_unread():
    """Sessions that could not be read are told apart from none."""
    for problem, sentence in (
        (None, "The sessions of pump-7 could not be read, so there is no timeline."),
        (
            "KORE is busy.",
            "The sessions of pump-7 could not be read, so there is no timeline. KORE is busy.",
        ),
    ):
        assert sentence == unread(a_report(sessions=None, problem=problem)), (problem, sentence)
