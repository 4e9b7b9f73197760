"""SIMs that are well, each with habits of its own, and SIMs that are not heard."""

from datetime import datetime
from functools import partial
from itertools import product

from bot.demo.stories.story import (
    CRITICAL,
    DAY,
    HOUR,
    INFO,
    MINUTE,
    WARNING,
    WELL,
    nothing,
    reports,
    story,
)
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import (
    AT_AND_T,
    T_MOBILE,
    TELCEL,
    TELEKOM_DE,
    Card,
    Network,
    hour_of,
    stamp,
)
from bot.emulators.kore.http import Row

healthy = story(
    Card("gateway-3", 3, "Gateway 3, Oakland"),
    "A gateway that is always on and well",
    State.ONLINE,
    WELL,
    registration_code="H3TW7QK2LM",
)(Card.always_on)

# Always abroad for its SIM, on a plan that allows it.
abroad = story(
    Card("kühlraum-1", 101, "Kühlraum 1, Hamburg"),
    "A cold room in Hamburg that is well",
    State.ONLINE,
    WELL,
)(partial(Card.always_on, network=TELEKOM_DE))


@story(
    Card("station-1", 1001, "Weather station 1"),
    "A weather station with more than 700 sessions in a month",
    State.ONLINE,
    WELL,
)
def long_history(card: Card, now: datetime) -> list[Row]:
    """Return a report every hour for 30 days, the newest under way."""
    begun = hour_of(now) - 3 * MINUTE
    newest = card.session(begun, None, updated=now - MINUTE, up=14, down=11)
    return [newest, *reports(card, begun - 48 * MINUTE, hours=1, minutes=12, up=14, down=11)]


@story(
    Card("meter-77", 777, "Meter 77"),
    "A meter connected for five weeks without a break",
    State.ONLINE,
    WELL,
)
def open_for_weeks(card: Card, now: datetime) -> list[Row]:
    """Return one session, open for longer than the window reaches."""
    begun = hour_of(now) - 35 * DAY
    return [card.session(begun, None, updated=now - 6 * MINUTE, up=48211, down=50122)]


@story(
    Card("tank-8", 308, "Tank 8"),
    "A tank that reports once a day and is silent in between",
    State.OFFLINE,
    {},
)
def daily_report(card: Card, now: datetime) -> list[Row]:
    """Return twelve minutes a day, the last of them nine hours ago: offline, and right so."""
    return reports(card, hour_of(now) - 9 * HOUR, hours=24, minutes=12)


@story(
    Card("meter-51", 1051, "Meter 51, basement"),
    "A meter that sleeps all day with its session open",
    State.STALE,
    {},
)
def sleeping_meter(card: Card, now: datetime) -> list[Row]:
    """Return an open session on NB-IoT with a few packets a day, last heard from 19 h ago."""
    begun, heard = hour_of(now) - 19 * DAY, hour_of(now) - 19 * HOUR
    return [card.session(begun, None, updated=heard, up=230, down=190, radio_link="NB-IoT")]


@story(
    Card("kiosk-12", 512, "Kiosk 12, Fresno"),
    "A kiosk that rests two days a week",
    State.OFFLINE,
    {},
)
def weekly_rest(card: Card, now: datetime) -> list[Row]:
    """Return three sessions a day on five days a week, the last 40 hours ago: no alarm."""
    last = hour_of(now) - 40 * HOUR
    rows = []
    for week, day, shift in product(range(4), range(5), range(3)):
        end = last - (7 * week + day) * DAY - 4 * shift * HOUR
        rows.append(card.session(end - (30 + (day + shift) % 5) * MINUTE, end))
    return rows


@story(
    Card("tracker-6", 1006, "Trailer 6"),
    "A tracker that reconnects every ten minutes, and should",
    State.OFFLINE,
    {"reconnects_often": INFO},
)
def reconnects_often(card: Card, now: datetime) -> list[Row]:
    """Return a session of three minutes every ten, for six days: by design, though vendors mind."""
    last = hour_of(now) + now.minute // 10 * 10 * MINUTE - 4 * MINUTE
    return card.rhythm(last, every=10 * MINUTE, lasting=3 * MINUTE, days=6, up=12, down=9)


TRUCK_SESSIONS = 212
_IN_MEXICO, _ON_THE_COAST = range(90, 130), range(60, 90)


def _network(turn: int) -> tuple[Network, int]:
    """Return where the truck was so many sessions ago: at the depot, on the road, or abroad."""
    if turn in _IN_MEXICO:
        return TELCEL, turn % 3
    if turn in _ON_THE_COAST:
        return AT_AND_T, turn % 4
    return T_MOBILE, turn % 3 if turn < _ON_THE_COAST.start else turn % 7


@story(
    Card("truck-42", 42, "Freightliner 42"),
    "A truck back from Mexico: three networks in a month, and well",
    State.ONLINE,
    WELL,
)
def roaming_truck(card: Card, now: datetime) -> list[Row]:
    """Return a session every three hours or so, the newest open."""
    begun = hour_of(now) - 3 * HOUR
    rows = [card.session(begun, None, updated=now - 4 * MINUTE)]
    for turn in range(1, TRUCK_SESSIONS):
        network, cell = _network(turn)
        start = begun - turn * (30 * DAY / TRUCK_SESSIONS)
        end = start + (150 + turn * 31 % 40) * MINUTE
        up, down = 200 + turn * 7 % 60, 240 + turn * 11 % 80
        rows.append(card.session(start, end, network=network, cell=cell, up=up, down=down))
    return rows


@story(
    Card("tank-3", 303, "Tank 3, Bakersfield"),
    "A tank that has been silent for three days",
    State.OFFLINE,
    {"gone_silent": CRITICAL},
)
def gone_silent(card: Card, now: datetime) -> list[Row]:
    """Return a report every six hours, the last of them three days ago."""
    return reports(card, hour_of(now) - 3 * DAY, days=27)


# It was installed weeks ago.
never_seen = story(
    Card("pump-88", 88, "Pump 88, Tucson"),
    "A pump that has never connected",
    State.NEVER_SEEN,
    {"never_seen": CRITICAL},
    sim={"age": 60 * DAY, "touched": 41 * DAY},
)(nothing)


def _unheard(card: Card, now: datetime, *, since: int, begun: int) -> list[Row]:
    """Return an open session that was last updated so many hours ago, and one a day before it."""
    newest, *before = card.always_on(now, hours=begun)
    return [newest | {"last_updated": stamp(hour_of(now) - since * HOUR)}, *before]


ghost_session = story(
    Card("sensor-21", 21, "Sensor 21"),
    "A sensor whose session stands open though it is gone",
    State.STALE,
    {"ghost_session": CRITICAL},
)(partial(_unheard, since=9, begun=20))

ghost_session_young = story(
    Card("sensor-22", 22, "Sensor 22"),
    "A sensor not heard from for five hours, its session still open",
    State.STALE,
    {"ghost_session": WARNING},
)(partial(_unheard, since=5, begun=13))


@story(
    Card("sensor-40", 40, "Sensor 40"),
    "A sensor of which nobody can say whether it is there",
    State.UNKNOWN,
    {},
)
def no_last_update(card: Card, now: datetime) -> list[Row]:
    """Return a session a day, the newest open and without a last update."""
    newest, *before = card.always_on(now, hours=8)
    return [newest | {"last_updated": None}, *before]
