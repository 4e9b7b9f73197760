"""Lives of devices by habit, each in good order, and what goes wrong with them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.diagnosis.evidence import Evidence
from bot.kore.models import CellLocation, DataSession, Sim, UsageRecord

MINUTE, HOUR, DAY = 1 / 60, 1.0, 24.0
AHEAD = 9.0
WINDOW = 30 * DAY
IMEI = "353166091234560"
PLAIN = DataSession.model_construct(sim_sid="DE1")  # a copy costs half of what another one does
NETWORKS = {
    "T-Mobile": ("310", "260", "USA"),
    "AT&T": ("310", "410", "USA"),
    "Rogers": ("302", "720", "CAN"),
}


@dataclass
class Life:
    """Sessions of one SIM in hours before now, which is 0; what lies ahead has not happened.

    `longest` is the longest usual time away; None where its window does not tell that.
    """

    dice: random.Random
    longest: float | None
    status: str = "active"
    radio: str = "LTE"
    every: float = 0.1
    always_on: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)

    def copy(self) -> "Life":
        """Return another one like it."""
        return replace(self, rows=[dict(row) for row in self.rows])

    def add(self, ago: float, lasting: float, up: float, down: float, **more: Any) -> None:
        """Add a session that began so many hours ago."""
        self.rows.append({"ago": ago, "lasting": lasting, "up": up, "down": down} | more)

    def report(self, ago: float, up: float = 30, down: float = 25, **more: Any) -> None:
        """Add a short one."""
        self.add(
            ago, self.dice.uniform(1, 4) * MINUTE, up * self.dice.uniform(0.8, 1.2), down, **more
        )

    def cut(self, ago: float, *, ghost: bool = False) -> None:
        """End the life so many hours ago."""
        self.rows = [row for row in self.rows if row["ago"] > ago]
        for row in self.rows:
            if row["ago"] - row["lasting"] < ago:
                row.update({"dies": ago} if ghost else {"lasting": row["ago"] - ago})

    def sessions(self, now: datetime) -> list[DataSession]:
        """Return the rows as KORE would tell them now."""
        past = (row for row in self.rows if 0 <= row["ago"] < WINDOW)
        return [self._session(row, now) for row in sorted(past, key=lambda row: row["ago"])]

    def _session(self, row: dict[str, Any], now: datetime) -> DataSession:
        dies, every = row.get("dies"), row.get("every", self.every)
        ended = row["ago"] - row["lasting"]
        lived = min(row["lasting"], row["ago"] - (dies or 0.0))
        is_open = dies is not None or ended < 0
        heard = lived // every * every if is_open else row["lasting"]
        share = heard / row["lasting"]
        start, name = now - timedelta(hours=row["ago"]), row.get("network", "T-Mobile")
        mcc, mnc, country = NETWORKS[name]
        place = row.get("place")
        told = {
            "start": start,
            "last_updated": start + timedelta(hours=heard),
            "end": None if is_open else start + timedelta(hours=row["lasting"]),
            "packets_uploaded": None if row["up"] is None else int(row["up"] * share),
            "packets_downloaded": None if row["down"] is None else int(row["down"] * share),
            "radio_link": row.get("radio", self.radio),
            "operator_name": name,
            "operator_mcc": mcc,
            "operator_mnc": mnc,
            "operator_country": country,
            "cell_id": row.get("cell", f"{mcc}-{mnc}-1-1"),
            "cell_location_estimate": place and CellLocation(lat=place[0], lon=place[1]),
            "imei": row.get("imei", IMEI),
        }
        return PLAIN.model_copy(update=told)

    def evidence(self, now: datetime) -> Evidence:
        """Return it as a rule sees it."""
        made = now - timedelta(days=300)
        sim = Sim(sid="DE1", status=self.status, rate_plan_sid="WP1", date_created=made)
        usage = (UsageRecord(data={"total": 10**6 if self.rows else 0}),)
        return Evidence(sim, tuple(self.sessions(now)), now, usage=usage)


Habit = Callable[[random.Random], Life]
HABITS: dict[str, Habit] = {}


def habit(make: Habit) -> Habit:
    """Name a habit after its function."""
    HABITS[make.__name__] = make
    return make


def clockwork(dice: random.Random, every: float, days: float, jitter: float, **more: Any) -> Life:
    """Make a life of a report every so many hours."""
    life = Life(dice, every + 2 * jitter, **more)
    ago = dice.uniform(0, every) - AHEAD
    while ago < days * DAY:
        life.report(ago + dice.uniform(-jitter, jitter))
        ago += every
    return life


def rolling(
    dice: random.Random, hours: tuple[float, float], a_day: float, every: float = 0.1
) -> Life:
    """Make a life that is always on, its session renewed after so many hours."""
    life = Life(dice, None, every=every, always_on=True)
    ago = dice.uniform(32, 50) * DAY
    while ago > 0:
        lasting = dice.uniform(*hours)
        packets = a_day * dice.uniform(0.7, 1.4) * lasting / DAY
        life.add(ago, lasting, packets, packets * 1.2)
        ago -= lasting + dice.uniform(1, 60) / 3600
    return life


def shifts(
    dice: random.Random, period: int, work: dict[int, tuple[float, ...]], longest: float
) -> Life:
    """Make a life that reports at these hours on these days of a period."""
    life, begun = Life(dice, longest), dice.uniform(0, period * DAY)
    for cycle in range(-2, 60 // period + 2):
        for day, hours in work.items():
            for hour in hours:
                ago = begun + (cycle * period - day) * DAY - hour + dice.uniform(0, 0.3)
                life.add(ago, dice.uniform(0.6, 0.9), 900, 1000)
    return life


@habit
def every_10_minutes(dice):
    return clockwork(dice, 1 / 6, dice.uniform(5, 9), 0.005)


@habit
def every_15_minutes_to_the_second(dice):
    return clockwork(dice, 0.25, dice.uniform(6, 12), 0)


@habit
def every_hour_and_some_are_missed(dice):
    life = clockwork(dice, 1, 29, 0.03)
    life.rows = [row for n, row in enumerate(life.rows) if n % 2 or dice.random() > 0.2]
    life.longest = 2.2
    return life


@habit
def every_day(dice):
    return clockwork(dice, DAY, 70, 0.1)


@habit
def every_second_day(dice):
    return clockwork(dice, 2 * DAY, 70, 0.5)


@habit
def every_week(dice):
    life = clockwork(dice, 7 * DAY, 90, 0.5)
    life.longest = None
    return life


@habit
def new_since_yesterday(dice):
    life = clockwork(dice, dice.choice((1 / 6, 1, 3)), dice.uniform(0.3, 2), 0.01)
    life.longest = None
    return life


@habit
def uplink_by_design(dice):
    life = clockwork(dice, 6, 60, 0.4)
    for row in life.rows:
        row["down"] = 0
    return life


@habit
def one_in_three_is_empty_or_unanswered(dice):
    life = clockwork(dice, 2, 29, 0.1)
    for row in life.rows:
        if dice.random() < 0.33:
            row.update({"down": 0} if dice.random() < 0.5 else {"down": 0, "up": 0})
    return life


@habit
def a_weekly_upload(dice):
    life, begun = clockwork(dice, 1, 29, 0.02), dice.uniform(-DAY, 6 * DAY)
    for week in range(5):
        for n in range(9):
            life.report(begun + week * 7 * DAY - n * 5 * MINUTE, 9000, 400)
    return life


@habit
def an_hour_later_since_the_clocks_changed(dice):
    life, begun, changed = Life(dice, 13.0), dice.uniform(0, DAY), dice.uniform(1, 25) * DAY
    for day in range(-2, 40):
        for hour in (0, 6, 12):
            ago = begun + day * DAY - hour
            life.report(ago - (ago < changed))
    return life


@habit
def router_for_weeks(dice):
    return rolling(dice, (9 * DAY, 40 * DAY), 90_000)


@habit
def router_renewed_each_day_at_another_hour(dice):
    return rolling(dice, (14, 34), 60_000)


@habit
def gateway_with_a_heartbeat(dice):
    return rolling(dice, (2 * DAY, 9 * DAY), 200)


@habit
def news_every_four_hours(dice):
    return rolling(dice, (3 * DAY, 20 * DAY), 40_000, every=3.98)


@habit
def sleeping_meter(dice):
    life = Life(dice, None, radio=dice.choice(("NB-IoT", "CAT-M1")), every=DAY, always_on=True)
    days = dice.uniform(5, 29)
    life.add(days * DAY, 200 * DAY, 10 * 200, 8 * 200)
    return life


@habit
def sleeping_camera(dice):
    life = Life(dice, None, radio="LTE-M", every=DAY, always_on=True)
    life.add(dice.uniform(5, 29) * DAY, 200 * DAY, 600 * 200, 200 * 200)
    return life


@habit
def working_week(dice):
    return shifts(dice, 7, dict.fromkeys(range(5), (0, 2, 4, 6, 8)), 65)


@habit
def once_on_working_days(dice):
    return shifts(dice, 7, dict.fromkeys(range(5), (0,)), 73)


@habit
def rotating_shifts(dice):
    work = {0: (6, 9, 12), 1: (6, 9, 12), 2: (14, 17, 20), 3: (14, 17, 20), 4: (22,), 5: (1, 22)}
    return shifts(dice, 8, work, 60)


@habit
def a_week_on_and_a_week_off(dice):
    life = shifts(dice, 14, dict.fromkeys(range(7), tuple(range(0, 24, 2))), 170)
    life.longest = None
    return life


@habit
def daylight_only(dice):
    return shifts(dice, 1, {0: tuple(range(10))}, 15)


@habit
def used_by_people(dice):
    life, ago = Life(dice, None), -AHEAD
    while ago < 60 * DAY:
        life.add(ago, dice.uniform(0.05, 2), dice.uniform(50, 9000), dice.uniform(50, 9000))
        ago += 2.1 + dice.expovariate(1 / 4)
    return life


@habit
def truck_at_a_border(dice):
    life, ago, lat, lon = Life(dice, 13.0), -AHEAD, 42.3, -83.0
    while ago < 60 * DAY:
        lasting = dice.uniform(0.7, 4)
        name = dice.choice(list(NETWORKS))
        where = (lat + dice.uniform(-1, 1), lon + dice.uniform(-1, 1))
        cell, place = f"1-2-3-{dice.randrange(10**6)}", where
        life.add(ago + lasting, lasting, 300, 250, network=name, cell=cell, place=place)
        ago += lasting + (dice.uniform(4, 9) if dice.random() < 0.13 else 0.1)
    return life


@habit
def at_the_edge_of_coverage(dice):
    life, ago = Life(dice, None, always_on=True), -AHEAD
    while ago < 12 * DAY:
        lasting = dice.expovariate(2.4) + 0.01
        life.add(ago + lasting, lasting, lasting * 900 + 5, lasting * 900 + 5, every=0.01)
        ago += lasting + dice.uniform(5, 60) / 3600
    return life


@habit
def two_data_networks_an_attach(dice):
    life = clockwork(dice, 1 / 3, 20, 0.01)
    for row in list(life.rows):
        life.rows.append(row | {"ago": row["ago"] - 0.0005, "up": 2, "down": 0})
    return life


@habit
def second_sim_for_failover(dice):
    life, ago = Life(dice, None), 1.0
    while ago < 60 * DAY:
        life.add(ago, dice.uniform(0.2, 0.9), dice.uniform(500, 2000), dice.uniform(500, 2000))
        ago += 14 + dice.expovariate(1 / 40)
    return life


@habit
def a_tower_placed_wrongly(dice):
    life = clockwork(dice, 1, 29, 0.02)
    for row in life.rows:
        row["place"] = (12.0, 20.0) if dice.random() < 0.1 else (38.9, -95.2)
    return life


@habit
def on_the_shelf(dice):
    return Life(dice, None, status="ready")


def weather(life: Life) -> Life:
    """Let it be as lives are: an outage two weeks ago, fields that are not told."""
    dice, low = life.dice, life.dice.uniform(13, 18) * DAY
    if life.longest and dice.random() < 0.5:
        high = low - 2 * life.longest - 2
        life.rows = [row for row in life.rows if not high < row["ago"] < low]
    for row in life.rows:
        if dice.random() < 0.01:
            row["up"] = None
    return life


def lives(name: str, many: int, seed: int = 1) -> Iterator[Life]:
    """Return some lives of one habit."""
    for number in range(many):
        yield weather(HABITS[name](random.Random(f"{seed} {name} {number}")))
