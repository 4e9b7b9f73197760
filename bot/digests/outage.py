"""A common outage over a whole fleet, found in the rows of a scan. Pure.

The rule is that of bot/diagnosis/rules/common_outage.py, over what the rows kept of each SIM.
"""

from collections.abc import Iterable

from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.fields import networks_of
from bot.diagnosis.rule import Finding
from bot.diagnosis.rules.common_outage import MODEL_DIGITS, lost_at
from bot.kore.models import DataSession
from bot.sessions.snapshot import Snapshot
from bot.store.scans import ScanRow


def member_of(row: ScanRow) -> Member | None:
    """Return a scanned SIM as it is compared with others; None where it could not be read."""
    if row.fault:
        return None
    seen = Snapshot.from_json(row.row)
    told = {
        Trait.CELL: seen.cell_id,
        Trait.NETWORK: network_words(seen),
        Trait.PLAN: seen.plan,
        Trait.MODEL: seen.imei14 and seen.imei14[:MODEL_DIGITS],
        Trait.COUNTRY: seen.country,
        Trait.RADIO: seen.radio,
    }
    heard = seen.seen_at.timestamp() if seen.seen_at else None
    return Member(row.sid, row.lost_at, heard, {t: value for t, value in told.items() if value})


def network_words(seen: Snapshot) -> str | None:
    """Name a network as a look-up does: `Telcel (334-020)`."""
    if seen.network is None:
        return None
    return f"{seen.operator} ({seen.network})" if seen.operator else seen.network


def loss_of(
    session: DataSession | None, findings: Iterable[Finding]
) -> tuple[str | None, float | None]:
    """Return where and when a SIM fell silent; None twice where it did not, or is at rest."""
    moment = lost_at(findings)
    network = networks_of((session,))[0] if session and moment is not None else None
    return (f"{network.mcc}-{network.mnc:02}" if network else None), moment
