"""Lines drawn from what a SIM did before."""

import pytest

from bot.diagnosis.habit import newest_run, unusual_in_a_row, usual_high, usual_low
from bot.diagnosis.rhythm import Contact

HIGHS = [
    ("no day", [], 0),
    ("one day", [7], 7),
    ("an accident", [1, 1, 90, 1, 1, 1], 1),
    ("two accidents", [1, 80, 90, 1, 1, 1], 1),
    ("what comes again", [1, 80, 90, 1, 85, 1], 80),
    ("on this day of the week", [1, 1, 1, 1, 1, 1, 90], 90),
    ("two weeks ago", [*[1] * 13, 90], 90),
    ("on another day of the week", [1, 1, 1, 1, 1, 90, 1], 1),
]


@pytest.mark.parametrize(("why", "days", "high"), HIGHS)
def test_the_most_that_is_usual(why, days, high):
    """What comes three times, or came on this day of the week, is usual."""
    assert high == usual_high(days), why


def test_the_least_that_is_usual():
    """A tenth of all may be lower."""
    assert (0, 5, 2) == (usual_low([]), usual_low([5, 6]), usual_low([1, *range(2, 12)]))


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
    contacts = [Contact(n, n, is_open=False, up=1, down=1) for n in range(len(kinds))]
    run = newest_run(contacts, lambda contact: kinds[int(contact.start)])

    assert unusual == run.is_unusual, why
