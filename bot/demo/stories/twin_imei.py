"""A router whose IMEI is live in a second SIM as well."""

from datetime import datetime

from bot.demo.stories.story import CRITICAL, Role, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

CARD, TWIN = Card("router-11", 1011, "Router 11"), Card("router-12", 1012, "Router 12")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day, the newest open."""
    return CARD.always_on(now, hours=9)


def of_the_twin(now: datetime) -> list[Row]:
    """Return a session a day; the newest two in a device with the other one's IMEI."""
    newest, second, *before = TWIN.always_on(now, hours=7)
    return [newest | {"imei": CARD.imei}, second | {"imei": CARD.imei}, *before]


STORY = Story(
    name=CARD.name,
    title="A router whose IMEI is live in another SIM too",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("twin_imei", CRITICAL)}),
    cause="twin_imei",
    others=(Role(TWIN.sim, of_the_twin),),
    asked_with=(TWIN.name,),
)
