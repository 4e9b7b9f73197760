"""A channel's digest: which SIMs, how often, and what to do when there is nothing to say. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.digests.schedule import DigestSchedule, QuietHours, next_due
from bot.digests.selection import Selection

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


@dataclass(frozen=True, slots=True)
class Subscription:
    """One digest of one channel. `zone` is IANA's name; `paused` is None while it runs.

    `name` is unique in the channel, whatever its case. `grace` is how late a missed run may still
    be made up.
    """

    id: str
    team: str
    channel: str
    name: str
    made_by: str
    made_at: datetime
    selection: Selection
    schedule: DigestSchedule
    zone: str = "UTC"
    quiet_hours: QuietHours | None = None
    when_quiet: WhenQuiet = WhenQuiet.LINE
    grace: timedelta = GRACE
    paused: PauseReason | None = None

    @property
    def schedule_name(self) -> str:
        """The name of its schedule; a run's key is this, `@` and the due time."""
        return f"{KIND}:{self.id}"

    def is_quiet_at(self, due: datetime) -> bool:
        """Return whether a run that is due then falls into the quiet hours and is left out."""
        quiet = self.quiet_hours
        return quiet is not None and quiet.cover(due.astimezone(ZoneInfo(self.zone)))

    def next_due(self, after: datetime) -> datetime | None:
        """Return when it comes next, in UTC; None while it is paused."""
        if self.paused:
            return None
        return next_due(self.schedule.cron, self.zone, self.quiet_hours, after.astimezone(UTC))
