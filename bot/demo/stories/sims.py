"""SIMs that may not connect or are under change, in another device, or silent together."""

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
from bot.emulators.kore.account import Role
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, hour_of, imei, imeisv, stamp
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


@story(
    Card("kiosk-5", 5, "Kiosk 5, Reno"),
    "A kiosk whose SIM turned up in another device",
    State.ONLINE,
    {"imei_changed": CRITICAL},
)
def imei_swap(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest in a phone; the forms of the old IMEI are no change."""
    newest, *before = card.always_on(now, hours=2)
    for row, form in zip(before[2:], (imeisv(card.imei), None, "0" * 15), strict=False):
        row |= {"imei": form}
    return [newest | {"imei": imei(77, "35332811")}, *before]


ROUTER, TWIN = Card("router-11", 1011, "Router 11"), Card("router-12", 1012, "Router 12")


def _with_the_same_imei(now: datetime) -> list[Row]:
    """Return the twin's session a day; the newest two in a device with the other one's IMEI."""
    newest, second, *before = TWIN.always_on(now, hours=7)
    return [newest | {"imei": ROUTER.imei}, second | {"imei": ROUTER.imei}, *before]


twin_imei = story(
    ROUTER,
    "A router whose IMEI is live in another SIM too",
    State.ONLINE,
    {"twin_imei": CRITICAL},
    others=(Role(TWIN.sim, _with_the_same_imei),),
    asked_with=(TWIN.name,),
)(Card.always_on)


@story(
    Card("tracker-8", 1008, "Trailer 8"),
    "A tracker that is in two towns at once",
    State.OFFLINE,
    {"impossible_travel": WARNING},
)
def impossible_travel(card: Card, now: datetime) -> list[Row]:
    """Return a report every hour; in the last six hours a clone's far away between them."""
    last = hour_of(now) - 20 * MINUTE
    starts = [last - 14 * MINUTE - turn * HOUR for turn in range(6)]
    far = [card.session(start, start + 3 * MINUTE, cell=7) for start in starts]
    rows = [*reports(card, last, hours=1, minutes=6), *far]
    return sorted(rows, key=lambda row: str(row["start"]), reverse=True)


WELL_1, *WELLS = [Card(f"well-{number}", 800 + number, f"Well {number}") for number in range(1, 6)]
STAND_1, *STANDS = [
    Card(f"stand-{number}", 1020 + number, f"Stand {number}") for number in range(1, 10)
]
MODELS = ("35316609", "86714504", "35123408")
SILENT_SINCE = {"well-1": 300, "well-2": 308, "well-3": 315}
SILENT_SINCE |= {"stand-1": 600, "stand-4": 596, "stand-7": 591}
"""Minutes before the last full hour, by name."""


def _silenced(card: Card, now: datetime, rows: list[Row]) -> list[Row]:
    """Return the rows, the newest not updated since the card's outage, if it has one."""
    if card.name in SILENT_SINCE:
        rows[0] |= {"last_updated": stamp(hour_of(now) - SILENT_SINCE[card.name] * MINUTE)}
    return rows


@story(
    WELL_1,
    "Three of five wells silent at once: a part of their cell is out",
    State.STALE,
    {"common_outage": CRITICAL, "ghost_session": WARNING},
    fleet=WELLS,
)
def common_outage(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, all on one cell; three fall silent within a quarter of an hour."""
    return _silenced(card, now, card.always_on(now, hours=16, network=TELCEL))


@story(
    STAND_1,
    "Three of nine stands silent: all of one model, no other",
    State.STALE,
    {"common_outage": CRITICAL, "ghost_session": CRITICAL},
    fleet=STANDS,
)
def partial_outage(card: Card, now: datetime) -> list[Row]:
    """Return a session a day in a cell of its own, on two networks; one model is gone since night.

    It fell silent within minutes after the rollout of a firmware.
    """
    number = int(card.name.removeprefix("stand-"))
    network = AT_AND_T if number % 2 else T_MOBILE
    device = imei(card.serial, MODELS[(number - 1) % len(MODELS)])
    rows = card.always_on(now, hours=16, network=network, cell=(number // 2) % 4, imei=device)
    return _silenced(card, now, rows)
