"""A sensor whose open session does not say when it was last updated."""

from datetime import datetime

from bot.demo.stories.story import Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("sensor-40", 40, "Sensor 40")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open and without a last update."""
    newest, *before = CARD.always_on(now, hours=8)
    return [newest | {"last_updated": None}, *before]


STORY = Story(
    name=CARD.name,
    title="A sensor of which nobody can say whether it is there",
    sim=CARD.sim,
    sessions=sessions,
    state=State.UNKNOWN,
    findings=frozenset(),
)
