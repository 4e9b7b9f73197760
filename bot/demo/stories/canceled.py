"""A scooter whose SIM was canceled for good."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("scooter-4", 4, "Scooter 4")


def sim(now: datetime) -> Row:
    """Return a canceled SIM."""
    return CARD.sim(now, status="canceled", touched=timedelta(days=40))


def sessions(_now: datetime) -> list[Row]:
    """Return nothing: it has not connected within the window."""
    return []


STORY = Story(
    name=CARD.name,
    title="A scooter whose SIM was canceled for good",
    sim=sim,
    sessions=sessions,
    state=State.BLOCKED,
    findings=frozenset({("sim_not_active", CRITICAL)}),
    cause="sim_not_active",
)
