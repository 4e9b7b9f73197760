"""Watches and snapshots with defaults, so that a test names only what it is about."""

from datetime import timedelta
from typing import Any

from bot.diagnosis.evidence import State
from bot.sessions.snapshot import Snapshot
from bot.watches.watch import Condition, Watch, WatchCard, WatchOwner
from tests.builders import NOON, SID

ANA = "U0ANA0001"
CHANNEL = "C0FLEETOP"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def a_snapshot(state: str = "offline", **changes: Any) -> Snapshot:
    """Return pump-7 on Telcel, last seen three hours before noon unless it is online."""
    seen = NOON if state == "online" else NOON - 3 * HOUR
    plain = {
        "sid": SID,
        "name": "pump-7",
        "as_of": NOON,
        "state": State(state),
        "status": "active",
        "since": seen,
        "seen_at": seen,
        "operator": "Telcel",
        "network": "334-020",
        "country": "MEX",
        "radio": "LTE",
        "imei14": "01493100012970",
        "packets_up": 12,
        "packets_down": 15,
    }
    return Snapshot(**(plain | changes))


def a_watch(state: str = "offline", **changes: Any) -> Watch:
    """Return Ana's watch on pump-7 for two hours from noon, without a card yet."""
    seen = a_snapshot(state)
    plain = {
        "id": "w1",
        "sid": SID,
        "name": "pump-7",
        "owner": WatchOwner(ANA, CHANNEL, team="T0ACMEIOT"),
        "condition": Condition.CHANGES if state == "online" else Condition.ONLINE,
        "started_at": NOON,
        "ends_at": NOON + 2 * HOUR,
        "reported": seen,
        "latest": seen,
        "read_at": NOON,
    }
    return Watch(**(plain | changes))


def a_card(fingerprint: str = "", **changes: Any) -> WatchCard:
    """Return a card that was drawn at noon."""
    plain = {"channel": CHANNEL, "ts": "1.000001", "edited_at": NOON, "fingerprint": fingerprint}
    return WatchCard(**(plain | changes))
