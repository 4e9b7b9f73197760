"""A meter that reconnected five times within an hour."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("meter-12", 12, "Meter 12")


def sessions(now: datetime) -> list[Row]:
    """Return five starts thirteen minutes apart; before them a report every four hours."""
    begun = hour_of(now) - timedelta(minutes=2)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=1), up=15, down=12)
    retries = CARD.rhythm(
        begun - timedelta(minutes=1),
        every=timedelta(minutes=13),
        lasting=timedelta(minutes=12),
        days=52 / 1440,
        shorter_by=1,
        up=15,
        down=12,
    )
    usual = begun - timedelta(hours=5)
    before = CARD.rhythm(usual, every=timedelta(hours=4), lasting=timedelta(minutes=20), days=29)
    return [newest, *retries, *before]


STORY = Story(
    name=CARD.name,
    title="A meter that reconnected five times within an hour",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("flapping", WARNING)}),
    cause="flapping",
)
