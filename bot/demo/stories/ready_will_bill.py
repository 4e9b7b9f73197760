"""A spare SIM under test: it costs nothing yet, and soon will."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("spare-2", 602, "Spare, test bench")


def sim(now: datetime) -> Row:
    """Return a SIM that is ready."""
    return CARD.sim(now, status="ready", age=timedelta(days=4), touched=timedelta(days=3))


def sessions(now: datetime) -> list[Row]:
    """Return a few quiet sessions since it was made ready, the newest open."""
    newest, *before = CARD.always_on(now, hours=3, days=2)
    few = {"packets_uploaded": 41, "packets_downloaded": 38}
    return [newest | few, *(row | few for row in before)]


STORY = Story(
    name=CARD.name,
    title="A spare SIM on the test bench that is not billed yet",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("ready_will_bill", INFO), ("healthy", INFO)}),
)
