import pytest

from bot.diagnosis.rules.gone_silent import gone_silent
from tests.bot.diagnosis.cases import SECOND, D, H, closed, evidence, found, still_open, words


def rhythm(silent, *gaps, lasting=H):
    """Return hour-long sessions with these gaps between them, the newest ended `silent` ago."""
    start, sessions = silent + lasting, []
    for gap in (*reversed(gaps), 0):
        sessions.append(closed(start, lasting))
        start += gap + lasting
    return sessions


FIRES = [
    ("no gap to compare with", rhythm(D + SECOND)),
    ("short gaps", rhythm(D + SECOND, H, H, H)),
    ("over 3 times the median", rhythm(6 * D + SECOND, 2 * D, 2 * D, 2 * D)),
    ("over 1.25 times the longest", rhythm(5 * D + SECOND, H, H, H, 4 * D)),
    ("a median of two", rhythm(6 * D + SECOND, D, 3 * D)),
    ("overlaps count as no gap", rhythm(D + SECOND, -2, -2)),
    (
        "an older row that was never closed gives no gap",
        [closed(2 * D, H), still_open(20 * D, 20 * D)],
    ),
    ("in odd order", rhythm(D + SECOND, H, H)[::-1]),
]
MUST_NOT = [
    ("exactly a day", rhythm(D)),
    ("exactly 3 times the median", rhythm(6 * D, 2 * D, 2 * D, 2 * D)),
    ("exactly 1.25 times the longest", rhythm(5 * D, H, H, H, 4 * D)),
    ("a weekly rest", rhythm(2 * D, H, H, H, 3 * D, H, H)),
    ("a session is open", [still_open(H), *rhythm(3 * D)]),
    ("a ghost is not silent", [still_open(9 * D, 9 * D)]),
    ("open without news", [still_open(9 * D, None)]),
    ("no session", []),
    ("ended in the future", rhythm(-3)),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_silence_longer_than_its_rhythm_is_critical(why, sessions):
    """A SIM is silent once its pause is longer than a day and than its own gaps explain."""
    assert ["critical"] == words(gone_silent, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_silent(why, sessions):
    """A pause within the SIM's own rhythm, and any open session, is no silence."""
    assert [] == words(gone_silent, evidence(*sessions)), why


def test_the_evidence_is_the_rhythm():
    """The finding tells the silence, the limit and the gaps that it was compared with."""
    (finding,) = found(gone_silent, evidence(*rhythm(30 * H, H, 2 * H, 3 * H)))

    in_hours = {k: v.total_seconds() / 3600 for k, v in finding.evidence.items() if "gap" in k[3:]}
    assert {"median_gap": 2, "longest_gap": 3} == in_hours
    assert 3 == finding.evidence["gaps"]


def test_unread_sessions_are_not_silence():
    """Where the sessions could not be read nothing is said of silence."""
    assert [] == words(gone_silent, evidence(unread=True))
