import pytest

from bot.diagnosis.rules.barred_after_flapping import barred_after_flapping
from tests.bot.diagnosis.cases import (
    SECOND,
    D,
    H,
    closed,
    evidence,
    found,
    starts,
    still_open,
    words,
)


def burst(last, number=7, apart=10):
    """Return `number` starts, `apart` minutes from each other, the last one `last` ago."""
    return starts(*(last + apart * n for n in range(number)))


FIRES = [
    ("silent for over 6 h", burst(6 * H + SECOND)),
    ("the ends of the hour count", burst(9 * H, 7, 10)),
    ("days ago", burst(6 * D)),
    ("more starts before", burst(9 * H) + starts(3 * D, 2 * D)),
    ("the last one is a ghost", [*burst(9 * H)[1:], still_open(9 * H, 8 * H)]),
    ("open or not, nobody heard of it", [*burst(9 * H)[1:], still_open(9 * H, None)]),
    ("in odd order", burst(9 * H)[::-1]),
    ("exactly 7 days ago", burst(7 * D - 60)),
]
MUST_NOT = [
    ("exactly 6 h", burst(6 * H)),
    ("6 starts", burst(9 * H, 6)),
    ("7 starts in more than an hour", burst(9 * H, 7, 10 + SECOND)),
    ("a start since", [*burst(9 * H), closed(8 * H, 1)]),
    ("a start since, minutes after the hour", [*burst(9 * H, 7), closed(9 * H - 1, 1)][1:]),
    ("online: the last start holds", [*burst(9 * H)[1:], still_open(9 * H, 5)]),
    ("8 days ago", burst(8 * D)),
    ("one start before the last 7 days", burst(7 * D - 60 + SECOND)),
    ("doubled rows are one start", burst(9 * H, 4, 10) * 2),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_flapping_that_ended_in_silence_is_critical(why, sessions):
    """More than 6 starts in 60 minutes and none since for over 6 h look like a bar."""
    assert ["critical"] == words(barred_after_flapping, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_barred(why, sessions):
    """Fewer starts, a later start, a short silence or a session that lives are no bar."""
    assert [] == words(barred_after_flapping, evidence(*sessions)), why


def test_the_evidence_tells_the_burst():
    """The finding tells how many starts there were, when, and the silence since."""
    (finding,) = found(barred_after_flapping, evidence(*burst(9 * H, 8, 5)))

    assert 8 == finding.evidence["starts"]
    assert 9 * 3600 == finding.evidence["quiet_for"].total_seconds()
