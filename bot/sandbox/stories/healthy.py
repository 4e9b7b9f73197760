"""A gateway that is always on and well."""

from datetime import datetime, timedelta

from bot.diagnosis.state import State
from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card, hour_of
from bot.sandbox.stories.story import INFO, Story

CARD = Card("gateway-3", 3, "Gateway 3, Oakland")


def sessions(now: datetime) -> list[Row]:
    """Tell a session a day, the newest open."""
    begun = hour_of(now) - timedelta(hours=9)
    newest = CARD.session(begun, None, updated=now - timedelta(minutes=2), up=812, down=941)
    day = timedelta(days=1)
    return [newest, *CARD.rhythm(begun, every=day, lasting=day, shorter_by=1, up=2204, down=2510)]


STORY = Story(
    name=CARD.name,
    title="A gateway that is always on and well",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
