"""A sensor that lost power: its session still stands open, and nothing has been heard for hours."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of, stamp
from bot.emulators.kore.http import Row

CARD = Card("sensor-21", 21, "Sensor 21")


def sessions(now: datetime) -> list[Row]:
    """Return an open session that was last updated nine hours ago, and one a day before it."""
    newest, *before = CARD.always_on(now, hours=20)
    heard = hour_of(now) - timedelta(hours=9)
    return [newest | {"last_updated": stamp(heard)}, *before]


STORY = Story(
    name=CARD.name,
    title="A sensor whose session stands open though it is gone",
    sim=CARD.sim,
    sessions=sessions,
    state=State.STALE,
    findings=frozenset({("ghost_session", CRITICAL)}),
    cause="ghost_session",
)
