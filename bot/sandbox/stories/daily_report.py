"""A tank that reports once a day: it is offline, and that is right."""

from datetime import datetime, timedelta

from bot.diagnosis.state import State
from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card, hour_of
from bot.sandbox.stories.story import Story

CARD = Card("tank-8", 308, "Tank 8")


def sessions(now: datetime) -> list[Row]:
    """Tell twelve minutes a day, the last of them nine hours ago."""
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
