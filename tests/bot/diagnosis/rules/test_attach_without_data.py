import pytest

from bot.diagnosis.rules.attach_without_data import attach_without_data
from tests.bot.diagnosis.cases import SECOND, D, closed, evidence, starts, still_open, words

EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}


def tries(*minutes, lasting=5, **changes):
    """Return closed sessions without a packet that started so many minutes ago."""
    return starts(*minutes, lasting=lasting, **EMPTY | changes)


FIRES = [
    ("3 within an hour", tries(90, 70, 50)),
    ("the ends of the hour count", tries(90, 70, 30)),
    ("with a good one between", [*tries(90, 70, 50), closed(80, 5), closed(60, 30)]),
    ("just under 10 min", tries(90, 70, 50, lasting=10 - SECOND)),
    ("without any length", tries(90, 70, 50, lasting=0)),
    ("in odd order", tries(70, 50, 90)),
    ("almost a day ago", tries(D, D - 20, D - 40)),
    ("more than 3", tries(90, 80, 70, 60, 50)),
]
MUST_NOT = [
    ("2 only", tries(90, 70)),
    ("3 in more than an hour", tries(90 + SECOND, 70, 30)),
    ("one of 10 min", [*tries(90, 70), closed(50, 10, **EMPTY)]),
    ("one still open", [*tries(90, 70), still_open(50, 1, **EMPTY)]),
    ("one packet up", [*tries(90, 70), closed(50, 5, packets_uploaded=1, packets_downloaded=0)]),
    ("one packet down", [*tries(90, 70), closed(50, 5, packets_uploaded=0, packets_downloaded=1)]),
    ("unknown up", tries(90, 70, 50, packets_uploaded=None)),
    ("unknown down", tries(90, 70, 50, packets_downloaded=None)),
    ("one before the last 24 h", tries(D + SECOND, D - 20, D - 40)),
    ("doubled rows are one", tries(90, 70) * 2),
    ("ended before it began", tries(90, 70, 50, lasting=-5)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_short_empty_sessions_close_together_are_a_warning(why, sessions):
    """Three short sessions without a packet that start within an hour are tries in vain."""
    assert ["warning"] == words(attach_without_data, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_an_attach_without_data(why, sessions):
    """Sessions that are fewer, longer, open, further apart, not empty or not known do not count."""
    assert [] == words(attach_without_data, evidence(*sessions)), why
