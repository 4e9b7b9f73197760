"""What changed between two runs, as pairs of snapshots stream by: counts, and the gravest."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappush, heappushpop

from bot.diagnosis.rule import Severity
from bot.digests.digest import Changed, Group, Known
from bot.digests.rows import SAID_BY_STATE
from bot.sessions.changes import Change, ChangeKind, changes
from bot.sessions.redaction import redacted_change, redacted_snapshot
from bot.sessions.snapshot import Found, Snapshot
from bot.store.scan_rows import Pair

TOLD = (
    ChangeKind.WENT_SILENT,
    ChangeKind.CAME_BACK,
    ChangeKind.NEW_COUNTRY,
    ChangeKind.NEW_IMEI,
    ChangeKind.NEW_FINDING,
    ChangeKind.FINDING_GONE,
    ChangeKind.STATUS_CHANGED,
)
"""What a channel is told of, in this order; the rest is a fleet's everyday life."""
_GRAVITY = {severity.word: severity.value for severity in Severity}


@dataclass(slots=True)
class _Gathered:
    """The changes of one kind: all counted, the gravest kept."""

    count: int = 0
    kept: list[tuple[int, int, Changed]] = field(default_factory=list)

    def add(self, changed: Changed, weight: int, most: int) -> None:
        """Take one in; of two as grave the earlier stays."""
        self.count += 1
        entry = (weight, -self.count, changed)
        (heappush if len(self.kept) < most else heappushpop)(self.kept, entry)

    def first(self) -> tuple[Changed, ...]:
        """Give those kept, the gravest first."""
        return tuple(changed for *_, changed in sorted(self.kept, reverse=True))


class Differences:
    """Gathers; `most` is how many SIMs are kept of each kind, without numbers where `hides`."""

    def __init__(self, most: int, *, hides: bool = False) -> None:
        self._most = most
        self._hides = hides
        self._by_kind: defaultdict[ChangeKind, _Gathered] = defaultdict(_Gathered)

    def add(self, pair: Pair) -> None:
        """Compare a SIM with how it was. A snapshot that cannot be read is no change."""
        try:
            before, after = Snapshot.from_json(pair.before), Snapshot.from_json(pair.after)
        except ValueError:
            return
        weight = max((_GRAVITY.get(found.severity, 0) for found in after.findings), default=0)
        for change in changes(before, after):
            if is_told(change):
                self._by_kind[change.kind].add(self._changed(change, after), weight, self._most)

    def _changed(self, change: Change, after: Snapshot) -> Changed:
        told = redacted_change(change) if self._hides else change
        return Changed(known(after, hides=self._hides), told.before, told.after)

    def groups(self) -> tuple[Group, ...]:
        """Give what was gathered, kind by kind."""
        found = [(kind, self._by_kind[kind]) for kind in TOLD if kind in self._by_kind]
        return tuple(Group(kind, gathered.count, gathered.first()) for kind, gathered in found)


def is_told(change: Change) -> bool:
    """Tell whether a change is worth a channel's time: of findings, only what is amiss."""
    if change.finding is None:
        return change.kind in TOLD
    is_amiss = change.finding.severity != Severity.INFO.word
    return is_amiss and change.finding.rule not in SAID_BY_STATE


def known(snapshot: Snapshot, packets: int | None = None, *, hides: bool = False) -> Known:
    """Give what a list says of a SIM, without the numbers of card and device where it `hides`."""
    snapshot = redacted_snapshot(snapshot) if hides else snapshot
    worst = gravest(snapshot.findings)
    return Known(
        sid=snapshot.sid,
        name=snapshot.name,
        state=snapshot.state,
        seen_at=snapshot.seen_at,
        operator=snapshot.operator or snapshot.network,
        what=worst.title if worst else None,
        severity=worst.severity if worst else None,
        packets=packets,
    )


def gravest(findings: Iterable[Found]) -> Found | None:
    """Give the first finding that says more than the state; they come gravest first."""
    return next((found for found in findings if found.rule not in SAID_BY_STATE), None)
