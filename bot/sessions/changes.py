"""Two snapshots of one SIM -> what changed. Unknown on either side is never a change."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.diagnosis.reading import generation
from bot.diagnosis.state import State
from bot.sessions.snapshot import Found, Snapshot

SILENT = frozenset({State.STALE, State.OFFLINE, State.NEVER_SEEN})
# `healthy` says what the state says already; an outage shows only where SIMs are asked for together
SAID_OTHERWISE = frozenset({"healthy", "common_outage"})


class ChangeKind(StrEnum):
    """What can change; of the first three at most one at a time."""

    WENT_SILENT = "went_silent"
    CAME_BACK = "came_back"
    STATE_CHANGED = "state_changed"
    STATUS_CHANGED = "status_changed"
    NEW_COUNTRY = "new_country"
    NEW_OPERATOR = "new_operator"
    NEW_IMEI = "new_imei"
    NEW_RADIO = "new_radio"
    NEW_FINDING = "new_finding"
    FINDING_GONE = "finding_gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One change, with what people read of before and after; None where there was, or is, none.

    `finding` is what came or went, where the kind is NEW_FINDING or FINDING_GONE.
    """

    kind: ChangeKind
    before: str | None
    after: str | None
    finding: Found | None = None


def changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Give what changed, in the order of ChangeKind; nothing where either is a stale answer."""
    if before.stale or after.stale:
        return ()
    return (
        *_of_state(before, after),
        *_of_field(ChangeKind.STATUS_CHANGED, before.status, after.status),
        *_of_field(ChangeKind.NEW_COUNTRY, before.country, after.country),
        *_of_network(before, after),
        *_of_field(ChangeKind.NEW_IMEI, before.imei14, after.imei14),
        *_of_field(ChangeKind.NEW_RADIO, before.radio, after.radio, read=generation),
        *_of_findings(before, after),
    )


def _of_state(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    if State.UNKNOWN in {before.state, after.state} or before.state is after.state:
        return
    kind = ChangeKind.STATE_CHANGED
    if before.state is State.ONLINE and after.state in SILENT:
        kind = ChangeKind.WENT_SILENT
    elif before.state in SILENT and after.state is State.ONLINE:
        kind = ChangeKind.CAME_BACK
    yield Change(kind, before.state, after.state)


def _of_field(
    kind: ChangeKind,
    before: str | None,
    after: str | None,
    *,
    read: Callable[[str], object] = str.strip,
) -> Iterator[Change]:
    """Compare what both are read as; what cannot be read is unknown."""
    if not before or not after:
        return
    was, now = read(before), read(after)
    if was is not None and now is not None and was != now:
        yield Change(kind, before, after)


def _of_network(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare by the numbers, which are one network's whatever it is called that day."""
    told = _of_field(ChangeKind.NEW_OPERATOR, before.network, after.network, read=_number)
    for change in told:
        yield Change(change.kind, _called(before), _called(after))


def _number(network: str) -> tuple[int, int] | None:
    mcc, _, mnc = network.partition("-")
    return (int(mcc), int(mnc)) if mcc.isdecimal() and mnc.isdecimal() else None


def _called(snapshot: Snapshot) -> str | None:
    return snapshot.operator or snapshot.network


def _of_findings(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare by rule; without sessions on either side the rules had nothing to look at."""
    if State.UNKNOWN in {before.state, after.state}:
        return
    unsure = SAID_OTHERWISE.union(before.unjudged, after.unjudged)
    was, now = _by_rule(before.findings, unsure), _by_rule(after.findings, unsure)
    for rule in [rule for rule in now if rule not in was]:
        yield Change(ChangeKind.NEW_FINDING, None, now[rule].title, now[rule])
    for rule in [rule for rule in was if rule not in now]:
        yield Change(ChangeKind.FINDING_GONE, was[rule].title, None, was[rule])


def _by_rule(findings: Iterable[Found], unsure: Iterable[str]) -> dict[str, Found]:
    """Give the gravest of each rule, in the order of the answer."""
    left_out, kept = frozenset(unsure), dict[str, Found]()
    for found in findings:
        if found.rule not in left_out:
            kept.setdefault(found.rule, found)
    return kept
