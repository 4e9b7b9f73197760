"""A router whose reset has not come to an end for 50 minutes; it is off the network since."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("router-7", 107, "Router 7")
AGO = timedelta(minutes=50)


def sim(now: datetime) -> Row:
    """Return a SIM under reset."""
    return CARD.sim(now, reset_status="resetting", touched=AGO)


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest ended by the reset."""
    day = timedelta(days=1)
    return CARD.rhythm(now - AGO, every=day, lasting=day, shorter_by=1, up=2204, down=2510)


STORY = Story(
    name=CARD.name,
    title="A router whose reset does not come to an end",
    sim=sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("reset_pending", WARNING)}),
    cause="reset_pending",
)
