"""What SIMs that fell silent together have in common, told by those that did not. Pure.

For each trait the share that is silent among all with that trait is held against the share among
the others, by Fisher's exact test, one-sided: https://en.wikipedia.org/wiki/Fisher%27s_exact_test
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from math import exp, lgamma
from operator import attrgetter

from bot.struct import Struct, field, replace

_SURE = 0.01
_LIKELY = 0.05
_MOST_CLUSTERS = 20
_FEW = 20
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

    `silent` of the `members` with that value did, and `others_silent` of the `others` without;
    `well` of the members have not fallen silent since either.
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
    well: int


class OutageLimits(Struct):
    """How many SIMs, or so many percent of those compared, within so many seconds are an outage.

    With `is_sample` those compared were looked for near a silent one, and are not the fleet.
    """

    at_least: int
    percent: int
    within: float
    is_sample: bool = False


def outages_of(
    members: Collection[Member], lines: OutageLimits, asked: Collection[str] | None = None
) -> list[Outage]:
    """Return the outages among the members, the greatest first; each SIM is in one at most.

    Each is among the members once. Where SIMs are `asked` for, outages without any may be left out.
    What explains some tells of others, too, that do not show as much by themselves: a fault that
    spreads comes in waves.
    """
    clusters = _clusters(_lost(members), lines)

    def explained(cluster: Lost) -> list[Outage]:
        return list(_explained(cluster, members, lines, len(clusters)))

    found, unexplained, not_asked = list[Outage](), list[Lost](), list[Lost]()
    for cluster in clusters:
        if asked is None or any(member.sid in asked for member in cluster):
            outages = explained(cluster)
            found += outages
            unexplained += [] if outages else [cluster]
        else:
            not_asked.append(cluster)
    if unexplained:
        known = [*found, *chain.from_iterable(map(explained, not_asked))]
        found += filter(None, (_known_by(each, members, lines, known) for each in unexplained))
    return sorted(found, key=lambda outage: (-outage.silent, outage.first))


def possible_outages(
    members: Iterable[Member],
    outages: Sequence[Outage],
    fresh: Collection[str],
    lines: OutageLimits,
) -> list[Outage]:
    """Return what may be the first of outages: SIMs that a trait tells for certain, but too few.

    Each has one of the `fresh` SIMs; those of the `outages` are told already. Of two that were lost
    within minutes a trait need not tell as much.
    """
    known = {sid for outage in outages for sid in outage.sids}
    every = {member.sid: member for member in members if member.sid not in known}.values()
    clusters = [
        cluster
        for cluster in _clusters(_lost(every), replace(lines, at_least=_PAIR))
        if any(member.sid in fresh for member in cluster)
    ]
    found = [_possible_outage(cluster, every, lines) for cluster in clusters[:_MOST_BEGINNINGS]]
    return [outage for outage in found if outage]


def _possible_outage(
    silent: "Lost", every: Collection[Member], lines: OutageLimits
) -> Outage | None:
    span = _span_of(silent)
    well = _well_after(span[1] + lines.within, every)
    if not well and len(every) >= lines.at_least:
        return _told_by_nothing(silent, well, span)
    closeness = lines.within / max(1.0, span[1] - span[0]) if len(silent) == _PAIR else 1.0
    return _told_by_trait(silent, well, span, _PAIR, min(_LIKELY, _SURE * closeness))


def undecided(
    members: Sequence[Member], fresh: Collection[str], lines: OutageLimits
) -> frozenset[str]:
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


def _is_open(heard: Sequence[float], lost_at: float, lines: OutageLimits) -> bool:
    later = len(heard) - bisect_right(heard, lost_at + lines.within)
    return len(heard) >= lines.at_least and later * 2 < len(heard)


Lost = Sequence[Member]
"""Those that fell silent, the first of them first."""


def _lost(members: Iterable[Member]) -> Lost:
    return sorted([m for m in members if m.lost_at is not None], key=attrgetter("lost_at"))


def _moments(lost: Iterable[Member]) -> list[float]:
    return [m.lost_at for m in lost if m.lost_at is not None]


def _span_of(lost: Lost) -> tuple[float, float]:
    first, last = _moments((lost[0], lost[-1]))
    return first, last


def _clusters(lost: Lost, lines: OutageLimits) -> list[Lost]:
    """Take out the fullest span again and again, as long as there are so many in one."""
    found: list[Lost] = []
    left, moments = list(lost), _moments(lost)
    while True:
        size, begin = _fullest(moments, lines.within)
        if size < lines.at_least or len(found) >= _MOST_CLUSTERS:
            return found
        span = slice(begin, begin + size)
        found.append(left[span])
        del left[span], moments[span]


def _fullest(moments: Sequence[float], within: float) -> tuple[int, int]:
    """Return the size and the beginning of the fullest span, the latest of several."""
    if not moments or moments[-1] - moments[0] <= within:
        return len(moments), 0
    low = size = begin = 0
    for high, moment in enumerate(moments):
        while moment - moments[low] > within:
            low += 1
        if high - low >= size:
            size, begin = high - low + 1, low
    return size, begin


def _explained(
    silent: Lost, every: Iterable[Member], lines: OutageLimits, clusters: int
) -> Iterable[Outage]:
    """Name the trait that tells most; then that of the rest, as long as they are enough.

    Who was heard of a moment later and never since may be lost too, and only not be due yet.
    """
    span = _span_of(silent)
    well = _well_after(span[1] + lines.within, every)
    while True:
        part = _is_part(silent, well, lines.percent)
        chance = _LIKELY if part else _SURE / clusters
        outage = _told_by_trait(silent, well, span, lines.at_least, chance)
        if outage is None and part and not (lines.is_sample and _may_be_chance(silent, well)):
            outage = _told_by_nothing(silent, well, span)
        if outage is None:
            return
        yield outage
        trait, value = outage.trait, outage.value
        if trait is None or outage.others_silent < lines.at_least:
            return
        silent = [each for each in silent if each.traits.get(trait) != value]
        well = [each for each in well if each.traits.get(trait) != value]


def _chance_of(one: Outage) -> float:
    silent = one.silent + one.others_silent
    return chance_of(one.silent, one.members, silent, one.members + one.others)


def _known_by(
    silent: Lost, every: Iterable[Member], lines: OutageLimits, known: Iterable[Outage]
) -> Outage | None:
    """Return the outage of a trait that is known for certain to be out at another time."""
    told = {(o.trait, o.value) for o in known if o.trait and _chance_of(o) <= _SURE}

    def with_those(members: Iterable[Member]) -> list[Member]:
        return [replace(m, traits=dict(told & m.traits.items())) for m in members]

    span = _span_of(silent)
    well = _well_after(span[1] + lines.within, every)
    if not told:
        return None
    return _told_by_trait(with_those(silent), with_those(well), span, lines.at_least, _LIKELY)


def _is_part(silent: Lost, well: Sequence[Member], percent: int) -> bool:
    """Return whether they are so many percent of all, or of their cell alone."""

    def is_part(others: int) -> bool:
        return len(silent) * 100 >= (len(silent) + others) * percent

    if is_part(len(well)):
        return True
    cells = {member.traits.get(Trait.CELL) for member in silent}
    cell = cells.pop() if len(cells) == 1 else None
    return cell is not None and is_part(len(_with(Trait.CELL, cell, well)))


def _may_be_chance(silent: Lost, well: Sequence[Member]) -> bool:
    """Return whether so few of few were lost, not all in one cell, that each may have been alone.

    Those of unknown cells are not known to be in one.
    """
    known = len(silent) + len(well)
    if known >= _FEW or len(silent) * 2 >= known:
        return False
    cells = {m.traits.get(Trait.CELL) for m in silent}
    return len(cells) > 1 or None in cells


def _with(trait: Trait | None, value: str | None, members: Sequence[Member]) -> Sequence[Member]:
    """Return those that have that value of a trait; without a trait all."""
    return members if trait is None else [m for m in members if m.traits.get(trait) == value]


def _well_after(moment: float, members: Iterable[Member]) -> list[Member]:
    """Return those known to have been well after a moment, also those lost since."""
    return [
        m for m in members if ((m.alive_at or 0.0) if m.lost_at is None else m.lost_at) > moment
    ]


def _told_by_trait(
    silent: Lost, well: Sequence[Member], span: tuple[float, float], at_least: int, line: float
) -> Outage | None:
    """Return the outage of the trait that is least by chance, of several the narrowest.

    One that only some of the silent have must be sure: it says that the others are no part of it.
    """
    if not well:  # by which a trait could tell
        return None
    best: tuple[float, int, str] | None = None
    order, known = list(Trait), len(silent) + len(well)
    for place, trait in enumerate(order):
        hits = {value: n for value, n in _counts(trait, silent).items() if n >= at_least}
        others = _counts(trait, well) if hits else Counter()
        for value, count in hits.items():
            members = count + others[value]
            if count * known <= members * len(silent):  # no more than of all: by chance
                continue
            chance = chance_of(count, members, len(silent), known)
            if chance <= (line if count == len(silent) else min(line, _SURE)):
                best = min(filter(None, (best, (chance, place, value))))
    if best is None:
        return None
    trait_and_value = order[best[1]], best[2]
    mine = _with(*trait_and_value, silent)
    return _outage(mine, len(silent) - len(mine), well, span, trait_and_value)


def _counts(trait: Trait, members: Iterable[Member]) -> Counter[str]:
    """Return how many have each value of a trait."""
    return Counter([value for m in members if (value := m.traits.get(trait)) is not None])


def _told_by_nothing(silent: Lost, well: Sequence[Member], span: tuple[float, float]) -> Outage:
    """Return the outage of the narrowest trait that all silent share; no other tells them apart."""
    first = silent[0].traits
    shared = (
        (trait, first[trait])
        for trait in Trait
        if trait in first and len({m.traits.get(trait) for m in silent}) == 1
    )
    return _outage(silent, 0, well, span, next(shared, (None, None)))


def _outage(
    silent: Lost,
    others_silent: int,
    well: Sequence[Member],
    span: tuple[float, float],
    trait_and_value: tuple[Trait | None, str | None],
) -> Outage:
    trait, value = trait_and_value
    beside = _with(trait, value, well)
    return Outage(
        sids=frozenset([member.sid for member in silent]),
        first=span[0],
        last=span[1],
        trait=trait,
        value=value,
        silent=len(silent),
        members=len(silent) + len(beside),
        others_silent=others_silent,
        others=others_silent + len(well) - len(beside),
        well=sum(member.lost_at is None for member in beside),
    )


def chance_of(hits: int, members: int, silent: int, known: int) -> float:
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
