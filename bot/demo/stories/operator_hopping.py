"""A tracker that went back and forth between two networks all day."""

from datetime import datetime, timedelta

from bot.demo.stories.story import WARNING, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("tracker-5", 105, "Trailer 5")


def sessions(now: datetime) -> list[Row]:
    """Return five sessions on two networks in turn; before them a session a day on one."""
    begun = hour_of(now) - timedelta(hours=2)
    rows = [CARD.session(begun, None, updated=now - timedelta(minutes=5))]
    for turn, network in enumerate((AT_AND_T, T_MOBILE, AT_AND_T, T_MOBILE), start=1):
        start = begun - turn * timedelta(hours=4)
        rows.append(CARD.session(start, start + timedelta(hours=3), network=network))
    day = timedelta(days=1)
    left = begun - timedelta(hours=17)
    return [*rows, *CARD.rhythm(left, every=day, lasting=day, shorter_by=1, up=900, down=990)]


STORY = Story(
    name=CARD.name,
    title="A tracker torn between two networks",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("operator_hopping", WARNING)}),
    cause="operator_hopping",
)
