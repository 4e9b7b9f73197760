"""Whether a device moves about, as a truck does. Pure."""

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import cell
from bot.diagnosis.rhythm import DAY

_CELLS_A_DAY = 3
_KNOWN = 10
_OF_SESSIONS = 3  # a device that moves has a new cell in one of so many sessions


def is_mobile(evidence: Evidence) -> bool:
    """Return whether its cells before the last day are many for its sessions, and each day anew."""
    pairs = zip(evidence.in_order, evidence.starts, strict=True)
    told = [
        (int((evidence.now - start).total_seconds() // DAY), name)
        for session, start in pairs
        if (name := cell(session.cell_id))
    ]
    before = [(day, name) for day, name in told if day >= 1]
    cells, days = {name for _, name in before}, {day for day, _ in before}
    if len(before) < _KNOWN or len(cells) * _OF_SESSIONS < len(before):
        return False
    return len(cells) >= _CELLS_A_DAY * min(len(days), _CELLS_A_DAY)
