"""Which trait tells the silent from the others."""

from math import comb

import pytest

from bot.diagnosis.contrast import Lines, Member, Trait, by_chance, outages_of

LINES = Lines(at_least=3, percent=20, within=1800)


def sims(many, *, lost=None, alive=10_000, first=0, **traits):
    """Return SIMs with these traits."""
    told = {Trait[name.upper()]: value for name, value in traits.items()}
    return [Member(f"{first + n}", lost, alive, told) for n in range(many)]


def test_the_chance_is_that_of_the_exact_test():
    """As many hits by chance: the tail of the hypergeometric distribution."""
    expected = sum(comb(5, n) * comb(30, 3 - n) for n in (2, 3)) / comb(35, 3)

    assert pytest.approx(expected) == by_chance(2, 5, 3, 35)
    assert pytest.approx(1) == by_chance(0, 5, 3, 35)
    assert 0 == by_chance(3, 2, 3, 35)


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
        "nor who was not heard of since",
        sims(5, lost=50, network="a") + sims(90, alive=40, first=50, network="a"),
        "a",
    ),
]


@pytest.mark.parametrize(("why", "members", "value"), CASES)
def test_the_narrowest_trait_that_explains(why, members, value):
    """The trait is told that is least by chance, of several the narrowest."""
    assert value == outages_of(members, LINES)[-1].value, why


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


def test_losses_by_accident_are_none():
    """
    Three of a hundred within half an hour that share nothing, or what all share, are no outage.
    """
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
