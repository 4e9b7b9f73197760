"""A kiosk's SIM that turned up in another device; the forms of the old IMEI are no change."""

from datetime import datetime

from bot.demo.stories.story import CRITICAL, Story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, imei, imeisv
from bot.emulators.kore.http import Row

CARD = Card("kiosk-5", 5, "Kiosk 5, Reno")
PHONE = imei(77, "35332811")


def sessions(now: datetime) -> list[Row]:
    """Return a session a day; the newest in a phone, those before in the kiosk's modem."""
    newest, *before = CARD.always_on(now, hours=2)
    before[2] |= {"imei": imeisv(CARD.imei)}
    before[3] |= {"imei": None}
    before[4] |= {"imei": "0" * 15}
    return [newest | {"imei": PHONE}, *before]


STORY = Story(
    name=CARD.name,
    title="A kiosk whose SIM turned up in another device",
    sim=CARD.sim,
    sessions=sessions,
    state=State.ONLINE,
    findings=frozenset({("imei_changed", CRITICAL)}),
    cause="imei_changed",
)
