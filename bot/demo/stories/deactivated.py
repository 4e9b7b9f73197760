"""A scooter whose SIM was deactivated 30 hours ago and will soon be canceled for good."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("scooter-9", 9, "Scooter 9")


def sim(now: datetime) -> Row:
    """Return a deactivated SIM."""
    return CARD.sim(now, status="deactivated", touched=timedelta(hours=30))


def sessions(now: datetime) -> list[Row]:
    """Return two hours a day until it was deactivated."""
    last = hour_of(now) - timedelta(hours=30)
    return CARD.rhythm(last, every=timedelta(days=1), lasting=timedelta(hours=2), days=28)


STORY = Story(
    name=CARD.name,
    title="A scooter whose SIM will be canceled for good in two days",
    sim=sim,
    sessions=sessions,
    state=State.BLOCKED,
    findings=frozenset({("sim_not_active", CRITICAL), ("cancel_countdown", CRITICAL)}),
    cause="sim_not_active",
)
