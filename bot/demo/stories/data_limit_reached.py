"""A camera that used up its 1,000 MB: the plan blocks it until the month is over."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("camera-8", 408, "Camera 8")
AGE = timedelta(days=20)


def sim(now: datetime) -> Row:
    """Return an active SIM whose first metering month began 20 days ago."""
    return CARD.sim(now, age=AGE, touched=AGE)


def sessions(now: datetime) -> list[Row]:
    """Return a session a day since, the newest ended six hours ago."""
    day = timedelta(days=1)
    last = hour_of(now) - timedelta(hours=6)
    return CARD.rhythm(last, every=day, lasting=day, days=19, shorter_by=1, up=2204, down=2510)


STORY = Story(
    name=CARD.name,
    title="A camera blocked because its data is used up",
    sim=sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("data_limit", CRITICAL)}),
    cause="data_limit",
    bytes_per_day=52_000_000,
)
