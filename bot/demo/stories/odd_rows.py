"""A device whose page holds rows that cannot be read, in a status that nobody has heard of."""

from datetime import datetime, timedelta

from bot.demo.stories.story import INFO, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD = Card("legacy-2", 902, "Legacy 2")


def sim(now: datetime) -> Row:
    """Return a SIM in a status that is in no documentation."""
    return CARD.sim(now, status="porting", colour="blue")


def sessions(now: datetime) -> list[Row]:
    """Return good rows, and between them one without a start and one that counts in words."""
    newest, *before = CARD.always_on(now, hours=5, rat_type="4G LTE")
    heard = now - timedelta(minutes=1)
    exact = {"last_updated": f"{heard:%Y-%m-%dT%H:%M:%S}.250Z"}
    lost = before[3] | {"start": None}
    worded = before[4] | {"packets_uploaded": "many"}
    return [newest | exact, lost, worded, *before[:3], *before[5:]]


STORY = Story(
    name=CARD.name,
    title="A device whose data holds rows that nobody can read",
    sim=sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("healthy", INFO)}),
    conforms=False,
)
