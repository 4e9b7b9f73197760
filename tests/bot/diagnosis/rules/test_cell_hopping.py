import pytest

from bot.diagnosis.rules.cell_hopping import cell_hopping
from tests.bot.diagnosis.cases import SECOND, D, H, closed, evidence, found, words


def cells(*names, first=20 * H, apart=H, **changes):
    """Return one session an hour in these cells, the last one newest."""
    return [closed(first - apart * n, 5, cell_id=c, **changes) for n, c in enumerate(names)]


ELSEWHERE = {"operator_mcc": "334", "operator_mnc": "020"}
FIRES = [
    ("4 cells", cells("a", "b", "c", "d")),
    ("4 cells, one again", cells("a", "b", "a", "c", "a", "d")),
    ("the first exactly 24 h ago", cells("a", "b", "c", "d", first=D)),
    ("in odd order", cells("a", "b", "c", "d")[::-1]),
    ("besides another network", cells("a", "b", "c", "d") + cells("x", first=2 * H, **ELSEWHERE)),
]
MUST_NOT = [
    ("3 cells", cells("a", "b", "c", "c", "a")),
    ("3 and 3 on two networks", cells(*"abc") + cells(*"xyz", first=5 * H, **ELSEWHERE)),
    ("unknown cells are none", cells("a", "b", "c", None, "", " ", "0", "unknown")),
    ("an unknown network", cells(*"abcd", operator_mnc=None)),
    ("the fourth before the last 24 h", cells("a", "b", "c", "d", first=D + SECOND)),
    ("no session", []),
]


@pytest.mark.parametrize(("why", "sessions"), FIRES)
def test_many_cells_on_one_network_are_told(why, sessions):
    """Four cells of one network in a day are info."""
    assert ["info"] == words(cell_hopping, evidence(*sessions)), why


@pytest.mark.parametrize(("why", "sessions"), MUST_NOT)
def test_what_is_not_cell_hopping(why, sessions):
    """Three cells, cells of several networks, and unknown ones find nothing."""
    assert [] == words(cell_hopping, evidence(*sessions)), why


def test_the_network_with_most_cells_is_told():
    """The finding counts the cells of the network that has most of them."""
    sessions = cells(*"abcde") + cells(*"wxyz", first=9 * H, apart=30, **ELSEWHERE)
    (finding,) = found(cell_hopping, evidence(*sessions))

    assert {"cells": 5, "network": "T-Mobile USA (310-260)"} == finding.evidence
