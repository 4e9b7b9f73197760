"""SIMs whose rate plan lacks something: data, a country, a month's megabytes; or is yet to come."""

from datetime import datetime
from functools import partial

from bot.demo.stories.story import (
    CRITICAL,
    DAY,
    HOUR,
    INFO,
    MINUTE,
    WARNING,
    WELL,
    day_by_day,
    nothing,
    reports,
    story,
)
from bot.diagnosis.evidence import State
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.cards import TELCEL, Card, hour_of, sid
from bot.emulators.kore.http import Row

FIRST_MONTH = {"age": 20 * DAY, "touched": 20 * DAY}
"""An active SIM whose first metering month began 20 days ago."""

# It has used 860 of its 1,000 MB, with a third of the month to go.
data_limit_near = story(
    Card("camera-7", 407, "Camera 7"),
    "A camera near its data limit",
    State.ONLINE,
    {"data_limit": WARNING},
    sim=FIRST_MONTH,
    bytes_per_day=43_000_000,
)(partial(Card.always_on, days=18))


@story(
    Card("camera-8", 408, "Camera 8"),
    "A camera blocked because its data is used up",
    State.OFFLINE,
    {"data_limit": CRITICAL},
    sim=FIRST_MONTH,
    bytes_per_day=52_000_000,
)
def data_limit_reached(card: Card, now: datetime) -> list[Row]:
    """Return a session a day; the newest ended six hours ago, when 1,000 MB were used up."""
    return day_by_day(card, hour_of(now) - 6 * HOUR, days=19, up=2204, down=2510)


@story(
    Card("lift-3", 1003, "Lift 3"),
    "A lift phone whose SIM lost its rate plan",
    State.OFFLINE,
    {"no_rate_plan": CRITICAL, "gone_silent": CRITICAL},
    sim={"rate_plan_sid": None, "touched": 2 * DAY},
)
def no_rate_plan(card: Card, now: datetime) -> list[Row]:
    """Return a report every six hours until it lost its plan two days ago."""
    return reports(card, hour_of(now) - 2 * DAY - HOUR, days=27)


plan_without_data = story(
    Card("lab-1", 701, "Lab, bench 1"),
    "A device on a plan that allows no data",
    State.NEVER_SEEN,
    {"plan_blocks_data": CRITICAL, "never_seen": CRITICAL},
    sim={"rate_plan_sid": sid("WP", "sms-only")},
    rate_plan=partial(a_plan, name="sms-only", friendly_name="SMS only", data_enabled=False),
)(nothing)


@story(
    Card("tracker-13", 113, "Trailer 13"),
    "A tracker in Mexico on a plan without data abroad",
    State.OFFLINE,
    {"plan_blocks_data": CRITICAL, "country_changed": WARNING},
    sim={"rate_plan_sid": sid("WP", "us-only")},
    rate_plan=partial(
        a_plan, name="us-only", friendly_name="US only", international_roaming=["messaging"]
    ),
)
def plan_without_roaming(card: Card, now: datetime) -> list[Row]:
    """Return one short try on Telcel; before it a session a day at home."""
    start = hour_of(now) - 5 * HOUR
    tried = card.session(start, start + 10 * MINUTE, network=TELCEL, cell=2, up=3, down=0)
    return [tried, *day_by_day(card, start - HOUR, cell=7)]


@story(
    Card("spare-2", 602, "Spare, test bench"),
    "A spare SIM on the test bench that is not billed yet",
    State.ONLINE,
    {"ready_will_bill": INFO} | WELL,
    sim={"status": "ready", "age": 4 * DAY, "touched": 3 * DAY},
)
def ready_will_bill(card: Card, now: datetime) -> list[Row]:
    """Return a few quiet sessions since it was made ready, the newest open."""
    few = {"packets_uploaded": 41, "packets_downloaded": 38}
    return [row | few for row in card.always_on(now, hours=3, days=2)]
