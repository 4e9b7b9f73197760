import pytest

from bot.diagnosis.rules.flapping import flapping
from bot.diagnosis.rules.reconnects_often import reconnects_often
from tests.bot.diagnosis.cases import SECOND, D, H, evidence, found, reports, starts, still_open
from tests.bot.diagnosis.cases import words as told

DAILY = reports(D, 2 * D, 20)
BY_DESIGN = reports(10, 4, 9, lasting=3)
STORM = starts(*range(30, 90, 2))

FIRES = [
    ("5 in an hour", starts(100, 90, 80, 70, 60), "warning"),
    ("6 in an hour", starts(100, 95, 90, 80, 70, 60), "warning"),
    ("7 in an hour", starts(100, 95, 90, 85, 80, 70, 60), "critical"),
    ("all but an hour", starts(120 - SECOND, 110, 100, 90, 60), "warning"),
    ("across the full hour of the clock", starts(150, 140, 130, 110, 95), "warning"),
    ("in odd order", starts(80, 100, 60, 90, 70), "warning"),
    ("almost 24 h ago, and silent since", starts(*(D - n for n in (1, 5, 10, 15, 20))), "warning"),
    ("one after the other", starts(100, 90, 80, 70, 60, lasting=9), "warning"),
    ("open rows count too", starts(100, 90, 80, 70, 60, end=None), "warning"),
    ("a storm of a daily one", [*STORM, *DAILY], "critical"),
    ("a storm above a high rate", [*starts(*range(5, 63, 2)), *BY_DESIGN[7:]], "critical"),
    ("the first thing it did", starts(*range(1, 59, 2)), "critical"),
    (
        "over: it holds a session since",
        [*starts(*range(300, 360, 5)), still_open(299), *DAILY],
        "critical, over",
    ),
    (
        "over: back to its days",
        [*starts(*range(900, 960, 5)), *reports(6 * H, 60, 20)],
        "critical, over",
    ),
    (
        "over: it held a session for hours before it fell silent",
        [*starts(*range(900, 960, 5)), still_open(899, 300), *DAILY],
        "critical, over",
    ),
    (
        "not over: it held a session for hours, without a packet",
        [
            *starts(*range(905, 960, 5)),
            still_open(900, 300, packets_uploaded=0, packets_downloaded=0),
            *DAILY,
        ],
        "critical",
    ),
    ("not over: it is silent", [*starts(*range(900, 960, 5)), *DAILY], "critical"),
    (
        "not over: it ended just now",
        [*starts(*range(60, 120, 5)), still_open(55), *DAILY],
        "critical",
    ),
]
MUST_NOT = [
    ("4 in an hour", starts(100, 90, 80, 70)),
    ("at the quarters of an hour", starts(120, 105, 90, 75, 60, 45, 30, 15)),
    ("the hour is half open", starts(120, 110, 100, 90, 60)),
    ("doubled rows are one start", starts(100, 90, 80, 70) * 2),
    ("rows without start", starts(100, 90, 80, 70) + starts(75, start=None)),
    ("before the last 24 h", starts(*(D + minutes for minutes in (50, 40, 30, 20, 10)))),
    ("one of them before the last 24 h", starts(D + SECOND, D - 5, D - 10, D - 15, D - 20)),
    ("spread over the day", starts(*range(0, D, 20))),
    (
        "two data networks an attach",
        starts(*range(0, 3 * D, 20), lasting=9)
        + starts(*(n - 0.1 for n in range(10, 3 * D, 20)), lasting=9)
        + starts(*(n - 0.2 for n in range(10, 3 * D, 20)), lasting=9),
    ),
    ("every ten minutes by design", BY_DESIGN),
    ("and now and then one more", [*BY_DESIGN, *starts(33.5, 37.5)]),
    ("since yesterday, at an even rate", reports(10, 4, 0.8, lasting=3)),
    ("a weekly upload", starts(*(n * 7 * D + 60 + 5 * m for n in range(4) for m in range(9)))),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_many_starts_in_an_hour_are_flapping(why, sessions, word):
    """Some 60 minutes with more than 4 starts, far above the usual, are a warning; 6 critical."""
    assert [word] == told(flapping, evidence(*sessions)), why
    assert [] == told(reconnects_often, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_flapping(why, sessions):
    """Up to 4 starts in any 60 minutes of the last day are normal, and so is what always was so."""
    assert [] == told(flapping, evidence(*sessions)), why


def test_the_source_is_that_of_the_line_crossed():
    """A warning cites who draws the line at 4, a critical finding who draws it at 6."""
    (warning,) = found(flapping, evidence(*starts(50, 40, 30, 20, 10)))
    (critical,) = found(flapping, evidence(*starts(50, 40, 30, 20, 10, 8, 5)))

    assert ("Verizon", 4) == (warning.source[:7], warning.evidence["limit"])
    assert ("Particle", 6) == (critical.source[:8], critical.evidence["limit"])
