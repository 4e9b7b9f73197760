"""One lane of the picture for each network, the most used first; the rest share one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.diagnosis.reading import Network, country, known_text, network_of
from bot.kore.models import DataSession
from bot.pictures.spans import Span

MOST = 6
OTHERS = "Other networks"
Key = tuple[Network | None, str | None]


@dataclass(frozen=True, slots=True)
class Lane:
    """The spans of a network, oldest first, under its name; `detail` is its numbers and country."""

    name: str
    detail: str
    spans: tuple[Span, ...]


def lanes_of(spans: Iterable[Span]) -> tuple[Lane, ...]:
    """Give at most `MOST` lanes; where networks are more, the least used stand in the last one."""
    by_network: dict[Key, list[Span]] = defaultdict(list)
    for span in spans:
        by_network[_key(span.session)].append(span)
    groups = sorted(by_network.values(), key=_connected, reverse=True)
    if len(groups) <= MOST:
        return tuple(_lane(group) for group in groups)
    shown, rest = groups[: MOST - 1], groups[MOST - 1 :]
    others = tuple(sorted((s for group in rest for s in group), key=lambda s: s.start))
    return *(_lane(group) for group in shown), Lane(OTHERS, f"{len(rest)} networks", others)


def _key(session: DataSession) -> Key:
    """Tell networks apart by their numbers, and by name only where the numbers are unknown."""
    network = network_of(session)
    return network, None if network else known_text(session.operator_name)


def _connected(spans: list[Span]) -> tuple[timedelta, int]:
    return sum((span.length for span in spans), timedelta()), len(spans)


def _lane(spans: list[Span]) -> Lane:
    """Name a lane after its newest session that tells a name."""
    sessions = [span.session for span in reversed(spans)]
    names = (name for s in sessions if (name := known_text(s.operator_name)))
    return Lane(next(names, "Network unknown"), _detail(sessions), tuple(spans))


def _detail(sessions: list[DataSession]) -> str:
    network, newest = network_of(sessions[0]), sessions[0]
    numbers = f"{network.mcc}-{newest.operator_mnc}" if network else "MCC-MNC not reported"
    countries = (code for s in sessions if (code := country(s.operator_country)))
    return " · ".join([numbers, *list(countries)[:1]])
