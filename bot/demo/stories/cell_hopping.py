"""A delivery van on its round: many cells of one network, which is what moving looks like."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of
from bot.emulators.kore.http import Row

CARD = Card("van-9", 109, "Van 9")
CELLS = 8


def sessions(now: datetime) -> list[Row]:
    """Return a session every two hours, each in the next cell; the newest open."""
    begun = hour_of(now) - timedelta(hours=1)
    rows = [CARD.session(begun, None, updated=now - timedelta(minutes=1), up=80, down=95)]
    for turn in range(1, 12 * 28):
        start = begun - turn * timedelta(hours=2)
        end = start + timedelta(minutes=100 + turn * 7 % 15)
        rows.append(CARD.session(start, end, cell=turn % CELLS, up=110, down=130 + turn % 9))
    return rows


STORY = Story(
    name=CARD.name,
    title="A delivery van on its round through many cells",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("cell_hopping", INFO), ("healthy", INFO)}),
)
