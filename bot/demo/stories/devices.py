"""SIMs in another device than before, in two at once, or in two places."""

from datetime import datetime

from bot.demo.stories.story import CRITICAL, HOUR, MINUTE, WARNING, Role, reports, story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import Card, hour_of, imei, imeisv
from bot.emulators.kore.http import Row


@story(
    Card("kiosk-5", 5, "Kiosk 5, Reno"),
    "A kiosk whose SIM turned up in another device",
    State.ONLINE,
    {"imei_changed": CRITICAL},
)
def imei_swap(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest in a phone; the forms of the old IMEI are no change."""
    newest, *before = card.always_on(now, hours=2)
    for row, form in zip(before[2:], (imeisv(card.imei), None, "0" * 15), strict=False):
        row |= {"imei": form}
    return [newest | {"imei": imei(77, "35332811")}, *before]


ROUTER, TWIN = Card("router-11", 1011, "Router 11"), Card("router-12", 1012, "Router 12")


def _with_the_same_imei(now: datetime) -> list[Row]:
    """Return the twin's session a day; the newest two in a device with the other one's IMEI."""
    newest, second, *before = TWIN.always_on(now, hours=7)
    return [newest | {"imei": ROUTER.imei}, second | {"imei": ROUTER.imei}, *before]


twin_imei = story(
    ROUTER,
    "A router whose IMEI is live in another SIM too",
    State.ONLINE,
    {"twin_imei": CRITICAL},
    others=(Role(TWIN.sim, _with_the_same_imei),),
    asked_with=(TWIN.name,),
)(Card.always_on)


@story(
    Card("tracker-8", 1008, "Trailer 8"),
    "A tracker that is in two towns at once",
    State.OFFLINE,
    {"impossible_travel": WARNING},
)
def impossible_travel(card: Card, now: datetime) -> list[Row]:
    """Return a report every hour; in the last six hours a clone's far away between them."""
    last = hour_of(now) - 20 * MINUTE
    starts = [last - 14 * MINUTE - turn * HOUR for turn in range(6)]
    far = [card.session(start, start + 3 * MINUTE, cell=7) for start in starts]
    rows = [*reports(card, last, hours=1, minutes=6), *far]
    return sorted(rows, key=lambda row: str(row["start"]), reverse=True)
