"""A subscription as it is kept: the columns that are searched, and the rest as JSON. Pure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.digests.cadence import Cadence
from bot.digests.dues import QuietHours
from bot.digests.selection import Selection
from bot.digests.subscription import GRACE, Subscription, WhenQuiet, Why
from bot.sims.names import key
from bot.store.subscriptions import SubscriptionRow


def to_row(subscription: Subscription) -> SubscriptionRow:
    """Give what is stored."""
    return SubscriptionRow(
        id=subscription.id,
        team=subscription.team,
        channel=subscription.channel,
        name=subscription.name,
        name_key=key(subscription.name),
        made_by=subscription.made_by,
        made_at=subscription.made_at.timestamp(),
        details=json.dumps(_details(subscription), separators=(",", ":")),
        paused=subscription.paused and subscription.paused.value,
    )


def from_row(row: SubscriptionRow) -> Subscription:
    """Read what some version stored; what is new since has its usual value."""
    told: dict[str, Any] = json.loads(row.details)
    quiet = told.get("quiet_hours")
    return Subscription(
        id=row.id,
        team=row.team,
        channel=row.channel,
        name=row.name,
        made_by=row.made_by,
        made_at=datetime.fromtimestamp(row.made_at, UTC),
        selection=Selection.from_json(told["selection"]),
        cadence=Cadence.from_json(told["cadence"]),
        zone=told.get("zone", "UTC"),
        quiet_hours=QuietHours.from_json(quiet) if quiet else None,
        when_quiet=WhenQuiet(told.get("when_quiet", WhenQuiet.LINE)),
        grace=timedelta(seconds=told.get("grace", GRACE.total_seconds())),
        paused=_why(row.paused),
    )


def _details(subscription: Subscription) -> dict[str, object]:
    quiet = subscription.quiet_hours
    return {
        "selection": subscription.selection.to_json(),
        "cadence": subscription.cadence.to_json(),
        "zone": subscription.zone,
        "when_quiet": subscription.when_quiet.value,
        "grace": subscription.grace.total_seconds(),
    } | ({"quiet_hours": quiet.to_json()} if quiet else {})


def _why(paused: str | None) -> Why | None:
    if paused is None:
        return None
    return Why(paused) if paused in set(Why) else Why.ASKED
