"""A spare SIM that nobody has activated yet."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("spare-1", 601, "Spare, drawer 1")


def sim(now: datetime) -> Row:
    """Return a new SIM, which has no rate plan yet."""
    return CARD.sim(now, status="new", rate_plan_sid=None, age=timedelta(days=12))


def sessions(_now: datetime) -> list[Row]:
    """Return nothing: it may not connect."""
    return []


STORY = Story(
    name=CARD.name,
    title="A spare SIM that was never activated",
    sim=sim,
    sessions=sessions,
    state=State.NOT_ACTIVATED,
    findings=frozenset({("sim_not_active", WARNING)}),
    cause="sim_not_active",
)
