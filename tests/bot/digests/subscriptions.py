"""A subscription for tests."""

from datetime import UTC, datetime

from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import Selection, SelectionKind, Subscription
from bot.struct import replace

PUMPS = Subscription(
    id="0a1b2c3d",
    team="T0ACMEIOT",
    channel="C0FLEETOP",
    name="Pumps",
    made_by="U0ANA0001",
    made_at=datetime(2026, 1, 5, 12, 0, tzinfo=UTC),
    selection=Selection(SelectionKind.PATTERN, "pump-*"),
    schedule=DigestSchedule(Frequency.WEEKDAY),
    zone="Europe/Berlin",
)


def subscription(**changes):
    """Pumps, weekdays at 09:00 in Berlin, but for the changes."""
    return replace(PUMPS, **changes)
