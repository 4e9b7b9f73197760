"""SIMs that may not connect, or whose status or connection is under change."""

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
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

not_activated = story(
    Card("spare-1", 601, "Spare, drawer 1"),
    "A spare SIM that was never activated",
    State.NOT_ACTIVATED,
    {"sim_not_active": WARNING},
    sim={"status": "new", "rate_plan_sid": None, "age": 12 * DAY},
)(nothing)

canceled = story(
    Card("scooter-4", 4, "Scooter 4"),
    "A scooter whose SIM was canceled for good",
    State.BLOCKED,
    {"sim_not_active": CRITICAL},
    sim={"status": "canceled", "touched": 40 * DAY},
)(nothing)


@story(
    Card("scooter-9", 9, "Scooter 9"),
    "A scooter whose SIM will be canceled for good in two days",
    State.BLOCKED,
    {"sim_not_active": CRITICAL, "cancel_countdown": CRITICAL},
    sim={"status": "deactivated", "touched": 30 * HOUR},
)
def deactivated(card: Card, now: datetime) -> list[Row]:
    """Return two hours a day until it was deactivated."""
    return reports(card, hour_of(now) - 30 * HOUR, hours=24, minutes=120, days=28)


@story(
    Card("scooter-8", 8, "Scooter 8"),
    "A scooter whose SIM was suspended five days ago",
    State.BLOCKED,
    {"sim_not_active": CRITICAL, "gone_silent": CRITICAL},
    sim={"status": "suspended", "touched": 5 * DAY},
)
def suspended(card: Card, now: datetime) -> list[Row]:
    """Return a report every six hours until it was suspended, which explains its silence."""
    return reports(card, hour_of(now) - 5 * DAY, days=25)


# A change of status need not cut its session.
change_stuck = story(
    Card("pump-31", 31, "Pump 31"),
    "A pump whose change of status is stuck",
    State.ONLINE,
    {"change_stuck": WARNING},
    sim={"status": "updating", "touched": 5 * HOUR},
)(partial(Card.always_on, hours=15))


@story(
    Card("router-6", 6, "Router 6"),
    "A router that is back though its reset is still under way",
    State.ONLINE,
    {"reset_pending": INFO} | WELL,
    sim={"reset_status": "resetting", "touched": 5 * MINUTE},
)
def reset_pending(card: Card, now: datetime) -> list[Row]:
    """Return a session that started after the reset, and one a day before it."""
    newest = card.session(now - 3 * MINUTE, None, updated=now - MINUTE, up=12, down=9)
    return [newest, *day_by_day(card, now - 5 * MINUTE, up=2204, down=2510)]


@story(
    Card("router-7", 107, "Router 7"),
    "A router whose reset does not come to an end",
    State.OFFLINE,
    {"reset_pending": WARNING},
    sim={"reset_status": "resetting", "touched": 50 * MINUTE},
)
def reset_stuck(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest ended by the reset."""
    return day_by_day(card, now - 50 * MINUTE, up=2204, down=2510)
