import pytest

from bot.diagnosis.rule import diagnose
from bot.diagnosis.rules.operator_hopping import operator_hopping
from tests.bot.diagnosis.cases import LIMITS, SECOND, D, H, closed, evidence, found, reports, words

A, B, C = ("310", "260"), ("310", "410"), ("334", "020")
NAMELESS = (None, None)
FEW = {"packets_uploaded": 5, "packets_downloaded": 5}


def networks(*pairs, first=20 * H, apart=H):
    """Return one session an hour on these networks, the last one newest."""
    return [
        closed(first - apart * n, 5, operator_mcc=mcc, operator_mnc=mnc)
        for n, (mcc, mnc) in enumerate(pairs)
    ]


FIRES = [
    ("3 networks", networks(A, B, C)),
    ("3 networks, one far behind", networks(A, A, A, B, B, C)),
    ("4 switches between 2", networks(A, B, A, B, A)),
    ("unknown ones are skipped", networks(A, NAMELESS, B, A, NAMELESS, B, A)),
    ("the first exactly 24 h ago", networks(A, B, C, first=D)),
    ("in odd order", networks(A, B, A, B, A)[::-1]),
    ("mccs differ, mncs do not", networks(("310", "20"), ("311", "20"), ("334", "20"))),
    ("overlapping", networks(A, B, C, apart=3)),
]
MUST_NOT = [
    ("one network", networks(A, A, A, A, A, A)),
    ("2 networks", networks(A, A, B, B)),
    ("3 switches between 2", networks(A, B, A, B)),
    ("26 is 026", networks(("310", "26"), ("310", "026"), ("310", "26"), ("310", "026"))),
    ("an unknown network is no network", networks(A, NAMELESS, B)),
    ("an unknown network is no switch", networks(A, NAMELESS, A, NAMELESS, A)),
    ("half a network is unknown", networks(A, ("310", None), (None, "410"), B)),
    ("no number is unknown", networks(A, ("310", "x"), B)),
    ("the third before the last 24 h", networks(A, B, C, first=D + SECOND)),
    ("days apart", networks(A, B, C, A, B, first=20 * D, apart=2 * D)),
    ("doubled rows are no switch", networks(A, B) * 3),
    ("26, 260 and 026 of one operator", networks(*[("310", n) for n in ("26", "260", "026")] * 3)),
    ("as on other days", networks(*[A, B, A, A, B, A, B] * 30, first=20 * D, apart=137)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_many_networks_or_switches_are_a_warning(why, sessions):
    """Three networks, or four switches, in a day are a warning."""
    assert ["warning"] == words(operator_hopping, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_hopping(why, sessions):
    """Two networks with few switches, unknown ones, and what is longer ago are no hopping."""
    assert [] == words(operator_hopping, evidence(*sessions)), why


def test_a_device_that_moves_is_itself():
    """What has a new cell each time moves, and hops as it must."""
    rows = [closed(30 * D - H * n, 50, cell_id=f"c{n}") for n in range(690)]
    rows += [each.model_copy(update={"cell_id": "x"}) for each in networks(A, B, A, B, A, B)]

    assert ["info"] == words(operator_hopping, evidence(*rows))


def test_networks_are_told_as_received():
    """The finding names the networks with their numbers as received and counts the switches."""
    names = [("310", "026"), ("334", "020"), ("310", "410")]
    (finding,) = found(operator_hopping, evidence(*networks(*names)))

    told = tuple(f"T-Mobile USA ({mcc}-{mnc})" for mcc, mnc in names)
    assert {"switches": 2, "count": 3, "networks": told, "usual": 0} == finding.evidence


def test_hopping_explains_the_starts_that_it_makes():
    """Each hop is a start, so that the many starts stand under it without a step of their own."""
    turns = enumerate(range(30, 24 * H, 50))
    hops = [
        closed(ago, 40, operator_mnc=("260", "410", "120")[turn % 3], **FEW) for turn, ago in turns
    ]
    findings = diagnose(evidence(*hops, *reports(D, 30 * H, 20)), LIMITS)

    told = {finding.rule: finding.explained_by for finding in findings}
    assert (None, "operator_hopping") == (told["operator_hopping"], told["degraded"])
