"""A weather station that reports every hour: more than 700 sessions in a month."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("station-1", 1001, "Weather station 1")


def sessions(now: datetime) -> list[Row]:
    """Return a report every hour for 30 days, the newest under way."""
    begun = hour_of(now) - timedelta(minutes=3)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=1), up=14, down=11)
    last = begun - timedelta(minutes=48)
    before = CARD.rhythm(
        last, every=timedelta(hours=1), lasting=timedelta(minutes=12), up=14, down=11
    )
    return [newest, *before]


STORY = Story(
    name=CARD.name,
    title="A weather station with more than 700 sessions in a month",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
