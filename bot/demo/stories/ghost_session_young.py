"""A sensor whose open session has not been updated for five hours."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of, stamp
from bot.emulators.kore.http import Row

CARD = Card("sensor-22", 22, "Sensor 22")


def sessions(now: datetime) -> list[Row]:
    """Return an open session that was last updated five hours ago, and one a day before."""
    newest, *before = CARD.always_on(now, hours=13)
    return [newest | {"last_updated": stamp(hour_of(now) - timedelta(hours=5))}, *before]


STORY = Story(
    name=CARD.name,
    title="A sensor not heard of for five hours, its session still open",
    sim=CARD.sim,
    sessions=sessions,
    state=State.STALE,
    findings=frozenset({("ghost_session", WARNING)}),
    cause="ghost_session",
)
