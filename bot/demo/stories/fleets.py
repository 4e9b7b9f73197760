"""Several SIMs that fell silent together, and what they have in common: a cell, a model."""

from datetime import datetime

from bot.demo.stories.story import CRITICAL, MINUTE, WARNING, story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, hour_of, imei, stamp
from bot.emulators.kore.http import Row

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
