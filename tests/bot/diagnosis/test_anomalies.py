"""How many in a row are more than a habit explains."""

from random import Random

import pytest

from bot.diagnosis.anomalies import newest_run, unusual_in_a_row
from bot.diagnosis.rhythm import HOUR, Contact


@pytest.mark.parametrize(
    ("times", "of", "in_a_row"), [(0, 0, 3), (0, 99, 3), (1, 50, 3), (5, 50, 5), (25, 50, 14)]
)
def test_how_many_in_a_row_are_no_chance(times, of, in_a_row):
    """Three at least, and more where it happens now and then."""
    assert in_a_row == unusual_in_a_row(times, of)


def test_a_run():
    """The newest of one kind are a run; what is unknown is skipped, what lies before is counted."""
    kinds = [True, None, True, True, False, True, None, False]
    contacts = [Contact(n, n, is_open=False, up=1, down=1) for n in range(len(kinds))]
    run = newest_run(contacts, lambda contact: kinds[int(contact.start)])

    assert ([0, 2, 3], 1, 3) == ([each.start for each in run.contacts], run.times, run.before)
    assert not run.is_unusual


@pytest.mark.parametrize(
    ("why", "newest", "earlier", "unusual"),
    [
        ("as long as each weekend", 50, (120, 50, 120, 50), False),
        ("far longer than any weekend", 70, (120, 50, 120, 50), True),
        ("as long as an outage of the past", 50, (120, 50, 120), True),
    ],
)
def test_a_run_that_came_before(why, newest, earlier, unusual):
    """As many in a row as came twice before are a habit; once is an outage of the past."""
    kinds = [True] * newest
    for place, many in enumerate(earlier):
        kinds += [place % 2 == 1] * many
    assert unusual == run_of(kinds).is_unusual, why


def run_of(kinds):
    """Return the run at the end of hourly contacts of these kinds, the newest first."""
    starts = [-HOUR * n for n in range(len(kinds))]
    contacts = [Contact(start, start, is_open=False, up=1, down=1) for start in starts]
    return newest_run(contacts, lambda contact: kinds[int(-contact.start / HOUR)])


PAIRS = [True, False] * 100
TRIPLES = [True, True, False] * 100
DICE = Random(1)
TWO_IN_THREE = [DICE.random() < 2 / 3 for _ in range(600)]
IN_A_ROW = [
    ("two in three by chance, as ever", 8, [False, *TWO_IN_THREE], False),
    ("one of each pair", 8, [False, *PAIRS], True),
    ("one of each pair, and it begins", 3, [False, *PAIRS], False),
    ("two of each three", 16, [False, *TRIPLES], True),
    ("on one busy day of the past", 5, [False] * 99 + [True, True, True, True, False] * 3, True),
]


@pytest.mark.parametrize(("why", "newest", "earlier", "unusual"), IN_A_ROW)
def test_a_run_that_its_pattern_does_not_explain(why, newest, earlier, unusual):
    """How often it goes on after one, two, three tells more than how many there are at all."""
    assert unusual == run_of([True] * newest + earlier).is_unusual, why
