import pytest

from bot.diagnosis.rules.usage_spike import usage_spike
from tests.bot.diagnosis.cases import D, H, closed, evidence, found, starts, still_open, words


def day(number, packets, **changes):
    """Return one session within a 24 h block back from now, 0 being the last."""
    half = packets if packets is None else packets / 2
    counts = {"packets_uploaded": half, "packets_downloaded": half}
    return closed(D * number + 5 * H, 2 * H, **counts | changes)


def days(last, *before):
    """Return a session a day with these packets, counted back from now."""
    return [day(number, packets) for number, packets in enumerate((last, *before))]


def unknown(number):
    """Return a session of which packets are unknown, among ten on that day."""
    return [closed(D * number + 9 * H, 5, packets_uploaded=None)] + [
        closed(D * number + H + 20 * n, 5, packets_uploaded=5, packets_downloaded=5)
        for n in range(10)
    ]


EVERY_TENTH = [9_000 if n % 10 == 9 else 500 for n in range(28)]
WEEKLY = [9_000 if n % 7 == 6 else 500 for n in range(28)]

FIRES = [
    ("over 5 times", days(5_002, *[1_000] * 8)),
    ("of the median, not of the mean", days(6_000, *[1_000] * 7, 90_000)),
    ("many days", days(5_002, *[1_000] * 25)),
    ("far above the peaks that recur", days(20_000, *WEEKLY)),
    ("since yesterday as well", days(40_000, 40_000, *[1_000] * 10)),
    (
        "spread over the days",
        [day(0, 12_000), closed(9 * D, 8 * D, packets_uploaded=16_000, packets_downloaded=0)],
    ),
    ("in odd order", days(6_000, *[1_000] * 8)[::-1]),
    ("two peaks before, at other times", days(9_100, *EVERY_TENTH[5:])),
    ("a few unknown ones do not matter", [*days(60_000, *[1_000] * 9), *unknown(3)]),
    ("from silence", days(2_100, *[0] * 8)),
]
MUST_NOT = [
    ("exactly 5 times", days(5_000, *[1_000] * 8)),
    ("few packets", days(1_990, *[10] * 9)),
    ("6 days known", days(6_000, *[1_000] * 6)),
    ("6 days known, others not told", days(6_000, *[1_000] * 6, None, None, None)),
    ("the last day is not told", [*days(6_000, *[1_000] * 8), closed(H, 5, packets_uploaded=None)]),
    ("nothing in the last day", days(None, *[1_000] * 9)[1:]),
    ("the weekly upload", days(9_100, *WEEKLY)),
    ("the second weekly upload", days(9_100, *WEEKLY[:9])),
    ("an upload every tenth day", days(9_100, *EVERY_TENTH)),
    ("a peak as there were three", days(9_100, *[500, 9_000, 500, 500] * 4)),
    ("rarely used, and was so before", days(9_000, *[0] * 9, 5_000, *[0] * 9)),
    ("no packets at all", days(0, *[0] * 9)),
    ("open for 35 days", [still_open(35 * D, 1, packets_uploaded=90_000, packets_downloaded=9)]),
    (
        "a session of three days is spread",
        [
            still_open(3 * D, 0, packets_uploaded=12_000, packets_downloaded=0),
            *days(None, *[1_000] * 9)[3:],
        ],
    ),
    ("doubled rows count once", days(3_000, *[1_000] * 8) * 2),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_a_day_far_above_the_usual_is_a_warning(why, sessions):
    """More than 5 times the median of 7 known days, and twice the peaks that recur, is a spike."""
    assert ["warning"] == words(usage_spike, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_no_spike(why, sessions):
    """What is usual, or a peak that recurs, or too little known, is no spike."""
    assert [] == words(usage_spike, evidence(*sessions)), why


def test_the_evidence_is_told_in_packets():
    """The finding tells the packets of the day, the usual ones and peaks, and the days known."""
    (finding,) = found(usage_spike, evidence(*days(10_000, *[1_000] * 9)))

    assert {"packets": 10_000, "usual": 1_000, "peak": 1_000, "days": 8} == finding.evidence


def test_the_traffic_of_a_storm_ends_with_it():
    """What a storm used is over when the storm is; while it lasts, the storm explains it."""
    storm = starts(*range(12 * H, 13 * H, 2), packets_uploaded=500, packets_downloaded=0)
    usual = days(1_000, *[1_000] * 9)

    assert ["warning, over"] == words(usage_spike, evidence(*storm, still_open(11 * H), *usual))
    assert ["warning"] == words(usage_spike, evidence(*storm, *usual[1:]))
