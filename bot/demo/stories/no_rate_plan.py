"""A lift phone that was left without a rate plan two days ago, and has been silent since."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("lift-3", 1003, "Lift 3")
AGO = timedelta(days=2)


def sim(now: datetime) -> Row:
    """Return an active SIM without a rate plan."""
    return CARD.sim(now, rate_plan_sid=None, touched=AGO)


def sessions(now: datetime) -> list[Row]:
    """Return a report every six hours until then."""
    last = hour_of(now) - AGO - timedelta(hours=1)
    return CARD.rhythm(last, every=timedelta(hours=6), lasting=timedelta(minutes=20), days=27)


STORY = Story(
    name=CARD.name,
    title="A lift phone whose SIM lost its rate plan",
    sim=sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("no_rate_plan", CRITICAL), ("gone_silent", CRITICAL)}),
    cause="no_rate_plan",
)
