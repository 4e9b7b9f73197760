"""Two refrigerators under one friendly name: whoever types it has to pick."""

from datetime import datetime

from bot.diagnosis.state import State
from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card
from bot.sandbox.stories.story import INFO, Role, Story

CARD = Card("fridge-a", 201, "Cold room 2")
TWIN = Card("fridge-b", 202, "Cold room 2")


def twin(now: datetime) -> Row:
    """Tell the other, which was never given a unique name."""
    return TWIN.sim(now, unique_name=None)


def sessions(now: datetime) -> list[Row]:
    """Tell a session a day, the newest open."""
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
