"""A meter that was on LTE for weeks and is on 2G now."""

from datetime import datetime

from bot.demo.stories.story import INFO, WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("meter-30", 30, "Meter 30")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open and on 2G."""
    newest, *before = CARD.always_on(now, hours=7)
    return [newest | {"radio_link": "2G"}, *before]


STORY = Story(
    name=CARD.name,
    title="A meter that fell back from LTE to 2G",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("radio_fallback", WARNING), ("legacy_radio", INFO)}),
    cause="radio_fallback",
)
