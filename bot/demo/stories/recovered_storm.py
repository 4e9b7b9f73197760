"""A pump that reconnected for an hour, and has been well since."""

from datetime import datetime, timedelta

from bot.demo.stories.story import CRITICAL, INFO, WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("pump-9", 1009, "Pump 9")


def sessions(now: datetime) -> list[Row]:
    """Return an open session since nine hours; before it 25 empty tries, and a session a day."""
    begun = hour_of(now) - timedelta(hours=9)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=2), up=812, down=940)
    tries = CARD.rhythm(
        begun - timedelta(minutes=3),
        every=timedelta(minutes=2),
        lasting=timedelta(seconds=40),
        days=50 / 1440,
        up=0,
        down=0,
    )
    tries = [each | {"packets_uploaded": 0, "packets_downloaded": 0} for each in tries]
    day = timedelta(days=1)
    before = CARD.rhythm(begun - timedelta(hours=1), every=day, lasting=day, shorter_by=1, up=2204)
    return [newest, *tries, *before]


STORY = Story(
    name=CARD.name,
    title="A pump that is well again after an hour of reconnecting",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset(
        {("healthy", INFO), ("flapping", CRITICAL), ("attach_without_data", WARNING)}
    ),
)
