"""A meter that reconnects every eight minutes."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("meter-11", 11, "Meter 11")


def sessions(now: datetime) -> list[Row]:
    """Return nine starts eight minutes apart; before them a report every four hours."""
    begun = hour_of(now) - timedelta(minutes=2)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=1), up=15, down=12)
    retries = CARD.rhythm(
        begun - timedelta(minutes=1),
        every=timedelta(minutes=8),
        lasting=timedelta(minutes=7),
        days=64 / 1440,
        shorter_by=1,
        up=15,
        down=12,
    )
    usual = begun - timedelta(hours=5)
    before = CARD.rhythm(usual, every=timedelta(hours=4), lasting=timedelta(minutes=20), days=29)
    return [newest, *retries, *before]


STORY = Story(
    name=CARD.name,
    title="A meter that reconnects every eight minutes",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("flapping", CRITICAL)}),
    cause="flapping",
)
