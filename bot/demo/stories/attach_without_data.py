"""A meter that is let in again and again and never gets a packet through."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("meter-14", 14, "Meter 14")


def sessions(now: datetime) -> list[Row]:
    """Return four empty sessions within an hour; before them a report every six hours."""
    hour = hour_of(now)
    tries = []
    for minutes in (10, 25, 40, 55):
        start = hour - timedelta(minutes=minutes)
        tries.append(CARD.session(start, start + timedelta(minutes=4), up=0, down=0))
    usual = hour - timedelta(hours=7)
    before = CARD.rhythm(usual, every=timedelta(hours=6), lasting=timedelta(minutes=20), days=29)
    return [*tries, *before]


STORY = Story(
    name=CARD.name,
    title="A meter that attaches and gets no data through",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("attach_without_data", WARNING)}),
    cause="attach_without_data",
)
