"""A meter that sleeps: its session is open for weeks, and news comes once a day."""

from datetime import datetime, timedelta

from bot.demo.stories.story import Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("meter-51", 1051, "Meter 51, basement")


def sessions(now: datetime) -> list[Row]:
    """Return an open session on NB-IoT with a handful of packets a day, last heard of 19 h ago."""
    begun, heard = hour_of(now) - timedelta(days=19), hour_of(now) - timedelta(hours=19)
    return [
        CARD.session(begun, None, updated=heard, up=230, down=190, radio_link="NB-IoT"),
    ]


STORY = Story(
    name=CARD.name,
    title="A meter that sleeps all day with its session open",
    sim=CARD.sim,
    sessions=sessions,
    state=State.STALE,
    findings=frozenset(()),
)
