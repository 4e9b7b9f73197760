"""A channel's alert: which SIMs, which causes, when nobody is mentioned, whom else. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.diagnosis.rule import Severity
from bot.digests.schedule import QuietHours
from bot.digests.subscription import PauseReason, Selection
from bot.struct import Struct, field, from_json, to_json

KIND = "alert"
"""The kind of job that scans for one; its args are {"alert": id}."""
ESCALATE_AFTER = timedelta(minutes=15)
WELL_FOR = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_INTERVALS = ((300, 5 * _MINUTE), (1_000, 10 * _MINUTE), (10_000, 15 * _MINUTE))
"""How often so many SIMs are scanned by default; beyond them 15 min for each 10,000."""
_LEAST_PAUSE = 2  # a scan may take half of the time between two


class Maintenance(Struct):
    """A span of time in which nothing is opened."""

    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Return whether a moment lies in it."""
        return self.start <= moment < self.end


class Mute(Struct):
    """A SIM that an alert does not speak of until then: who said so, and why."""

    sid: str
    by: str
    at: datetime
    until: datetime
    reason: str


class Alert(Struct, omit_defaults=True):
    """One alert of one channel. `name` is unique in the channel, whatever its case.

    `causes` are rules by name, none of them: all. `hold` is how long a cause must stand before it
    counts, beyond what its rule waits for by itself. `mention_first` are ids of user groups or
    people; those of `mention_second` are mentioned where nobody has taken an incident for
    `escalate_after`. `interval` is None for the usual one. `well` is how long all of an incident
    must be back before it is resolved. `webhook` names one of the settings'.
    """

    id: str
    team: str
    channel: str
    name: str
    made_by: str
    made_at: datetime
    selection: Selection
    causes: tuple[str, ...] = ()
    least: Severity = Severity.WARNING
    hold: timedelta = timedelta(0)
    zone: str = "UTC"
    quiet_hours: QuietHours | None = None
    maintenance: tuple[Maintenance, ...] = ()
    mention_first: tuple[str, ...] = ()
    mention_second: tuple[str, ...] = ()
    mention_from: Severity = Severity.CRITICAL
    escalate_after: timedelta = ESCALATE_AFTER
    interval: timedelta | None = None
    well: timedelta = WELL_FOR
    webhook: str | None = None
    mutes: tuple[Mute, ...] = ()
    paused: PauseReason | None = None

    @property
    def job_key(self) -> str:
        """The key of the job that scans for it."""
        return f"{KIND}:{self.id}"

    def is_quiet_at(self, moment: datetime) -> bool:
        """Return whether a moment falls into the quiet hours, in which nobody is mentioned."""
        quiet = self.quiet_hours
        return quiet is not None and quiet.cover(moment.astimezone(ZoneInfo(self.zone)))

    def is_maintained_at(self, moment: datetime) -> bool:
        """Return whether a moment lies in a maintenance window."""
        return any(window.covers(moment) for window in self.maintenance)

    def muted_at(self, moment: datetime) -> dict[str, Mute]:
        """Return what holds then of what was muted, by SID."""
        return {mute.sid: mute for mute in self.mutes if moment < mute.until}

    def mentions(self, severity: Severity) -> bool:
        """Return whether somebody is mentioned for an incident that grave."""
        return bool(self.mention_first) and severity >= self.mention_from

    def to_json(self) -> str:
        """Return what is stored."""
        return to_json(self).decode()

    @classmethod
    def from_json(cls, stored: str) -> "Alert":
        """Read what some version stored. Raises ValueError on anything else."""
        return from_json(cls, stored)


def usual_interval(sims: int, per_second: float | None = None) -> timedelta:
    """Return how often so many SIMs are scanned: as KORE allows, if that is slower."""
    usual = next((every for most, every in _INTERVALS if sims <= most), None)
    usual = usual or _INTERVALS[-1][1] * (sims / _INTERVALS[-1][0])
    if not per_second:
        return usual
    return max(usual, timedelta(seconds=sims / per_second * _LEAST_PAUSE))


class Ill(NamedTuple):
    """Since when a SIM has a cause of a family, and since when that is seen: epoch seconds.

    `known` is what nobody is told of: it was so before the alert, or somebody resolved it; at most
    as grave as `severity`, unless it is a silence that lasts.
    """

    family: str
    since: float
    seen: float
    known: bool = False
    severity: int = 0


class AlertState(Struct, omit_defaults=True):
    """What an alert has seen so far.

    `ill` is by SID. `primed` is false until the first scan is over: what is wrong already then is
    not opened, and so with each of the `accounts` that were read. `blind_since` is set while KORE
    does not answer, of some accounts (`blind`) or of all; `scanned_at` is the last scan's. `called`
    is when people were reminded last, or others called, by what time brought: epoch seconds.
    `begun_at` is the first scan's.
    """

    ill: dict[str, Ill]
    primed: bool = False
    blind_since: datetime | None = None
    scanned_at: datetime | None = None
    sims: int = 0
    accounts: tuple[str, ...] = ("",)
    blind: tuple[str, ...] = ()
    called: dict[str, float] = field(default_factory=dict)
    begun_at: datetime | None = None

    def knows(self, account: str) -> bool:
        """Return whether an account was scanned before."""
        return self.primed and account in self.accounts

    def to_json(self) -> str:
        """Return what is stored."""
        return to_json(self).decode()

    @classmethod
    def from_json(cls, stored: str | None) -> "AlertState":
        """Read what some version stored; nothing yet is a new alert's."""
        return from_json(cls, stored) if stored else cls({})
