"""SIMs on other networks, cells or radio than before, or on two networks side by side."""

from datetime import datetime
from functools import partial

from bot.demo.stories.story import HOUR, INFO, MINUTE, WARNING, WELL, day_by_day, story
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, hour_of
from bot.emulators.kore.http import Row


@story(
    Card("tracker-12", 112, "Trailer 12"),
    "A tracker that crossed the border",
    State.ONLINE,
    {"country_changed": WARNING},
)
def country_changed(card: Card, now: datetime) -> list[Row]:
    """Return an open session on Telcel; before it, always, a session a day at home."""
    begun = hour_of(now) - 4 * HOUR
    newest = card.session(
        begun, None, network=TELCEL, cell=2, updated=now - 3 * MINUTE, up=150, down=170
    )
    return [newest, *day_by_day(card, begun - HOUR, cell=7)]


@story(
    Card("tracker-5", 105, "Trailer 5"),
    "A tracker torn between two networks",
    State.ONLINE,
    {"operator_hopping": WARNING},
)
def operator_hopping(card: Card, now: datetime) -> list[Row]:
    """Return five sessions on two networks in turn; before them a session a day on one."""
    begun = hour_of(now) - 2 * HOUR
    rows = [card.session(begun, None, updated=now - 5 * MINUTE)]
    for turn, network in enumerate((AT_AND_T, T_MOBILE, AT_AND_T, T_MOBILE), start=1):
        start = begun - turn * 4 * HOUR
        rows.append(card.session(start, start + 3 * HOUR, network=network))
    return [*rows, *day_by_day(card, begun - 17 * HOUR, up=900, down=990)]


@story(
    Card("gate-5", 1005, "Gate 5"),
    "A gate on two networks at once",
    State.ONLINE,
    {"parallel_networks": WARNING},
)
def parallel_networks(card: Card, now: datetime) -> list[Row]:
    """Return two open sessions, both with news; before them one a day on one network."""
    newest, *before = card.always_on(now, hours=8)
    begun, heard = hour_of(now) - 5 * HOUR, now - 3 * MINUTE
    other = card.session(begun, None, network=AT_AND_T, updated=heard, up=400, down=380)
    return [other, newest, *before]


@story(
    Card("van-9", 109, "Van 9"),
    "A delivery van on its round through many cells",
    State.ONLINE,
    {"cell_hopping": INFO} | WELL,
)
def cell_hopping(card: Card, now: datetime) -> list[Row]:
    """Return a session every two hours, each in the next of eight cells; the newest open."""
    begun = hour_of(now) - HOUR
    rows = [card.session(begun, None, updated=now - MINUTE, up=80, down=95)]
    for turn in range(1, 12 * 28):
        start = begun - turn * 2 * HOUR
        end = start + (100 + turn * 7 % 15) * MINUTE
        rows.append(card.session(start, end, cell=turn % 8, up=110, down=130 + turn % 9))
    return rows


@story(
    Card("meter-30", 30, "Meter 30"),
    "A meter that fell back from LTE to 2G",
    State.ONLINE,
    {"radio_fallback": WARNING, "legacy_radio": INFO},
)
def radio_fallback(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest open and on 2G."""
    newest, *before = card.always_on(now, hours=7)
    return [newest | {"radio_link": "2G"}, *before]


# It knows nothing but 2G, on networks that are being switched off.
legacy_radio = story(
    Card("vending-3", 403, "Vending machine 3"),
    "A vending machine that lives on 2G",
    State.ONLINE,
    {"legacy_radio": INFO} | WELL,
)(partial(Card.always_on, hours=10, radio_link="2G"))
