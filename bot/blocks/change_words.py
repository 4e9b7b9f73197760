"""What changed of a SIM, in words."""

from collections.abc import Iterable

from bot.blocks.countries import flagged
from bot.blocks.speech import Speech
from bot.sessions.changes import Change, ChangeKind
from bot.sessions.withheld import WITHHELD

_OF_FIELDS = {
    ChangeKind.STATE_CHANGED: "State",
    ChangeKind.STATUS_CHANGED: "SIM status",
    ChangeKind.NEW_COUNTRY: "Country",
    ChangeKind.NEW_OPERATOR: "Operator",
    ChangeKind.NEW_IMEI: "Device (IMEI)",
    ChangeKind.NEW_RADIO: "Radio",
}
SAID_BY_THE_STATE = frozenset(
    {ChangeKind.WENT_SILENT, ChangeKind.CAME_BACK, ChangeKind.STATE_CHANGED}
)


def change_lines(changes: Iterable[Change], speak: Speech) -> list[str]:
    """Give a line for each change; that of the state is left to the headline."""
    return [change_words(c, speak) for c in changes if c.kind not in SAID_BY_THE_STATE]


def change_words(change: Change, speak: Speech) -> str:
    """Give one line: `Operator: Telcel → T-Mobile USA`, `New finding: Flapping`."""
    if change.kind is ChangeKind.NEW_FINDING:
        return f"New finding: {speak.data(change.after or 'unknown')}"
    if change.kind is ChangeKind.FINDING_GONE:
        return f"Finding gone: {speak.data(change.before or 'unknown')}"
    label = _OF_FIELDS.get(change.kind, "State")
    if WITHHELD in {change.before, change.after}:
        return f"{label}: another than before, {WITHHELD} here"
    was, now = (_side(change.kind, side, speak) for side in (change.before, change.after))
    return f"{label}: {was} → {now}"


def _side(kind: ChangeKind, value: str | None, speak: Speech) -> str:
    if value is None:
        return "unknown"
    if kind is ChangeKind.NEW_COUNTRY:
        value = flagged(value)
    if kind is ChangeKind.NEW_IMEI:
        value = f"{value[:8]}-{value[8:]}"
    return speak.data(value)
