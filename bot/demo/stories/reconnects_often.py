"""A tracker that reports every ten minutes by design, more often than vendors like."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tracker-6", 1006, "Trailer 6")


def sessions(now: datetime) -> list[Row]:
    """Return a session of three minutes every ten, for six days."""
    ten = timedelta(minutes=10)
    last = hour_of(now) + now.minute // 10 * ten - timedelta(minutes=4)
    return CARD.rhythm(last, every=ten, lasting=timedelta(minutes=3), days=6, up=12, down=9)


STORY = Story(
    name=CARD.name,
    title="A tracker that reconnects every ten minutes, and should",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("reconnects_often", INFO)}),
)
