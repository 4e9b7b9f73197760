import pytest

from bot.diagnosis.rules.attach_without_data import attach_without_data
from tests.bot.diagnosis.cases import D, H, closed, evidence, reports, starts, still_open, words

EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}
GOOD = reports(6 * H, 7 * H, 20)


def tries(*minutes, lasting=5, **changes):
    """Return closed sessions without a packet that started so many minutes ago."""
    return starts(*minutes, lasting=lasting, **EMPTY | changes)


FIRES = [
    ("3 in a row", tries(90, 70, 50), "warning"),
    ("hours apart", tries(9 * H, 5 * H, H), "warning"),
    ("days apart", tries(9 * D, 5 * D, D), "warning"),
    ("long ones", tries(9 * H, 5 * H, H, lasting=100), "warning"),
    ("where data flowed before", [*tries(90, 70, 50), *GOOD], "warning"),
    ("where it never did", tries(*range(60, 29 * D, 6 * H)), "warning"),
    ("in odd order", tries(70, 50, 90), "warning"),
    (
        "unknown ones are passed over",
        [*tries(90, 70, 50), closed(60, 5, packets_uploaded=None)],
        "warning",
    ),
    ("the next try is open", [*tries(90, 70, 50), still_open(9, 1, **EMPTY)], "warning"),
    ("side by side", [*tries(90, 70, 50), *tries(89, 69, 49)], "warning"),
    (
        "more than a habit of one in ten",
        [*tries(*range(30, 330, 30)), *tries(2 * D), *GOOD],
        "warning",
    ),
    ("data flows since", [still_open(30), *tries(90, 70, 50)], "warning, over"),
    ("a good one since", [closed(30, 5), *tries(5 * H, 3 * H, 50), *GOOD], "warning, over"),
]
MUST_NOT = [
    ("2 only", tries(90, 70)),
    ("one still open", [*tries(90, 70), still_open(50, 1, **EMPTY)]),
    ("a good one between", [*tries(90, 50), closed(70, 5)]),
    ("one packet up", [*tries(90, 70), closed(50, 5, packets_uploaded=1, packets_downloaded=0)]),
    ("one packet down", [*tries(90, 70), closed(50, 5, packets_uploaded=0, packets_downloaded=1)]),
    ("unknown up", tries(90, 70, 50, packets_uploaded=None)),
    ("unknown down", tries(90, 70, 50, packets_downloaded=None)),
    ("doubled rows are one", tries(90, 70) * 2),
    (
        "a data network beside an empty one",
        [*tries(*range(60, 900, 60)), *starts(*range(59, 899, 60), lasting=5)],
    ),
    (
        "as often as ever",
        [
            *tries(90, 70, 50),
            *tries(*range(2 * D, 9 * D, 300)),
            *starts(*range(2 * D + 150, 9 * D, 300)),
        ],
    ),
    ("over for more than a day", [closed(30, 5), *tries(3 * D, 3 * D - 9, 3 * D - 18), *GOOD]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_empty_sessions_in_a_row_are_a_warning(why, sessions, word):
    """Three in a row without a packet, and more than its habit explains, are tries in vain."""
    assert [word] == words(attach_without_data, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_an_attach_without_data(why, sessions):
    """Sessions that are fewer, open, not empty, not known, or a habit, do not count."""
    assert [] == words(attach_without_data, evidence(*sessions)), why
