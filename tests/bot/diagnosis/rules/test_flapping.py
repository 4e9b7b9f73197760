import pytest

from bot.diagnosis.rules.flapping import flapping
from tests.bot.diagnosis.cases import SECOND, D, evidence, found, starts, words

FIRES = [
    ("5 in an hour", starts(100, 90, 80, 70, 60), "warning"),
    ("6 in an hour", starts(100, 95, 90, 80, 70, 60), "warning"),
    ("7 in an hour", starts(100, 95, 90, 85, 80, 70, 60), "critical"),
    ("the ends of the hour count", starts(120, 110, 100, 90, 60), "warning"),
    ("across the full hour of the clock", starts(150, 140, 130, 110, 95), "warning"),
    ("in odd order", starts(80, 100, 60, 90, 70), "warning"),
    ("exactly 24 h ago", starts(D, D - 5, D - 10, D - 15, D - 20), "warning"),
    ("overlapping sessions", starts(100, 90, 80, 70, 60, lasting=15), "warning"),
    ("open rows count too", starts(100, 90, 80, 70, 60, end=None), "warning"),
]
MUST_NOT = [
    ("4 in an hour", starts(100, 90, 80, 70)),
    ("5 in a second more than an hour", starts(120 + SECOND, 110, 100, 90, 60)),
    ("doubled rows are one start", starts(100, 90, 80, 70) * 2),
    ("rows without start", starts(100, 90, 80, 70) + starts(75, start=None)),
    ("before the last 24 h", starts(*(D + minutes for minutes in (50, 40, 30, 20, 10)))),
    ("one of them before the last 24 h", starts(D + SECOND, D - 5, D - 10, D - 15, D - 20)),
    ("spread over the day", starts(*range(0, D, 20))),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_many_starts_in_an_hour_are_flapping(why, sessions, word):
    """Some 60 minutes with more than 4 starts are a warning, with more than 6 critical."""
    assert [word] == words(flapping, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_flapping(why, sessions):
    """Up to 4 starts in any 60 minutes of the last day are normal."""
    assert [] == words(flapping, evidence(*sessions)), why


def test_the_source_is_that_of_the_line_crossed():
    """A warning cites who draws the line at 4, a critical finding who draws it at 6."""
    (warning,) = found(flapping, evidence(*starts(50, 40, 30, 20, 10)))
    (critical,) = found(flapping, evidence(*starts(50, 40, 30, 20, 10, 8, 5)))

    assert ("Verizon", 4) == (warning.source[:7], warning.evidence["limit"])
    assert ("Particle", 6) == (critical.source[:8], critical.evidence["limit"])
