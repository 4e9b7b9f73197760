"""SIMs that are not heard: gone, never there, or in a session that stands open all the same."""

from datetime import datetime

from bot.demo.stories.story import (
    CRITICAL,
    DAY,
    HOUR,
    WARNING,
    nothing,
    reports,
    story,
)
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of, stamp
from bot.emulators.kore.http import Row


@story(
    Card("tank-3", 303, "Tank 3, Bakersfield"),
    "A tank that has been silent for three days",
    State.OFFLINE,
    {"gone_silent": CRITICAL},
)
def gone_silent(card: Card, now: datetime) -> list[Row]:
    """Return a report every six hours, the last of them three days ago."""
    return reports(card, hour_of(now) - 3 * DAY, days=27)


# It was installed weeks ago.
never_seen = story(
    Card("pump-88", 88, "Pump 88, Tucson"),
    "A pump that has never connected",
    State.NEVER_SEEN,
    {"never_seen": CRITICAL},
    sim={"age": 60 * DAY, "touched": 41 * DAY},
)(nothing)


@story(
    Card("sensor-21", 21, "Sensor 21"),
    "A sensor whose session stands open though it is gone",
    State.STALE,
    {"ghost_session": CRITICAL},
)
def ghost_session(card: Card, now: datetime) -> list[Row]:
    """Return an open session that was last updated nine hours ago, and one a day before it."""
    newest, *before = card.always_on(now, hours=20)
    return [newest | {"last_updated": stamp(hour_of(now) - 9 * HOUR)}, *before]


@story(
    Card("sensor-22", 22, "Sensor 22"),
    "A sensor not heard of for five hours, its session still open",
    State.STALE,
    {"ghost_session": WARNING},
)
def ghost_session_young(card: Card, now: datetime) -> list[Row]:
    """Return an open session that was last updated five hours ago, and one a day before."""
    newest, *before = card.always_on(now, hours=13)
    return [newest | {"last_updated": stamp(hour_of(now) - 5 * HOUR)}, *before]


@story(
    Card("sensor-40", 40, "Sensor 40"),
    "A sensor of which nobody can say whether it is there",
    State.UNKNOWN,
    {},
)
def no_last_update(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest open and without a last update."""
    newest, *before = card.always_on(now, hours=8)
    return [newest | {"last_updated": None}, *before]
