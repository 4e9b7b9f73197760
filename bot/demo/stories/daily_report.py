"""A tank that reports once a day: it is offline, and that is right."""

from datetime import datetime, timedelta

from bot.demo.stories.story import Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tank-8", 308, "Tank 8")


def sessions(now: datetime) -> list[Row]:
    """Return twelve minutes a day, the last of them nine hours ago."""
    last = hour_of(now) - timedelta(hours=9)
    return CARD.rhythm(last, every=timedelta(days=1), lasting=timedelta(minutes=12))


STORY = Story(
    name=CARD.name,
    title="A tank that reports once a day and is silent in between",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset(),
)
