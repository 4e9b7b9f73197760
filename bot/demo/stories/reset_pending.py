"""A router whose connection was reset five minutes ago and is back."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("router-6", 6, "Router 6")


def sim(now: datetime) -> Row:
    """Return a SIM under reset."""
    return CARD.sim(now, reset_status="resetting", touched=timedelta(minutes=5))


def sessions(now: datetime) -> list[Row]:
    """Return a session that started after the reset, and one a day before it."""
    begun, heard = now - timedelta(minutes=3), now - timedelta(minutes=1)
    newest = CARD.session(begun, None, updated=heard, up=12, down=9)
    day = timedelta(days=1)
    cut = now - timedelta(minutes=5)
    before = CARD.rhythm(cut, every=day, lasting=day, shorter_by=1, up=2204, down=2510)
    return [newest, *before]


STORY = Story(
    name=CARD.name,
    title="A router that is back though its reset is still under way",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("reset_pending", INFO), ("healthy", INFO)}),
)
