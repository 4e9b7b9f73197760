"""A scooter whose SIM was suspended five days ago; its silence is explained by that."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("scooter-8", 8, "Scooter 8")


def sim(now: datetime) -> Row:
    """Return a suspended SIM."""
    return CARD.sim(now, status="suspended", touched=timedelta(days=5))


def sessions(now: datetime) -> list[Row]:
    """Return a report every six hours until it was suspended."""
    last = hour_of(now) - timedelta(days=5)
    return CARD.rhythm(last, every=timedelta(hours=6), lasting=timedelta(minutes=20), days=25)


STORY = Story(
    name=CARD.name,
    title="A scooter whose SIM was suspended five days ago",
    sim=sim,
    sessions=sessions,
    state=State.BLOCKED,
    findings=frozenset({("sim_not_active", CRITICAL), ("gone_silent", CRITICAL)}),
    cause="sim_not_active",
)
