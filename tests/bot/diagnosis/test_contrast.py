"""Which trait tells the silent from the others."""

from math import comb

import pytest

from bot.diagnosis.contrast import (
    Member,
    OutageLimits,
    Trait,
    chance_of,
    outages_of,
    possible_outages,
    undecided,
)
from bot.struct import replace

LINES = OutageLimits(at_least=3, percent=20, within=1800)


def sims(many, *, lost=None, alive=10_000, first=0, **traits):
    """Return SIMs with these traits."""
    told = {Trait[name.upper()]: value for name, value in traits.items()}
    return [Member(f"{first + n}", lost, alive, told) for n in range(many)]


def test_the_chance_is_that_of_the_exact_test():
    """As many hits by chance: the tail of the hypergeometric distribution."""
    expected = sum(comb(5, n) * comb(30, 3 - n) for n in (2, 3)) / comb(35, 3)

    assert pytest.approx(expected) == chance_of(2, 5, 3, 35)
    assert pytest.approx(1) == chance_of(0, 5, 3, 35)
    assert 0 == chance_of(3, 2, 3, 35)


CASES = [
    ("a network", sims(5, lost=50, network="a") + sims(9, first=50, network="b"), "a"),
    (
        "the cell, not its network",
        sims(5, lost=50, network="a", cell="x")
        + sims(9, first=20, network="a", cell="y")
        + sims(9, first=50, network="b", cell="z"),
        "x",
    ),
    (
        "the network, not one of its cells",
        sims(5, lost=50, network="a", cell="x")
        + sims(5, lost=51, first=20, network="a", cell="y")
        + sims(9, first=50, network="b", cell="z"),
        "a",
    ),
    (
        "who was silent before says nothing",
        sims(5, lost=50, network="a") + sims(9, lost=10, first=50, network="a"),
        "a",
    ),
    (
        "nor who was not heard from since",
        sims(5, lost=50, network="a") + sims(90, alive=40, first=50, network="a"),
        "a",
    ),
]


@pytest.mark.parametrize(("why", "members", "value"), CASES)
def test_the_narrowest_trait_that_explains(why, members, value):
    """The trait is told that is least by chance, of several the narrowest."""
    assert value == outages_of(members, LINES)[-1].value, why


def waves(*sizes, well=9):
    """Return SIMs of one model that fell silent in waves, and others of another that are well."""
    every = sims(27, alive=99_000, first=90, model="b")
    every += sims(well, alive=99_000, first=60, model="a")
    for wave, size in enumerate(sizes):
        every += sims(size, lost=5000 * (wave + 1), first=10 * wave, model="a")
    return every


def test_the_waves_of_one_fault():
    """What a later wave tells for certain explains an earlier one that tells too little itself."""
    told = [
        (outage.value, outage.silent, outage.members)
        for outage in outages_of(waves(5, 5, 5, well=0), LINES)
    ]
    alone = outages_of(waves(5, 5, 5, well=0), LINES, {"3"})

    assert [("a", 5, 15), ("a", 5, 10), ("a", 5, 5)] == told
    assert "a" == next(outage.value for outage in alone if "3" in outage.sids)
    assert [] == outages_of(waves(3, well=12), LINES)


def test_who_fell_silent_later_is_not_well():
    """Of the members that were well then it tells how many are still."""
    found = outages_of(waves(5, 5, 5, well=0), LINES) + outages_of(waves(9, well=1), LINES)

    assert [0, 0, 0, 1] == [outage.well for outage in found]


def test_two_sites_of_one_fault():
    """Those that the first trait does not explain are explained by the next."""
    members = [
        *sims(4, lost=50, cell="x"),
        *sims(3, lost=60, first=10, cell="y"),
        *sims(32, first=50, cell="z"),
    ]

    outages = outages_of(members, LINES)
    assert ["x", "y"] == [outage.value for outage in outages]
    assert 7 == len(frozenset().union(*(outage.sids for outage in outages)))


@pytest.mark.parametrize(("well", "chance"), [(2, 0.032), (3, 0.061)])
def test_what_may_be_by_chance_leaves_none_out(well, chance):
    """Four of twenty are one outage, though three are on one cell, however many are well there."""
    members = [
        *sims(3, lost=50, network="a", cell="x"),
        *sims(1, lost=60, first=3, network="a", cell="y"),
        *sims(well, first=4, network="a", cell="x"),
        *sims(16 - well, first=10, network="a", cell="z"),
    ]
    (found,) = outages_of(members, LINES)

    assert (4, "a", 0) == (found.silent, found.value, found.others_silent)
    assert pytest.approx(chance, abs=0.001) == chance_of(3, 3 + well, 4, 20)


@pytest.mark.parametrize("elsewhere", [0, 2, 12, 14, 30, 300])
@pytest.mark.parametrize("clusters", [0, 3])
def test_a_cell_is_out_however_many_are_known_elsewhere(elsewhere, clusters):
    """Each SIM that is looked up and well elsewhere makes it surer, never an accident."""
    known = [
        *sims(3, lost=50, network="a", cell="x"),
        *sims(3, first=3, network="a", cell="x"),
        *sims(elsewhere, first=10, network="a", cell="z"),
        *(
            each
            for n in range(clusters)
            for each in sims(3, lost=-9000 * n - 9000, first=400 + 3 * n)
        ),
    ]
    found = [each for each in outages_of(known, LINES) if each.first == 50]

    assert [("x", 3, 6)] == [(each.value, each.silent, each.members) for each in found]


@pytest.mark.parametrize(("heard", "members"), [(51, 4), (1850, 4), (1851, 5)])
def test_who_is_not_due_yet_is_not_well(heard, members):
    """Heard of a moment after the others and never since: no sign of having been spared."""
    known = [
        *sims(4, lost=50, network="a", cell="x"),
        *sims(1, alive=heard, first=4, network="a", cell="x"),
        *sims(30, first=5, network="a", cell="z"),
    ]
    found = outages_of(known, LINES)

    assert ("x", members) == (found[-1].value, found[-1].members)


def test_losses_by_accident_are_none():
    """Three of a hundred within half an hour that share nothing, or all share it, are no outage."""
    scattered = [member for n in range(3) for member in sims(1, lost=n, first=n, cell=f"{n}")]

    assert [] == outages_of(scattered + sims(97, first=50, cell="z"), LINES)
    assert [] == outages_of(sims(3, lost=5, plan="p") + sims(97, first=9, plan="p"), LINES)
    assert [] == outages_of(sims(2, lost=5, plan="p") + sims(9, first=9, plan="q"), LINES)


def test_many_clusters_draw_a_stricter_line():
    """Where losses are many, a trait must tell more surely."""
    one = sims(3, lost=0, model="m") + sims(25, first=900, model="m")
    rest = sims(300, first=1000, model="n")
    others = [
        member
        for n in range(60)
        for member in sims(3, lost=-9000 * n - 9000, first=3000 + 3 * n, model="n")
    ]

    assert 1 == len(outages_of(one + rest, LINES))
    assert [] == outages_of(one + rest + others, LINES)


def fleet(lost, heard=(), pending=(), network="a", others=20):
    """Return SIMs of a network that were lost at minutes, heard from since, or not due yet."""
    mine = {Trait.NETWORK: network}
    return [
        *(Member(f"lost{n}", at * 60.0, at * 60.0, mine) for n, at in enumerate(lost)),
        *(Member(f"heard{n}", None, 9e4, mine) for n in heard),
        *(Member(f"due{n}", None, 0.0, mine) for n in pending),
        *(Member(f"other{n}", None, 9e4, {Trait.NETWORK: "b"}) for n in range(others)),
    ]


@pytest.mark.parametrize(
    ("why", "members", "sids"),
    [
        ("two of a network, others well", fleet([1, 9], pending=range(5)), {"lost0", "lost1"}),
        ("one alone", fleet([1], pending=range(5)), None),
        ("far apart in time", fleet([1, 60], pending=range(5)), None),
        ("most of the network is well", fleet([1, 9], heard=range(8)), None),
        (
            "nobody is heard from since",
            fleet([1, 9], pending=range(5), others=0),
            {"lost0", "lost1"},
        ),
        ("nobody else is there", fleet([1, 9], others=0), None),
        ("a part, minutes apart", fleet([1, 7], heard=range(3), others=30), {"lost0", "lost1"}),
        ("a part, not so close", fleet([1, 25], heard=range(3), others=30), None),
    ],
)
def test_two_may_be_the_beginning(why, members, sids):
    """Two that a trait tells for certain from those that are well may be the first of an outage."""
    found = possible_outages(members, [], {"lost0"}, LINES)

    assert ([sids] if sids else []) == [set(outage.sids) for outage in found], why
    assert [] == possible_outages(members, [], set(), LINES)


@pytest.mark.parametrize(
    ("why", "members", "is_open"),
    [
        ("all others are due later", fleet([1], pending=range(5)), True),
        ("most are not heard from since", fleet([1, 2, 3], heard=range(2)), True),
        ("most are well", fleet([1], heard=range(5)), False),
        ("too few for an outage", fleet([1], pending=range(1)), False),
    ],
)
def test_whether_others_may_follow(why, members, is_open):
    """Whether a SIM is the first of many is open as long as its like were not heard from since."""
    assert ({"lost0"} if is_open else set()) == undecided(members, {"lost0"}, LINES), why


@pytest.mark.parametrize(
    ("well", "cells", "is_sample", "found"),
    [
        (8, "xyz", False, 1),
        (8, "xyz", True, 0),
        (3, "xyz", True, 1),
        (8, "xxx", True, 1),
        (8, [""] * 3, True, 0),
    ],
    ids=["all", "a sample", "half of a sample", "one cell", "unknown cells"],
)
def test_three_of_few_that_were_looked_at_may_be_chance(well, cells, is_sample, found):
    """What no trait tells apart is an outage of those asked for, but not of a few neighbours."""
    members = sims(well, network="a", cell="w", first=50)
    for n, cell in enumerate(cells):
        place = {"cell": cell} if cell else {}
        members += sims(1, lost=50 + n, network="a", first=n, **place)

    assert found == len(outages_of(members, replace(LINES, is_sample=is_sample)))
