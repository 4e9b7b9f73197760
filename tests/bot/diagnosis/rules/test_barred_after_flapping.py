import pytest

from bot.diagnosis.rules.barred_after_flapping import barred_after_flapping
from tests.bot.diagnosis.cases import (
    SECOND,
    D,
    H,
    closed,
    evidence,
    found,
    reports,
    starts,
    still_open,
    words,
)


def burst(last, number=7, apart=10 - SECOND):
    """Return `number` starts, `apart` minutes from each other, the last one `last` ago."""
    return starts(*(last + apart * n for n in range(number)))


DAILY = reports(D, 2 * D, 20)
EVERY_TEN = reports(10, 9 * H, 9, lasting=3)

FIRES = [
    ("silent for over 6 h", burst(6 * H + SECOND)),
    ("days ago", burst(6 * D)),
    ("a week ago and more", burst(12 * D)),
    ("more starts before", burst(9 * H) + starts(3 * D, 2 * D)),
    ("the last one is a ghost", [*burst(9 * H)[1:], still_open(9 * H, 8 * H)]),
    ("in odd order", burst(9 * H)[::-1]),
    ("a daily one that missed its hour", [*burst(31 * H, 20, 2), *DAILY]),
    ("far above its usual ten minutes", [*burst(9 * H, 30, 1.9), *EVERY_TEN[12:]]),
]
MUST_NOT = [
    ("exactly 6 h", burst(6 * H)),
    ("6 starts", burst(9 * H, 6)),
    ("7 starts in an hour, which is half open", burst(9 * H, 7, 10)),
    ("a start since", [*burst(9 * H), closed(8 * H, 1)]),
    ("a start since, minutes after the hour", [*burst(9 * H, 7), closed(9 * H - 1, 1)][1:]),
    ("online: the last start holds", [*burst(9 * H)[1:], still_open(9 * H, 5)]),
    ("nobody knows whether it lives", [*burst(9 * H)[1:], still_open(9 * H, None)]),
    ("doubled rows are one start", burst(9 * H, 4, 10) * 2),
    ("as often as ever", EVERY_TEN),
    ("a daily one that is not yet due", [*burst(20 * H, 20, 2), *DAILY]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_flapping_that_ended_in_silence_is_critical(why, sessions):
    """More than 6 starts in 60 minutes, unusual for it, and silence over 6 h look like a bar."""
    assert ["critical"] == words(barred_after_flapping, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_barred(why, sessions):
    """Fewer starts, a later one, a short or usual silence, or a session that lives are no bar."""
    assert [] == words(barred_after_flapping, evidence(*sessions)), why


def test_the_evidence_tells_the_burst():
    """The finding tells how many starts there were, when, and the silence since."""
    (finding,) = found(barred_after_flapping, evidence(*burst(9 * H, 8, 5)))

    assert 8 == finding.evidence["starts"]
    assert 9 * 3600 == finding.evidence["quiet_for"].total_seconds()
