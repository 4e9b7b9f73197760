"""A gateway that is always on and well."""

from datetime import datetime

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("gateway-3", 3, "Gateway 3, Oakland")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open."""
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
