"""Several SIMs fell silent together on one network: the network, not the devices."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from bot.diagnosis.evidence import Burst, bursts
from bot.diagnosis.fields import Network, network_name, network_of
from bot.diagnosis.rule import About, Case, Finding, Severity, group_rule
from bot.diagnosis.thresholds import Thresholds

SILENT = frozenset({"ghost_session", "gone_silent"})


class Loss(NamedTuple):
    """When a SIM was last heard of, and how its network is called."""

    moment: datetime
    sim_sid: str
    network: str


@group_rule(
    About(
        fires="of several SIMs asked for together at least {outage_sims}, and at least "
        "{outage_percent} %, fell silent on one network within {outage_within}",
        severities=(Severity.CRITICAL,),
        thresholds=("outage_sims", "outage_percent", "outage_within"),
        explains=(*sorted(SILENT), "attach_without_data", "flapping", "radio_fallback"),
    )
)
def common_outage(cases: Sequence[Case], limits: Thresholds) -> Iterable[tuple[str, Finding]]:
    """Find SIMs that were lost at about the same time; each is counted once."""
    asked = len({case.sim_sid for case in cases})
    enough = max(limits.outage_sims, -(-asked * limits.outage_percent // 100))
    for losses in _by_network(cases):
        for loss, burst in _with_company(losses, limits.outage_within):
            if burst.size >= enough:
                yield loss.sim_sid, _finding(loss, burst, asked, limits)


def _by_network(cases: Sequence[Case]) -> Iterable[list[Loss]]:
    """Return the losses of each network, the earliest first, each SIM once."""
    found: defaultdict[Network, dict[str, Loss]] = defaultdict(dict)
    for case in cases:
        newest, network = case.newest, case.newest and network_of(case.newest)
        moment = newest and (newest.end or newest.last_updated)
        if newest and network and moment and any(f.rule in SILENT for f in case.findings):
            found[network][case.sim_sid] = Loss(moment, case.sim_sid, network_name(newest))
    return [sorted(losses.values()) for losses in found.values()]


def _with_company(losses: list[Loss], span: timedelta) -> Iterable[tuple[Loss, Burst]]:
    """Return each loss with the most losses, itself among them, that lie within one `span`."""
    waiting = deque(bursts([loss.moment for loss in losses], span))
    largest: list[tuple[int, Burst]] = []
    for loss in losses:
        while waiting and waiting[0].first <= loss.moment:
            heappush(largest, (-waiting[0].size, waiting.popleft()))
        while largest[0][1].last < loss.moment:
            heappop(largest)
        yield loss, largest[0][1]


def _finding(loss: Loss, burst: Burst, asked: int, limits: Thresholds) -> Finding:
    return Finding(
        rule="common_outage",
        severity=Severity.CRITICAL,
        title=f"Common outage, {burst.size} SIMs",
        says="{sims} of {asked} SIMs, all on {network}, were last heard of between {first} and "
        "{last}: it looks like an outage of the network, not of the devices.",
        next_step="Check the operator's and KORE's status pages; do not reset them all.",
        source=limits.source("outage_sims"),
        evidence={
            "sims": burst.size,
            "asked": asked,
            "network": loss.network,
            "first": burst.first,
            "last": burst.last,
        },
    )
