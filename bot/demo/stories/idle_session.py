"""An alarm system that has been connected for three days without a packet, which may be right."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("alarm-1", 501, "Alarm, warehouse")


def sessions(now: datetime) -> list[Row]:
    """Return an empty open session; before it one every four days with a few packets."""
    begun = hour_of(now) - timedelta(hours=79)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=6), up=0, down=0)
    days = timedelta(days=4)
    before = CARD.rhythm(begun, every=days, lasting=days, shorter_by=1, days=27, up=12, down=10)
    return [newest, *before]


STORY = Story(
    name=CARD.name,
    title="An alarm system connected for three days without a packet",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("idle_session", INFO)}),
)
