"""A vending machine that knows nothing but 2G, on networks that are being switched off."""

from datetime import datetime

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("vending-3", 403, "Vending machine 3")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day on 2G, the newest open."""
    return CARD.always_on(now, hours=10, radio_link="2G")


STORY = Story(
    name=CARD.name,
    title="A vending machine that lives on 2G",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("legacy_radio", INFO), ("healthy", INFO)}),
)
