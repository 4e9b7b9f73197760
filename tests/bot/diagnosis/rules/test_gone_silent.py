import pytest

from bot.diagnosis.rules.gone_silent import gone_silent
from tests.bot.diagnosis.cases import (
    SECOND,
    D,
    H,
    ago,
    closed,
    evidence,
    found,
    reports,
    starts,
    still_open,
    words,
)


def working_week(silent, weeks=4, hours=range(0, 9, 2), days=5):
    """Return sessions on some hours of five days a week, the last one `silent` minutes ago."""
    last = max(hours) * H + (days - 1) * D
    return starts(
        *(
            silent + 7 * D * w + last - d * D - h * H
            for w in range(weeks)
            for d in range(days)
            for h in hours
        ),
        lasting=50,
    )


def by_day(without, silent):
    """Return sessions at each of nine hours of a day but for some; the last so many hours ago."""
    days = (d for d in range(25) if d not in without)
    return starts(*(silent * H + d * D + h * H for d in days for h in range(9)))


def until(minutes, sessions):
    """Return the sessions that started so many minutes ago or before."""
    return [session for session in sessions if session.start <= ago(minutes)]


BUSY = {"packets_uploaded": 90_000, "packets_downloaded": 90_000}
HOLE = [closed(20 * D - 9 * H - H * n, 5) for n in range(24)]  # before six days without a session
ALWAYS_ON = [closed(D * n, D - 1) for n in range(3, 30)]

FIRES = [
    ("an hourly one after 3 h", reports(H, 3 * H + SECOND, 20), "warning"),
    ("and within the day", reports(H, 24 * H, 20), "warning"),
    ("and after a day", reports(H, 25 * H, 20), "critical"),
    ("every 10 min, after an hour", reports(10, 66, 9, lasting=3), "warning"),
    ("a daily one after 3 days", reports(D, 3 * D + SECOND, 25), "warning"),
    ("a daily one after 6 days", reports(D, 6 * D + 6, 20), "critical"),
    ("four times a day, after a day", reports(6 * H, D + SECOND, 25), "warning"),
    (
        "a hole of six days two weeks ago does not stretch it",
        [*reports(H, 5 * D, 7), *HOLE],
        "warning",
    ),
    ("for longer than that hole", [*reports(H, 8 * D, 4), *HOLE], "critical"),
    ("a ship in port, as once before", [*reports(H, 8 * D, 4), *reports(H, 21 * D, 5)], "warning"),
    ("a ship in port for longer", [*reports(H, 11 * D, 4), *reports(H, 24 * D, 4)], "critical"),
    ("always on, after a day", [closed(2 * D, D - 1), *ALWAYS_ON], "warning"),
    ("always on, after two days", ALWAYS_ON, "critical"),
    ("hourly, and always on, after 3 h", reports(H, 4 * H, 20, lasting=59), "warning"),
    ("one session of weeks, after 3 days", [closed(20 * D, 17 * D - 1, **BUSY)], "warning"),
    ("machines on the day they should work", working_week(4 * D - H), "warning"),
    ("machines after their weekend, at long last", working_week(16 * D), "warning"),
    ("by day, and one day off before", by_day(without={9}, silent=40), "warning"),
    ("machines that stop in mid-week", until(40 * H, working_week(-H)), "warning"),
    ("of unknown rhythm, after 3 days", reports(H, 3 * D + 6, 0.2), "warning"),
    ("of unknown rhythm, with one gap", starts(8 * D, 9 * D), "info"),
    ("seen once", starts(8 * D), "info"),
    (
        "a ghost of long ago stands open",
        [*reports(H, 9 * H, 9), still_open(20 * D, 19 * D)],
        "warning",
    ),
    ("in odd order", reports(H, 25 * H, 20)[::-1], "critical"),
]
MUST_NOT = [
    ("an hourly one within 3 h", reports(H, 3 * H, 20)),
    ("every 10 min, within the hour", reports(10, 62, 9, lasting=3)),
    ("a daily one within 3 days", reports(D, 3 * D, 25)),
    ("one report in ten is missed", [s for n, s in enumerate(reports(H, 170, 20)) if n % 10 != 4]),
    ("machines at the weekend", working_week(60 * H)),
    ("machines at night", until(13 * H, working_week(2 * D))),
    ("by day, and two days off before", by_day(without={9, 14}, silent=40)),
    ("by day, and three days off by chance", by_day(without={4, 9, 15}, silent=40)),
    ("every second day", reports(2 * D, 4 * D, 28)),
    ("a weekly one", reports(7 * D, 10 * D, 21)),
    ("seen once, not long ago", starts(2 * D)),
    ("always on, within the day", [closed(2 * D, D + 1), *ALWAYS_ON]),
    ("one session of weeks, within 3 days", [closed(20 * D, 18 * D, **BUSY)]),
    (
        "a meter that sleeps, within 5 days",
        [closed(20 * D, 16 * D, packets_uploaded=99, packets_downloaded=90)],
    ),
    ("of unknown rhythm, within 3 days", starts(70 * H, 71 * H, 72 * H)),
    ("a session is open", [still_open(H), *reports(H, 9 * D, 5)]),
    ("open without news", [still_open(9 * D, None)]),
    (
        "its end cannot be read, and there is news",
        [still_open(9 * H, 2, end="soon"), *reports(H, 9 * H, 5)],
    ),
    ("its end lies before its start", [closed(60, -300, last_updated="2026-01-05T11:59:00Z")]),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions", "word"), FIRES)
def test_a_silence_longer_than_its_rhythm_is_found(why, sessions, word):
    """A SIM is silent once it is away for longer than its own rhythm explains."""
    assert [word] == words(gone_silent, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_silent(why, sessions):
    """A pause within the SIM's own rhythm, and any session with news, is no silence."""
    assert [] == words(gone_silent, evidence(*sessions)), why


def test_the_evidence_is_the_rhythm():
    """The finding tells the silence, how long it may be away, why, and its rhythm."""
    (finding,) = found(gone_silent, evidence(*reports(H, 9 * H, 5)))

    in_hours = [
        round(finding.evidence[name].total_seconds() / 3600, 2)
        for name in ("silent_for", "line", "typical", "longest_usual")
    ]
    assert [8.92, 3, 1, 1] == in_hours
    assert finding.says.endswith("normal: {why} of {longest_usual}.")
    assert "3 times its longest usual gap" == finding.evidence["why"]
    assert (119, True, False) == tuple(
        finding.evidence[name] for name in ("gaps", "rhythm_is_known", "at_its_usual_hour")
    )


def test_a_row_that_was_lost_makes_it_may_be():
    """Where rows could not be read no verdict rests on an absence."""
    (finding,) = found(gone_silent, evidence(*reports(H, 3 * D, 9), skipped=2))

    assert ("May have gone silent", "warning") == (finding.title, finding.severity.word)
    assert 2 == finding.evidence["skipped_rows"]


def test_unread_sessions_are_not_silence():
    """Where the sessions could not be read nothing is said of silence."""
    assert [] == words(gone_silent, evidence(unread=True))
