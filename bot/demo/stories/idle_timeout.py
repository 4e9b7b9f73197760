"""A gate whose sessions are all cut at the same length: the network's idle timer."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("gate-4", 304, "Gate 4")


def sessions(now: datetime) -> list[Row]:
    """Return a session every three hours, each ended after about an hour; the newest open."""
    begun = hour_of(now) - timedelta(minutes=10)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=2), up=30, down=26)
    before = CARD.rhythm(
        begun - timedelta(hours=2),
        every=timedelta(hours=3),
        lasting=timedelta(hours=1),
        shorter_by=3,
        up=30,
        down=26,
    )
    return [newest, *before]


STORY = Story(
    name=CARD.name,
    title="A gate whose sessions all end after an hour",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("idle_timeout", INFO), ("healthy", INFO)}),
)
