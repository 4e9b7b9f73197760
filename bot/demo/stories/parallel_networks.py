"""A gate that is on two networks side by side: two devices use its SIM."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("gate-5", 1005, "Gate 5")


def sessions(now: datetime) -> list[Row]:
    """Return two open sessions, both with news; before them one a day on one network."""
    newest, *before = CARD.always_on(now, hours=8)
    begun, heard = hour_of(now) - timedelta(hours=5), now - timedelta(minutes=3)
    other = CARD.session(begun, None, network=AT_AND_T, updated=heard, up=400, down=380)
    return [other, newest, *before]


STORY = Story(
    name=CARD.name,
    title="A gate on two networks at once",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("parallel_networks", WARNING)}),
    cause="parallel_networks",
)
