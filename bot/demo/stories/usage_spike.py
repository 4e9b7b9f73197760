"""A camera that moved ten times its usual packets since this morning."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("camera-4", 404, "Camera 4")


def sessions(now: datetime) -> list[Row]:
    """Return a busy open session; before it a quiet one every six hours."""
    begun = hour_of(now) - timedelta(hours=3)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=2), up=11240, down=12980)
    usual = begun - timedelta(hours=2)
    before = CARD.rhythm(usual, every=timedelta(hours=6), lasting=timedelta(minutes=20))
    return [newest, *before]


STORY = Story(
    name=CARD.name,
    title="A camera with ten times its usual traffic",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("usage_spike", WARNING)}),
    cause="usage_spike",
)
