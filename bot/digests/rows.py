"""A SIM's report as the row that a scan keeps of it."""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.order import ORDER, place
from bot.diagnosis.reading import generation
from bot.diagnosis.rule import Finding, Severity
from bot.diagnosis.state import State
from bot.diagnosis.thresholds import DAY
from bot.digests.outage import loss_of
from bot.kore.models import Sim
from bot.sessions.report import SessionReport
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.store.scan_rows import FAILED, ScanRow

STEP = 100
"""Between the gravities of two severities; within one, the order of the rules decides."""
LEAST_GRAVE = Severity.WARNING * STEP
SAID_BY_STATE = frozenset({"sim_not_active", "ready_will_bill", "healthy"})
_MARK_BYTES = 7  # fits a signed number of 8 bytes


def scan_row(report: SessionReport, evidence: Evidence) -> ScanRow:
    """Give the row of a SIM whose sessions could be read, of the report on that evidence."""
    snapshot = snapshot_of(report)
    loss = loss_of(report.last_session, report.findings)
    return ScanRow(
        sid=snapshot.sid,
        state=snapshot.state.value,
        gravity=gravity(report.findings),
        mark=mark(snapshot),
        row=snapshot.to_json(),
        traffic=traffic(evidence),
        lost_on=loss.network if loss else None,
        lost_at=loss.at if loss else None,
    )


def failed_row(sim: Sim, now: datetime, fault: str, before: ScanRow | None) -> ScanRow:
    """Give the row of a SIM that could not be read, with what was known of it before."""
    snapshot = Snapshot(sid=sim.sid, name=sim.name, as_of=now)
    return ScanRow(
        sid=sim.sid,
        state=FAILED,
        gravity=0,
        mark=before.mark if before else mark(snapshot),
        row=before.row if before else snapshot.to_json(),
        fault=fault,
    )


def gravity(findings: Iterable[Finding]) -> int:
    """Order SIMs by their gravest finding; what the state says by itself does not count."""
    told = (found for found in findings if found.rule not in SAID_BY_STATE)
    return max((_weight(found) for found in told), default=0)


def _weight(found: Finding) -> int:
    return found.severity * STEP + len(ORDER) - place(found.rule)[0]


def mark(snapshot: Snapshot) -> int:
    """Give a number that differs where `changes` could find a change between two snapshots."""
    told = (
        snapshot.state is not State.UNKNOWN and snapshot.state.value,
        snapshot.status,
        snapshot.country,
        snapshot.network,
        snapshot.imei14,
        generation(snapshot.radio),
        *sorted(found.rule for found in snapshot.findings),
        *snapshot.unjudged,
    )
    packed = json.dumps(told, separators=(",", ":")).encode()
    return int.from_bytes(blake2b(packed, digest_size=_MARK_BYTES).digest())


def traffic(evidence: Evidence) -> int | None:
    """Add up the packets of the last 24 h, spread evenly over each session; None: none told."""
    since, total = evidence.now - DAY, None
    every = zip(evidence.in_order, evidence.starts, evidence.stops, strict=True)
    for session, start, stop in every:
        told = (session.packets_uploaded, session.packets_downloaded)
        if stop and stop >= since and told != (None, None):
            part = 1.0 if start >= since else (stop - since) / (stop - start)
            total = (total or 0.0) + part * sum(count or 0 for count in told)
    return None if total is None else round(total)
