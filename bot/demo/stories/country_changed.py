"""A tracker that has never left the country, and is in Mexico now."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import TELCEL, Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tracker-12", 112, "Trailer 12")


def sessions(now: datetime) -> list[Row]:
    """Return an open session on Telcel; before it a session a day at home."""
    begun = hour_of(now) - timedelta(hours=4)
    newest = CARD.session(
        begun, None, network=TELCEL, cell=2, updated=now - timedelta(minutes=3), up=150, down=170
    )
    day = timedelta(days=1)
    left = begun - timedelta(hours=1)
    return [newest, *CARD.rhythm(left, every=day, lasting=day, shorter_by=1, cell=7)]


STORY = Story(
    name=CARD.name,
    title="A tracker that crossed the border",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("country_changed", WARNING)}),
    cause="country_changed",
)
