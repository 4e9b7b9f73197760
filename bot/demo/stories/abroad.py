"""A cold room in Hamburg: always abroad for its SIM, on a plan that allows it, and well."""

from datetime import datetime

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import TELEKOM_DE, Card
from bot.emulators.kore.http import Row

CARD = Card("kühlraum-1", 101, "Kühlraum 1, Hamburg")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day on Telekom.de, the newest open."""
    return CARD.always_on(now, network=TELEKOM_DE)


STORY = Story(
    name=CARD.name,
    title="A cold room in Hamburg that is well",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
