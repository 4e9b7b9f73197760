"""A tank that reported every six hours and has been silent for three days."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tank-3", 303, "Tank 3, Bakersfield")


def sessions(now: datetime) -> list[Row]:
    """Return a report every six hours, the last of them three days ago."""
    last = hour_of(now) - timedelta(days=3)
    return CARD.rhythm(last, every=timedelta(hours=6), lasting=timedelta(minutes=20), days=27)


STORY = Story(
    name=CARD.name,
    title="A tank that has been silent for three days",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("gone_silent", CRITICAL)}),
    cause="gone_silent",
)
