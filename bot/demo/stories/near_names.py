"""Pumps whose names are nearly those of others: what a slip of the finger is asked back about."""

from datetime import datetime

from bot.demo.stories.story import INFO, Role, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("pump-17", 17, "Pump 17, Fresno")
NEIGHBOURS = (Card("pump-70", 70, "Pump 70, Fresno"), Card("pump-71", 71, "Pump 71, Fresno"))


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open."""
    return CARD.always_on(now, hours=6)


STORY = Story(
    name=CARD.name,
    title="A healthy pump with near namesakes: try `pmp-17`",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
    others=tuple(Role(card.sim, card.always_on) for card in NEIGHBOURS),
)
