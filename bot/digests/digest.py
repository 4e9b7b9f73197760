"""What a channel is told of a fleet: counts, changes, the worst, in bounded lists. Frozen, pure.

It is stored as JSON between making and posting, so that what is sent again is the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from bot.diagnosis.contrast import Trait
from bot.diagnosis.evidence import State
from bot.sessions.snapshot import ChangeKind, Snapshot
from bot.struct import Struct, field, from_json, to_json

FAILED = "failed"
COUNTED = (*(state.value for state in State), FAILED)
"""What SIMs are counted as: their state, or that they could not be read."""
UNRELIABLE_PERCENT = 20
"""Above it the failed ones are said on top."""


class SimSummary(Struct, omit_defaults=True):
    """One SIM of a list: what it is called and how it is. `what` is its gravest finding."""

    sid: str
    name: str
    state: State = State.UNKNOWN
    seen_at: datetime | None = None
    operator: str | None = None
    what: str | None = None
    severity: str | None = None
    packets: int | None = None
    status: str | None = None


class ScannedSim(Struct):
    """One SIM as a scan saw it, in full; where it could not be read, as it was seen before.

    `packets` are those of the last 24 h; `fault` says why it could not be read.
    """

    snapshot: Snapshot
    packets: int | None = None
    fault: str | None = None


class SimChange(Struct):
    """A SIM with one change: what was, and what is."""

    sim: SimSummary
    before: str | None
    after: str | None


class ChangeGroup(Struct):
    """All changes of one kind: how many, and the first of them, the gravest first."""

    kind: ChangeKind
    count: int
    first: tuple[SimChange, ...]


class SimSample(Struct, omit_defaults=True):
    """How many SIMs, and the first of them."""

    count: int = 0
    first: tuple[SimSummary, ...] = ()


class NetworkOutage(Struct, omit_defaults=True):
    """SIMs that fell silent together: so many `of` those with one value of a trait.

    `network` is that value, "" where they share none; `operator` another name for it. `others` are
    those without it, of which `others_silent` fell silent too.
    """

    network: str
    operator: str | None
    sims: int
    first: datetime
    last: datetime
    trait: Trait | None = Trait.NETWORK
    of: int = 0
    others: int = 0
    others_silent: int = 0


class UnreadableSims(Struct, omit_defaults=True):
    """The SIMs that could not be read: how many for which reason, and the first of them."""

    reasons: Mapping[str, int] = field(default_factory=dict)
    first: tuple[SimSummary, ...] = ()


class TrendPoint(Struct):
    """One earlier digest in the trend."""

    due: datetime
    counts: Mapping[str, int]


class MissedRun(Struct):
    """A due time to which no digest came, and why, in a sentence."""

    due: datetime
    why: str


class IncidentSums(Struct, omit_defaults=True):
    """A channel's incidents of a digest's SIMs since the one before: all, and those that are open.

    `to_take` and `to_end` are medians in seconds; None: too few were taken, or are over.
    """

    seen: int
    open: int
    to_take: float | None = None
    to_end: float | None = None


class Digest(Struct, omit_defaults=True):
    """One digest. `since` is the digest that it is compared with; None: there is none.

    `counts` is by COUNTED; `trend` ends with this digest. `missing` are SIMs that were named and
    that KORE does not have, `unreachable` accounts of which nothing could be read. `problem` says
    why nothing at all could be read, `redacted` what the readers may not see.
    """

    subscription: str
    name: str
    zone: str
    about: str
    due: datetime
    made_at: datetime
    counts: Mapping[str, int]
    since: datetime | None = None
    next_due: datetime | None = None
    changes: tuple[ChangeGroup, ...] = ()
    new: SimSample = SimSample()
    gone: SimSample = SimSample()
    worst: SimSample = SimSample()
    talkers: tuple[SimSummary, ...] = ()
    outages: tuple[NetworkOutage, ...] = ()
    unread: UnreadableSims = UnreadableSims()
    missing: tuple[str, ...] = ()
    missed: tuple[MissedRun, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    incidents: IncidentSums | None = None
    problem: str | None = None
    redacted: str | None = None
    unreachable: tuple[str, ...] = ()

    @property
    def sims(self) -> int:
        """How many SIMs it is about."""
        return sum(self.counts.values())

    @property
    def failed(self) -> int:
        """How many of them could not be read."""
        return self.counts.get(FAILED, 0)

    @property
    def is_unreliable(self) -> bool:
        """Return whether too many failed for the rest to speak for the fleet."""
        return self.failed * 100 > self.sims * UNRELIABLE_PERCENT

    @property
    def is_quiet(self) -> bool:
        """Return whether there is nothing that anybody must read."""
        news = (self.changes, self.new.count, self.gone.count, self.outages, self.missed)
        more = (self.problem, self.missing, self.is_unreliable, self.since is None)
        return not any((*news, *more, self.unreachable)) and self.incidents is None

    def to_json(self) -> bytes:
        """Return what is stored."""
        return to_json(self)

    @classmethod
    def from_json(cls, stored: str | bytes) -> Self:
        """Read what some version stored. Raises ValueError on anything else."""
        text = stored.encode() if isinstance(stored, str) else stored
        renamed = text.replace(b'"left_out":"', b'"redacted":"')  # an older name; never in a text
        return from_json(cls, renamed)
