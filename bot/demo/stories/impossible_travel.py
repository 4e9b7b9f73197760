"""A tracker that is in two towns at once: somebody cloned its SIM."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tracker-8", 1008, "Trailer 8")


def sessions(now: datetime) -> list[Row]:
    """Return a report every hour near one town; in the last six hours others far away between."""
    last, hour = hour_of(now) - timedelta(minutes=20), timedelta(hours=1)
    usual = CARD.rhythm(last, every=hour, lasting=timedelta(minutes=6))
    far = [
        CARD.session(start, start + timedelta(minutes=3), cell=7)
        for turn in range(6)
        for start in [last - timedelta(minutes=14) - turn * hour]
    ]
    return sorted([*usual, *far], key=lambda row: str(row["start"]), reverse=True)


STORY = Story(
    name=CARD.name,
    title="A tracker that is in two towns at once",
    sim=CARD.sim,
    sessions=sessions,
    state=State.OFFLINE,
    findings=frozenset({("impossible_travel", WARNING)}),
    cause="impossible_travel",
)
