"""A device that changes cells on one network."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import Network, cell, network_name, network_of
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import DAY, Thresholds
from bot.kore.models import DataSession


@rule(
    About(
        title="Hops between cells",
        fires="the last 24 h had at least {hopping_cells} cells on one network",
        severities=(Severity.INFO,),
        thresholds=("hopping_cells",),
    )
)
def cell_hopping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find the network with most cells; a session of unknown network or cell does not count."""
    recent = evidence.started_within(DAY)
    if len(recent) < limits.hopping_cells:
        return
    cells = max(_cells(recent).values(), key=len, default={})
    if not cells or len(cells) < limits.hopping_cells:
        return
    *_, latest = cells.values()
    yield Finding(
        rule="cell_hopping",
        severity=Severity.INFO,
        title="Hops between cells",
        says="{cells} cells of {network} in the last 24 h.",
        next_step="Fine for a moving device; a fixed one is at the edge of coverage: check its "
        "antenna and location.",
        source=limits.sources["hopping_cells"],
        evidence={"cells": len(cells), "network": network_name(latest)},
    )


def _cells(sessions: Iterable[DataSession]) -> dict[Network, dict[str, DataSession]]:
    """Return the last session in each cell, by network."""
    by_network: dict[Network, dict[str, DataSession]] = {}
    for session in sessions:
        network, name = network_of(session), cell(session.cell_id)
        if network and name:
            by_network.setdefault(network, {})[name] = session
    return by_network
