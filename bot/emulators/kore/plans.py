"""Rate plans in the payload's shape."""

from datetime import datetime, timedelta

from bot.emulators.kore.cards import ACCOUNT_SID, sid, stamp
from bot.emulators.kore.http import Row, Value

DEFAULT_PLAN = "fleet-1gb"


def a_plan(now: datetime, name: str = DEFAULT_PLAN, **changes: Value) -> Row:
    """Return a plan of 1,000 MB a month that allows data at home and abroad."""
    made = stamp(now - timedelta(days=800))
    return {
        "sid": sid("WP", name),
        "unique_name": name,
        "account_sid": ACCOUNT_SID,
        "friendly_name": "Fleet, 1 GB",
        "data_enabled": True,
        "data_metering": "quota-1",
        "data_limit": 1000,
        "data_limit_strategy": "block",
        "messaging_enabled": True,
        "voice_enabled": False,
        "national_roaming_enabled": True,
        "national_roaming_data_limit": 1000,
        "international_roaming": ["data", "messaging"],
        "international_roaming_data_limit": 1000,
        "date_created": made,
        "date_updated": made,
    } | changes
