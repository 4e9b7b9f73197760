"""A dock whose names hold what URLs and Slack take for their own."""

from datetime import datetime

from bot.diagnosis.state import State
from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card
from bot.sandbox.stories.story import INFO, Story

CARD = Card("dock 4/b", 48, "<Dock> & *4* `b` <!channel>")


def sessions(now: datetime) -> list[Row]:
    """Tell a session a day, the newest open."""
    return CARD.always_on(now, hours=4)


STORY = Story(
    name=CARD.name,
    title="A healthy dock with a slash and a blank in its name",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
)
