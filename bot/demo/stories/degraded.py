"""A gauge that connects every quarter of an hour since yesterday, and used to twice a day."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("gauge-4", 1004, "Gauge 4")


def sessions(now: datetime) -> list[Row]:
    """Return a short session every 20 minutes for 30 hours; before them two a day."""
    last = hour_of(now) - timedelta(minutes=6)
    minutes = timedelta(minutes=20)
    often = CARD.rhythm(
        last, every=minutes, lasting=timedelta(minutes=4), days=1.25, up=24, down=20
    )
    usual = last - timedelta(hours=36)
    before = CARD.rhythm(usual, every=timedelta(hours=12), lasting=timedelta(minutes=5), days=27)
    return [*often, *before]


STORY = Story(
    name=CARD.name,
    title="A gauge that connects all the time since yesterday",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("degraded", WARNING)}),
    cause="degraded",
)
