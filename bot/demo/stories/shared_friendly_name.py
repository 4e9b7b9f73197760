"""Two refrigerators under one friendly name: whoever types it has to pick."""

from datetime import datetime

from bot.demo.stories.story import INFO, Role, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("fridge-a", 201, "Cold room 2")
TWIN = Card("fridge-b", 202, "Cold room 2")


def twin(now: datetime) -> Row:
    """Return the other, which was never given a unique name."""
    return TWIN.sim(now, unique_name=None)


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open."""
    return CARD.always_on(now, hours=11)


STORY = Story(
    name=CARD.name,
    title="One of two SIMs that share a friendly name: try `Cold room 2`",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
    others=(Role(twin, TWIN.always_on),),
)
