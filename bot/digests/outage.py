"""A common outage over a whole fleet, found as its losses stream by. Pure.

The rule is that of bot/diagnosis/rules/common_outage.py, which wants every SIM in memory: at least
so many SIMs, and at least such a part of all, lost on one network within one span of time.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.diagnosis.fields import network_of
from bot.diagnosis.rule import Finding
from bot.diagnosis.rules.common_outage import SILENT
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession


@dataclass(frozen=True, slots=True)
class Loss:
    """A SIM that fell silent: on which network (MCC-MNC as numbers), and when it was last heard."""

    network: str
    at: float


@dataclass(frozen=True, slots=True)
class Outage:
    """The most SIMs lost on one network within one span: from `first` to `last`, epoch seconds."""

    network: str
    sims: int
    first: float
    last: float


def loss_of(newest: DataSession | None, findings: Iterable[Finding]) -> Loss | None:
    """Return where and when a SIM was lost; None where it is not, or that is unknown."""
    network, moment = newest and network_of(newest), newest and _heard(newest)
    if not network or not moment or not any(found.rule in SILENT for found in findings):
        return None
    return Loss(f"{network.mcc}-{network.mnc:02}", moment.timestamp())


async def outages(
    losses: AsyncIterator[Loss], asked: int, limits: Thresholds
) -> tuple[Outage, ...]:
    """Return each network's greatest outage, the greatest first.

    `losses` come by network, and by time within one; `asked` is how many SIMs were looked at.
    Holds the losses of one span only.
    """
    enough = max(limits.outage_sims, -(-asked * limits.outage_percent // 100))
    span, greatest = limits.outage_within.total_seconds(), dict[str, Outage]()
    near: deque[float] = deque()
    network = None
    async for loss in losses:
        if loss.network != network:
            network = loss.network
            near.clear()
        near.append(loss.at)
        while loss.at - near[0] > span:
            near.popleft()
        _note(greatest, Outage(loss.network, len(near), near[0], loss.at))
    found = [outage for outage in greatest.values() if outage.sims >= enough]
    return tuple(sorted(found, key=lambda outage: (-outage.sims, outage.network)))


def _note(greatest: dict[str, Outage], seen: Outage) -> None:
    known = greatest.get(seen.network)
    if known is None or seen.sims >= known.sims:
        greatest[seen.network] = seen


def _heard(newest: DataSession) -> datetime | None:
    return newest.end or newest.last_updated
