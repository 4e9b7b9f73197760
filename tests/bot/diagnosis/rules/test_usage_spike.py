import pytest

from bot.diagnosis.rules.usage_spike import usage_spike
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, still_open, words


def day(number, packets, **changes):
    """Return one session within a 24 h block back from now, 0 being the last."""
    half = packets if packets is None else packets / 2
    counts = {"packets_uploaded": half, "packets_downloaded": half}
    return closed(D * number + 5 * H, 2 * H, **counts | changes)


def days(last, *before):
    """Return a session a day with these packets, counted back from now."""
    return [day(number, packets) for number, packets in enumerate((last, *before))]


FIRES = [
    ("over 5 times", days(502, *[100] * 7)),
    ("of the median, not of the mean", days(600, *[100] * 6, 90_000)),
    ("many days", days(5_002, *[1_000] * 25)),
    (
        "days without a session are unknown",
        [*days(600, *[100] * 4), *(day(n, 100) for n in (9, 15, 20))],
    ),
    ("unknown days are not 0", days(600, None, None, *[100] * 7)),
    (
        "spread over the days",
        [day(0, 1_200), closed(9 * D, 8 * D, packets_uploaded=1_600, packets_downloaded=0)],
    ),
    ("in odd order", days(600, *[100] * 7)[::-1]),
    (
        "an unknown session long ago",
        [*days(600, *[100] * 7), closed(20 * D, 5, packets_uploaded=None)],
    ),
    ("from silence", days(10, *[0] * 7)),
]
MUST_NOT = [
    ("exactly 5 times", days(500, *[100] * 7)),
    ("6 days known", days(600, *[100] * 6)),
    ("6 days known, others not told", days(600, *[100] * 6, None, None, None)),
    ("the last day is not told", [*days(600, *[100] * 7), closed(H, 5, packets_uploaded=None)]),
    ("half told", [*days(600, *[100] * 7), closed(H, 5, packets_downloaded=None)]),
    (
        "one not told reaches into the last day",
        [*days(600, *[100] * 7), closed(D + H, 2 * H, packets_uploaded=None)],
    ),
    ("the extent is not told", [*days(600, *[100] * 7), still_open(3 * H, None)]),
    ("nothing in the last day", days(None, *[100] * 9)[1:]),
    ("no packets at all", days(0, *[0] * 9)),
    ("open for 35 days", [still_open(35 * D, 1, packets_uploaded=90_000, packets_downloaded=9)]),
    (
        "a session of three days is spread",
        [
            still_open(3 * D, 0, packets_uploaded=1_200, packets_downloaded=0),
            *days(None, *[100] * 9)[3:],
        ],
    ),
    ("doubled rows count once", days(300, *[100] * 7) * 2),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_day_far_above_the_usual_is_a_warning(why, sessions):
    """More than 5 times the median of at least 7 known days before is a spike."""
    assert ["warning"] == words(usage_spike, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_spike(why, sessions):
    """
    Up to 5 times, too few known days, or counters that are unknown in the last day, are no spike.
    """
    assert [] == words(usage_spike, evidence(*sessions)), why


def test_the_evidence_is_told_in_packets():
    """The finding tells the packets of the day, the usual ones, and how many days are known."""
    (finding,) = found(usage_spike, evidence(*days(1_000, *[100] * 8)))

    assert {"packets": 1_000, "usual": 100, "days": 8} == finding.evidence
