"""What SIMs that fell silent together have in common, told by those that did not. Pure.

For each trait the share that is silent among all with that trait is held against the share among
the others, by Fisher's exact test, one-sided: https://en.wikipedia.org/wiki/Fisher%27s_exact_test
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from math import exp, lgamma

from bot.struct import Struct, field, replace

_SURE = 0.01
_LIKELY = 0.05
_MOST_CLUSTERS = 20
_PAIR = 2
_MOST_BEGINNINGS = 5
_NOTHING = 1e-17


class Trait(StrEnum):
    """What SIMs can have in common, the narrowest first."""

    CELL = "cell"
    NETWORK = "network"
    PLAN = "rate plan"
    MODEL = "device model"
    COUNTRY = "country"
    RADIO = "radio"


class Member(Struct):
    """A SIM to be compared, in seconds since 1970. An unknown trait is left out.

    `lost_at` is when it fell silent, None if it did not; `alive_at` is when it was last heard of.
    """

    sid: str
    lost_at: float | None
    alive_at: float | None
    traits: Mapping[Trait, str] = field(default_factory=dict)


class Outage(Struct):
    """SIMs that fell silent between `first` and `last`, and the trait that tells them, if one does.

    `silent` of the `members` with that value did, and `others_silent` of the `others` without.
    """

    sids: frozenset[str]
    first: float
    last: float
    trait: Trait | None
    value: str | None
    silent: int
    members: int
    others_silent: int
    others: int


class Lines(Struct):
    """How many SIMs, or so many percent of those compared, within so many seconds are an outage."""

    at_least: int
    percent: int
    within: float


def outages_of(members: Iterable[Member], lines: Lines) -> list[Outage]:
    """Return the outages among the members, the greatest first; each SIM is in one at most."""
    every = {member.sid: member for member in members}
    lost = sorted([(m.lost_at, m.sid) for m in every.values() if m.lost_at is not None])
    clusters = _clusters(lost, lines)
    found: list[Outage] = []
    for cluster in clusters:
        found += _explained(cluster, every, lines, len(clusters))
    return sorted(found, key=lambda outage: (-outage.silent, outage.first))


def beginnings_of(
    members: Iterable[Member], outages: Sequence[Outage], fresh: Collection[str], lines: Lines
) -> list[Outage]:
    """Return what may be the first of outages: SIMs that a trait tells for certain, but too few.

    Each has one of the `fresh` SIMs; those of the `outages` are told already. Of two that were lost
    within minutes a trait need not tell as much.
    """
    told = {sid for outage in outages for sid in outage.sids}
    every = {member.sid: member for member in members if member.sid not in told}
    lost = sorted((m.lost_at, m.sid) for m in every.values() if m.lost_at is not None)
    clusters = [
        cluster
        for cluster in _clusters(lost, replace(lines, at_least=_PAIR))
        if any(sid in fresh for _, sid in cluster)
    ]
    found = [_beginning(cluster, every, lines) for cluster in clusters[:_MOST_BEGINNINGS]]
    return [outage for outage in found if outage]


def _beginning(cluster: "Lost", every: Mapping[str, Member], lines: Lines) -> Outage | None:
    silent, span = {sid for _, sid in cluster}, (cluster[0][0], cluster[-1][0])
    later = span[1] + lines.within  # who was heard of before that may be lost a little later
    known = _known(silent, every, later)
    if len(known) == len(silent) and len(every) >= lines.at_least:
        return _told_by_nothing(silent, known, span)
    closeness = lines.within / max(1.0, span[1] - span[0]) if len(silent) == _PAIR else 1.0
    return _told_by_trait(silent, known, span, _PAIR, min(_LIKELY, _SURE * closeness))


def unsettled(members: Sequence[Member], fresh: Collection[str], lines: Lines) -> frozenset[str]:
    """Return those `fresh` SIMs of which it is open whether others with a trait went down too.

    Most that share it were not heard of since, for they are silent too, or not due yet.
    """
    mine = [m for m in members if m.sid in fresh and m.lost_at is not None]
    shared = {pair for member in mine for pair in member.traits.items()}
    heard: dict[tuple[Trait, str], list[float]] = {pair: [] for pair in shared}
    for member in members:
        alive_at = member.alive_at or 0.0 if member.lost_at is None else member.lost_at
        for pair in member.traits.items():
            if pair in heard:
                heard[pair].append(alive_at)
    return frozenset(
        m.sid
        for m in mine
        if any(_is_open(heard[p], m.lost_at or 0.0, lines) for p in m.traits.items())
    )


def _is_open(heard: Sequence[float], lost_at: float, lines: Lines) -> bool:
    later = len(heard) - bisect_right(heard, lost_at + lines.within)
    return len(heard) >= lines.at_least and later * 2 < len(heard)


Lost = Sequence[tuple[float, str]]


def _clusters(lost: Lost, lines: Lines) -> list[Lost]:
    """Take out the fullest span again and again, as long as there are so many in one."""
    found: list[Lost] = []
    left = list(lost)
    while True:
        size, begin = _fullest(left, lines.within)
        if size < lines.at_least or len(found) >= _MOST_CLUSTERS:
            return found
        found.append(left[begin : begin + size])
        del left[begin : begin + size]


def _fullest(lost: Lost, within: float) -> tuple[int, int]:
    """Return the size and the beginning of the fullest span, the latest of several."""
    if not lost or lost[-1][0] - lost[0][0] <= within:
        return len(lost), 0
    low = size = begin = 0
    for high, (moment, _) in enumerate(lost):
        while moment - lost[low][0] > within:
            low += 1
        if high - low >= size:
            size, begin = high - low + 1, low
    return size, begin


def _explained(
    cluster: Lost, every: Mapping[str, Member], lines: Lines, clusters: int
) -> Iterable[Outage]:
    """Name the trait that tells most; then that of the rest, as long as they are enough."""
    first, last = cluster[0][0], cluster[-1][0]
    silent = {sid for _, sid in cluster}
    known = _known(silent, every, last)
    while True:
        part = len(silent) * 100 >= len(known) * lines.percent
        chance = _LIKELY if part else _SURE / clusters
        outage = _told_by_trait(silent, known, (first, last), lines.at_least, chance)
        outage = outage or (_told_by_nothing(silent, known, (first, last)) if part else None)
        if outage is None:
            return
        yield outage
        silent -= outage.sids
        if len(silent) < lines.at_least:
            return
        known = [each for each in known if not _has(each, outage)]


def _has(member: Member, outage: Outage) -> bool:
    return outage.trait is None or member.traits.get(outage.trait) == outage.value


def _known(silent: set[str], every: Mapping[str, Member], last: float) -> list[Member]:
    """Return those that fell silent, and those known to have been well after that."""
    return [
        m
        for m in every.values()
        if m.sid in silent or ((m.alive_at or 0.0) if m.lost_at is None else m.lost_at) > last
    ]


def _told_by_trait(
    silent: set[str], known: Sequence[Member], span: tuple[float, float], at_least: int, line: float
) -> Outage | None:
    """Return the outage of the trait that is least by chance, of several the narrowest.

    One that only some of the silent have must be sure: it says that the others are no part of it.
    """
    if len(known) == len(silent):  # none was well, by which a trait could tell
        return None
    best: tuple[float, int, str] | None = None
    order, lost = list(Trait), [m for m in known if m.sid in silent]
    for place, trait in enumerate(order):
        hits = _counted(trait, lost, at_least)
        totals = _counted(trait, known, at_least) if hits else {}
        for value, count in hits.items():
            members = totals[value]
            if count * len(known) <= members * len(silent):  # no more than of all: by chance
                continue
            chance = by_chance(count, members, len(silent), len(known))
            if chance <= (line if count == len(silent) else min(line, _SURE)):
                best = min(filter(None, (best, (chance, place, value))))
    return _outage(silent, known, span, order[best[1]], best[2]) if best else None


def _counted(trait: Trait, members: Iterable[Member], at_least: int) -> dict[str, int]:
    """Return how many have each value of a trait, where those are enough."""
    counts = Counter([m.traits.get(trait) for m in members])
    return {value: n for value, n in counts.items() if value is not None and n >= at_least}


def _told_by_nothing(
    silent: set[str], known: Sequence[Member], span: tuple[float, float]
) -> Outage:
    """Return the outage of the narrowest trait that all silent share; no other tells them apart."""
    mine = [m for m in known if m.sid in silent]
    first = mine[0].traits
    shared = (
        (trait, first[trait])
        for trait in Trait
        if trait in first and len({m.traits.get(trait) for m in mine}) == 1
    )
    trait, value = next(shared, (None, None))
    return _outage(silent, known, span, trait, value)


def _outage(
    silent: set[str],
    known: Sequence[Member],
    span: tuple[float, float],
    trait: Trait | None,
    value: str | None,
) -> Outage:
    with_it = [m for m in known if trait is None or m.traits.get(trait) == value]
    mine = frozenset(silent.intersection([member.sid for member in with_it]))
    return Outage(
        sids=mine,
        first=span[0],
        last=span[1],
        trait=trait,
        value=value,
        silent=len(mine),
        members=len(with_it),
        others_silent=len(silent) - len(mine),
        others=len(known) - len(with_it),
    )


def by_chance(hits: int, members: int, silent: int, known: int) -> float:
    """Return how probable it is that of `silent` out of `known` so many or more are `members`."""
    total = 0.0
    for n in range(hits, min(members, silent) + 1):
        chance = _exactly(n, members, silent, known)
        total += chance
        if chance < total * _NOTHING:  # as those that follow, each less
            break
    return total


def _exactly(hits: int, members: int, silent: int, known: int) -> float:
    if silent - hits > known - members:
        return 0.0
    ways = _ways(members, hits) + _ways(known - members, silent - hits) - _ways(known, silent)
    return exp(ways)


@lru_cache(maxsize=4096)
def _ways(of: int, take: int) -> float:
    """Return the logarithm of how many ways there are to take so many."""
    return lgamma(of + 1) - lgamma(take + 1) - lgamma(of - take + 1)
