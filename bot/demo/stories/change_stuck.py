"""A pump whose SIM has been changing its status for five hours."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("pump-31", 31, "Pump 31")


def sim(now: datetime) -> Row:
    """Return a SIM under change."""
    return CARD.sim(now, status="updating", touched=timedelta(hours=5))


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open: a change of status need not cut it."""
    return CARD.always_on(now, hours=15)


STORY = Story(
    name=CARD.name,
    title="A pump whose change of status is stuck",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("change_stuck", WARNING)}),
    cause="change_stuck",
)
