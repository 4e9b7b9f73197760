"""A meter whose one session has been open for five weeks, longer than the window reaches."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("meter-77", 777, "Meter 77")


def sessions(now: datetime) -> list[Row]:
    """Return one session."""
    begun = hour_of(now) - timedelta(days=35)
    return [CARD.session(begun, None, updated=now - timedelta(minutes=6), up=48211, down=50122)]


STORY = Story(
    name=CARD.name,
    title="A meter connected for five weeks without a break",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
