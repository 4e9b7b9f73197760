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
from bot.sessions.snapshot import Snapshot
from bot.store.scans import ScanRow


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


@dataclass(frozen=True, slots=True)
class FleetMember:
    """What one scanned SIM may share with others, None where unknown, and whether it is silent.

    `lost_at` is when it fell silent, None where it did not; `heard_at` when it was last heard of,
    both in epoch seconds. `plan` is the SID of its rate plan, `model` the TAC of its device.
    """

    sid: str
    lost_at: float | None
    heard_at: float | None
    network: str | None = None
    cell: str | None = None
    country: str | None = None
    plan: str | None = None
    model: str | None = None
    radio: str | None = None


TAC_DIGITS = 8


def member_of(row: ScanRow) -> FleetMember | None:
    """Return a scanned SIM as a member of its fleet; None where this scan could not read it."""
    if row.fault:
        return None
    seen = Snapshot.from_json(row.row)
    return FleetMember(
        sid=seen.sid,
        lost_at=row.lost_at,
        heard_at=seen.seen_at.timestamp() if seen.seen_at else None,
        network=seen.network,
        cell=seen.cell_id,
        country=seen.country,
        plan=seen.plan,
        model=seen.imei14[:TAC_DIGITS] if seen.imei14 else None,
        radio=seen.radio,
    )


def loss_of(newest: DataSession | None, findings: Iterable[Finding]) -> Loss | None:
    """Return where and when a SIM was lost; None where it is not, or that is unknown."""
    network, moment = newest and network_of(newest), newest and _last_heard(newest)
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
        _keep_greatest(greatest, Outage(loss.network, len(near), near[0], loss.at))
    found = [outage for outage in greatest.values() if outage.sims >= enough]
    return tuple(sorted(found, key=lambda outage: (-outage.sims, outage.network)))


def _keep_greatest(greatest: dict[str, Outage], found: Outage) -> None:
    known = greatest.get(found.network)
    if known is None or found.sims >= known.sims:
        greatest[found.network] = found


def _last_heard(newest: DataSession) -> datetime | None:
    return newest.end or newest.last_updated
