"""A dock whose names hold what URLs and Slack take for their own."""

from datetime import datetime

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("dock 4/b", 48, "<Dock> & *4* `b` <!channel>")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open."""
    return CARD.always_on(now, hours=4)


STORY = Story(
    name=CARD.name,
    title="A healthy dock with a slash and a blank in its name",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
