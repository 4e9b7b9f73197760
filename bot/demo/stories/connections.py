"""Sessions as no device wants them: too many, without packets, cut off, or on other networks."""

from datetime import datetime
from functools import partial

from bot.demo.stories.story import (
    CRITICAL,
    DAY,
    HOUR,
    INFO,
    MINUTE,
    WARNING,
    WELL,
    day_by_day,
    reports,
    story,
)
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import AT_AND_T, T_MOBILE, TELCEL, Card, hour_of
from bot.emulators.kore.http import Row


def _reconnects(card: Card, now: datetime, *, every: int, days: float) -> list[Row]:
    """Return starts so many minutes apart, the newest open; before them a report every 4 hours."""
    begun = hour_of(now) - 2 * MINUTE
    newest = card.session(begun, None, updated=now - MINUTE, up=15, down=12)
    retries = card.rhythm(
        begun - MINUTE,
        every=every * MINUTE,
        lasting=(every - 1) * MINUTE,
        days=days,
        shorter_by=1,
        up=15,
        down=12,
    )
    return [newest, *retries, *reports(card, begun - 5 * HOUR, hours=4, days=29)]


flapping = story(
    Card("meter-11", 11, "Meter 11"),
    "A meter that reconnects every eight minutes",
    State.ONLINE,
    {"flapping": CRITICAL},
)(partial(_reconnects, every=8, days=64 / 1440))

flapping_mildly = story(
    Card("meter-12", 12, "Meter 12"),
    "A meter that reconnected five times within an hour",
    State.ONLINE,
    {"flapping": WARNING},
)(partial(_reconnects, every=13, days=52 / 1440))


@story(
    Card("pump-7", 7, "Pump 7, Monterrey"),
    "A pump barred by the network after an hour of reconnecting",
    State.OFFLINE,
    {
        "barred_after_flapping": CRITICAL,
        "flapping": CRITICAL,
        "attach_without_data": WARNING,
        "radio_fallback": WARNING,
    },
)
def barred_after_flapping(card: Card, now: datetime) -> list[Row]:
    """Return nine starts on 3G within an hour until 15 h ago; before them two sessions a day."""
    last = hour_of(now) - 15 * HOUR
    rows = []
    for turn in range(9):
        start = last - 4 * MINUTE - turn * 7.5 * MINUTE
        end = start + 4 * MINUTE
        row = card.session(start, end, network=TELCEL, up=0, down=0, radio_link="3G")
        rows.append(row)
    usual = reports(card, last - 12 * HOUR, hours=11, minutes=90, network=TELCEL)
    first_fallback = card.session(last - 4 * HOUR, last - 3 * HOUR, network=TELCEL, radio_link="3G")
    return [*rows, first_fallback, *usual[:61]]


@story(
    Card("pump-9", 1009, "Pump 9"),
    "A pump that is well again after an hour of reconnecting",
    State.ONLINE,
    WELL | {"flapping": CRITICAL, "attach_without_data": WARNING},
)
def recovered_storm(card: Card, now: datetime) -> list[Row]:
    """Return an open session since nine hours; before it 25 empty tries, and a session a day."""
    begun = hour_of(now) - 9 * HOUR
    newest = card.session(begun, None, updated=now - 2 * MINUTE, up=812, down=940)
    tries = card.rhythm(
        begun - 3 * MINUTE, every=2 * MINUTE, lasting=MINUTE * 2 / 3, days=50 / 1440
    )
    tries = [each | {"packets_uploaded": 0, "packets_downloaded": 0} for each in tries]
    return [newest, *tries, *day_by_day(card, begun - HOUR, up=2204)]


@story(
    Card("gauge-4", 1004, "Gauge 4"),
    "A gauge that connects all the time since yesterday",
    State.OFFLINE,
    {"degraded": WARNING},
)
def degraded(card: Card, now: datetime) -> list[Row]:
    """Return a short session every 20 minutes for 30 hours; before them two a day."""
    last = hour_of(now) - 6 * MINUTE
    often = card.rhythm(last, every=20 * MINUTE, lasting=4 * MINUTE, days=1.25, up=24, down=20)
    return [*often, *reports(card, last - 36 * HOUR, hours=12, minutes=5, days=27)]


@story(
    Card("meter-14", 14, "Meter 14"),
    "A meter that attaches and gets no data through",
    State.OFFLINE,
    {"attach_without_data": WARNING},
)
def attach_without_data(card: Card, now: datetime) -> list[Row]:
    """Return four empty sessions within an hour; before them a report every six hours."""
    hour = hour_of(now)
    starts = [hour - minutes * MINUTE for minutes in (10, 25, 40, 55)]
    tries = [card.session(start, start + 4 * MINUTE, up=0, down=0) for start in starts]
    return [*tries, *reports(card, hour - 7 * HOUR, days=29)]


@story(
    Card("camera-2", 402, "Camera 2"),
    "A camera that sends and is never answered",
    State.OFFLINE,
    {"uplink_only": WARNING},
)
def uplink_only(card: Card, now: datetime) -> list[Row]:
    """Return a session every three hours; in the newest three nothing came down."""
    rows = reports(card, hour_of(now) - 20 * MINUTE, hours=3, minutes=30, up=60)
    return [*(row | {"packets_downloaded": 0} for row in rows[:3]), *rows[3:]]


@story(
    Card("alarm-1", 501, "Alarm, warehouse"),
    "An alarm system connected for three days without a packet",
    State.ONLINE,
    {"idle_session": INFO},
)
def idle_session(card: Card, now: datetime) -> list[Row]:
    """Return an empty open session, which may be right; before it one every four days."""
    begun = hour_of(now) - 79 * HOUR
    newest = card.session(begun, None, updated=now - 6 * MINUTE, up=0, down=0)
    before = card.rhythm(
        begun, every=4 * DAY, lasting=4 * DAY, shorter_by=1, days=27, up=12, down=10
    )
    return [newest, *before]


@story(
    Card("gate-4", 304, "Gate 4"),
    "A gate whose sessions all end after an hour",
    State.ONLINE,
    {"idle_timeout": INFO} | WELL,
)
def idle_timeout(card: Card, now: datetime) -> list[Row]:
    """Return a session every three hours, each cut by the network's idle timer; the newest open."""
    begun = hour_of(now) - 10 * MINUTE
    newest = card.session(begun, None, updated=now - 2 * MINUTE, up=30, down=26)
    before = reports(card, begun - 2 * HOUR, hours=3, minutes=60, shorter_by=3, up=30, down=26)
    return [newest, *before]


@story(
    Card("camera-4", 404, "Camera 4"),
    "A camera with ten times its usual traffic",
    State.ONLINE,
    {"usage_spike": WARNING},
)
def usage_spike(card: Card, now: datetime) -> list[Row]:
    """Return a busy session, open since this morning; before it a quiet one every six hours."""
    begun = hour_of(now) - 3 * HOUR
    newest = card.session(begun, None, updated=now - 2 * MINUTE, up=11240, down=12980)
    return [newest, *reports(card, begun - 2 * HOUR)]


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
