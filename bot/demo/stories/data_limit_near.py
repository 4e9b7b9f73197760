"""A camera that has used 860 of its 1,000 MB, with a third of the month to go."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("camera-7", 407, "Camera 7")
AGE = timedelta(days=20)


def sim(now: datetime) -> Row:
    """Return an active SIM whose first metering month began 20 days ago."""
    return CARD.sim(now, age=AGE, touched=AGE)


def sessions(now: datetime) -> list[Row]:
    """Return a session a day since, the newest open."""
    return CARD.always_on(now, days=18)


STORY = Story(
    name=CARD.name,
    title="A camera near its data limit",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("data_limit", WARNING)}),
    cause="data_limit",
    bytes_per_day=43_000_000,
)
