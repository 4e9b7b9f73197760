"""A pump that was installed weeks ago and has not connected once."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("pump-88", 88, "Pump 88, Tucson")


def sim(now: datetime) -> Row:
    """Return an active SIM."""
    return CARD.sim(now, age=timedelta(days=60), touched=timedelta(days=41))


def sessions(_now: datetime) -> list[Row]:
    """Return nothing."""
    return []


STORY = Story(
    name=CARD.name,
    title="A pump that has never connected",
    sim=sim,
    sessions=sessions,
    state=State.NEVER_SEEN,
    findings=frozenset({("never_seen", CRITICAL)}),
    cause="never_seen",
)
