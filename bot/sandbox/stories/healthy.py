"""A gateway that is always on and well."""

from datetime import datetime

from bot.diagnosis.state import State
from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card
from bot.sandbox.stories.story import INFO, Story

CARD = Card("gateway-3", 3, "Gateway 3, Oakland")


def sessions(now: datetime) -> list[Row]:
    """Tell a session a day, the newest open."""
    return CARD.always_on(now)


STORY = Story(
    name=CARD.name,
    title="A gateway that is always on and well",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
    registration_code="H3TW7QK2LM",
)
