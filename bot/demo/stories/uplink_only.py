"""A camera that sends and is never answered."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("camera-2", 402, "Camera 2")


def sessions(now: datetime) -> list[Row]:
    """Return a session every three hours; in the newest three nothing came down."""
    last = hour_of(now) - timedelta(minutes=20)
    rows = CARD.rhythm(last, every=timedelta(hours=3), lasting=timedelta(minutes=30), up=60)
    return [*(row | {"packets_downloaded": 0} for row in rows[:3]), *rows[3:]]


STORY = Story(
    name=CARD.name,
    title="A camera that sends and is never answered",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("uplink_only", WARNING)}),
    cause="uplink_only",
)
