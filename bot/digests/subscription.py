"""A channel's digest: which SIMs, how often, what to do when there is nothing to say. Pure."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from bot.digests.schedule import DigestSchedule, QuietHours, next_due
from bot.kore.models import Sim
from bot.sims.identifier import matcher, name_key
from bot.struct import Struct

MOST_LISTED = 200
LONGEST = 200


class SelectionKind(StrEnum):
    """The ways to choose SIMs."""

    LISTED = "listed"
    PATTERN = "pattern"
    PLAN = "plan"
    STATUS = "status"
    ALL = "all"


class ListedSim(NamedTuple):
    """A SIM that was named: its SID, and what was typed for it."""

    sid: str
    typed: str


class Selection(Struct):
    """`sims` where SIMs were named; `text` is the pattern, the plan (SID or name) or the status.

    A pattern knows `*`, `?` and `[abc]`, and no case; it fits the unique or the friendly name.
    """

    kind: SelectionKind
    text: str = ""
    sims: tuple[ListedSim, ...] = ()

    @property
    def sids(self) -> tuple[str, ...]:
        """The SIMs to read one by one; none where KORE's list is asked."""
        return tuple(one.sid for one in self.sims)

    @property
    def filters(self) -> dict[str, str]:
        """What KORE's list of SIMs is asked with: KoreClient.sims(**selection.filters)."""
        names = {SelectionKind.PLAN: "rate_plan", SelectionKind.STATUS: "status"}
        return {names[self.kind]: self.text} if self.kind in names else {}

    def takes(self, sim: Sim) -> bool:
        """Return whether a SIM of the list that `filters` gave is meant."""
        if self.kind is SelectionKind.LISTED:
            return sim.sid in self.sids
        return self.kind is not SelectionKind.PATTERN or matches(self.text, sim)

    @property
    def words(self) -> str:
        """How people say it: `12 named SIMs`, `SIMs called pump-*`."""
        if self.kind is SelectionKind.LISTED:
            return "1 named SIM" if len(self.sims) == 1 else f"{len(self.sims)} named SIMs"
        words = {
            SelectionKind.PATTERN: f"SIMs called {self.text}",
            SelectionKind.PLAN: f"SIMs on plan {self.text}",
            SelectionKind.STATUS: f"SIMs whose status is {self.text}",
        }
        return words.get(self.kind, "all SIMs")

    def to_json(self) -> dict[str, Any]:
        """Return what is stored."""
        if self.kind is SelectionKind.LISTED:
            return {"which": self.kind.value, "listed": [list(one) for one in self.sims]}
        return {"which": self.kind.value} | ({"text": self.text} if self.text else {})

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` gave. Raises ValueError, KeyError or TypeError on anything else."""
        listed = tuple(ListedSim(str(sid), str(typed)) for sid, typed in stored.get("listed", ()))
        return cls(SelectionKind(stored["which"]), str(stored.get("text", "")), listed)


def matches(pattern: str, sim: Sim) -> bool:
    """Return whether a SIM's unique or friendly name fits a pattern."""
    names = (sim.unique_name, sim.friendly_name)
    return any(matcher(pattern)(name_key(name)) for name in names if name)


KIND = "digest"
"""The kind of job that makes one; its args are {"subscription": id}."""
GRACE = timedelta(hours=1)


class WhenQuiet(StrEnum):
    """What a digest in which nothing changed does."""

    SKIP = "skip"
    LINE = "line"


class PauseReason(StrEnum):
    """Why a subscription is paused."""

    ASKED = "asked"
    ARCHIVED = "archived"
    NOT_IN_CHANNEL = "not_in_channel"
    NOT_ALLOWED = "not_allowed"


class Subscribed(Struct):
    """A digest or an alert of one channel. `zone` is IANA's name; `paused` is None while it runs.

    `name` is unique in the channel, whatever its case.
    """

    id: str
    team: str
    channel: str
    name: str
    made_by: str
    made_at: datetime
    selection: Selection
    zone: str = "UTC"
    quiet_hours: QuietHours | None = None
    paused: PauseReason | None = None

    def is_quiet_at(self, moment: datetime) -> bool:
        """Return whether a moment falls into the quiet hours."""
        quiet = self.quiet_hours
        return quiet is not None and quiet.cover(moment.astimezone(ZoneInfo(self.zone)))


class Subscription(Subscribed, kw_only=True):
    """One digest, not made in its quiet hours; `grace` is how late a missed run is still made."""

    schedule: DigestSchedule
    when_quiet: WhenQuiet = WhenQuiet.LINE
    grace: timedelta = GRACE

    @property
    def schedule_name(self) -> str:
        """The name of its schedule; a run's key is this, `@` and the due time."""
        return f"{KIND}:{self.id}"

    def next_due(self, after: datetime) -> datetime | None:
        """Return when it comes next, in UTC; None while it is paused."""
        if self.paused:
            return None
        return next_due(self.schedule.cron, self.zone, self.quiet_hours, after.astimezone(UTC))
