"""More habits in good order, each in a line of a table: what connects when, for how long."""

from dataclasses import dataclass, field
from typing import Any

from tests.bot.diagnosis.lives import AHEAD, DAY, HABITS, MINUTE, WINDOW, Life, rolling

WEEK = 7 * DAY
WORKING, SHOPPING, DAILY = range(5), range(6), range(7)
LTE_M, NB_IOT = {"radio": "LTE-M"}, {"radio": "NB-IoT"}


def times(first: float, last: float, step: float) -> tuple[float, ...]:
    """Return hours of the day from the first to the last."""
    return tuple(first + step * n for n in range(int((last - first) / step) + 1))


@dataclass(frozen=True)
class Week:
    """Contacts at these hours of these days of a cycle of so many, `off` by so many hours at most.

    Each `lasts` hours; one in so many is `missed`, as is one whole day in so many of `day_off`.
    `longest` is the longest usual interval, None where chance decides. `more` goes into each row:
    a list is one of them by chance.
    """

    hours: tuple[float, ...]
    longest: float | None
    days: Any = DAILY
    cycle: int = 7
    off: float = 0.05
    lasts: tuple[float, float] = (0.02, 0.05)
    packets: tuple[int, int] = (60, 50)
    missed: float = 0.0
    day_off: float = 0.0
    more: dict[str, Any] = field(default_factory=dict)
    drift: float = 0.0

    def __call__(self, dice: Any) -> Life:
        life, begun = Life(dice, self.longest), dice.uniform(0, self.cycle * DAY)
        for cycle in range(-2, 40 // self.cycle + 2):
            for day in self.days:
                if dice.random() < self.day_off:
                    continue
                for hour in self.hours:
                    ago = begun + (cycle * self.cycle - day) * DAY - hour
                    ago += dice.uniform(-self.off, self.off) + self.drift * ago / DAY
                    if -AHEAD < ago < WINDOW and dice.random() >= self.missed:
                        self._add(life, ago)
        return life

    def _add(self, life: Life, ago: float) -> None:
        dice = life.dice
        more = {k: dice.choice(v) if isinstance(v, list) else v for k, v in self.more.items()}
        up, down = (count * dice.uniform(0.7, 1.3) for count in self.packets)
        life.add(ago, dice.uniform(*self.lasts), up, down, **more)


HABITS |= {
    "meter_at_three_at_night": Week((3,), 24.5, off=0.25),
    "meter_at_night_when_it_pleases": Week((3,), 30, off=2.9),
    "meter_twice_a_day": Week((6, 18), 12.2, more=NB_IOT),
    "meter_four_times_a_day_and_a_tenth_is_missed": Week(times(0, 18, 6), 18.2, missed=0.1),
    "tide_gauge": Week((0,), 12.52, days=range(1), cycle=1, drift=-11.58),
    "kiosk_closed_on_sundays": Week((8,), 48.2, days=SHOPPING, lasts=(11.5, 12)),
    "kiosk_closed_at_the_weekend": Week((8,), 72.2, days=WORKING, lasts=(9, 10)),
    "terminal_at_the_till": Week(times(9, 18, 0.5), 63.6, days=WORKING, missed=0.3),
    "school_bus": Week((6.5, 13.2), 65.5, days=WORKING, lasts=(1.2, 1.7), off=0.2),
    "logger_on_mondays": Week((7,), None, days=(0,), off=0.5),
    "logger_three_times_a_week": Week((7,), 72.3, days=(0, 2, 4), off=0.1),
    "pump_by_day_and_by_the_sun": Week(times(7, 18, 0.5), 13.2, off=0.1),
    "pump_that_skips_cloudy_days": Week(times(8, 16, 1), None, day_off=0.25),
    "pump_that_rests_now_and_then": Week(times(7, 17, 1), None, day_off=0.12),
    "crane_that_rests_when_it_rains": Week(
        times(6, 17, 0.5), None, days=WORKING, day_off=0.3, lasts=(0.3, 0.45)
    ),
    "vending_machine": Week(times(7, 21, 0.7), 11.5, off=0.3, missed=0.2),
    "night_watch": Week(times(19, 29, 0.25), 14.3),
    "sends_every_five_minutes_by_day": Week(times(6, 20, 1 / 12), 10.1, off=0.01),
    "reports_ten_minutes_later_each_day": Week((4,), 24.3, drift=-1 / 6),
    "roams_over_three_networks_each_hour": Week(
        times(0, 23, 1), 1.15, more={"network": ["T-Mobile", "AT&T"]}
    ),
    "falls_back_by_design": Week(times(0, 23, 2), 2.1, more={"radio": ["LTE-M", "LTE-M", "GPRS"]}),
    "shift_of_four_on_and_four_off": Week(times(6, 18, 2), None, days=range(4), cycle=8),
    "harvester_in_and_out_of_coverage": Week(times(5, 22, 0.4), 9.4, off=0.2, missed=0.35),
    "two_sessions_an_attach_and_one_is_idle": Week((0, 12), 12.2, lasts=(11.4, 11.8)),
    "only_sends": Week(times(0, 23.8, 0.25), 0.3, packets=(20, 0), off=0.01),
    "fridge_with_a_small_upload_at_noon": Week(times(0, 23, 1), 1.15, packets=(40, 30)),
}


def listed(make):
    """Name a habit after its function."""
    HABITS[make.__name__] = make
    return make


@listed
def truck_over_the_border_each_week(dice):
    life, begun = rolling(dice, (2, 9), 20_000), dice.uniform(0, WEEK)
    for row in life.rows:
        abroad = (row["ago"] + begun) % WEEK < 2 * DAY
        row |= {"network": "Rogers" if abroad else "T-Mobile", "cell": f"1-{dice.randrange(10**6)}"}
    return life


@listed
def power_saving_with_news_each_half_day(dice):
    life = Life(dice, None, radio="NB-IoT", every=12.4, always_on=True)
    life.add(dice.uniform(4, 29) * DAY, 300 * DAY, 6 * 300, 5 * 300)
    return life


@listed
def gateway_that_reboots_each_night(dice):
    life, begun = Life(dice, None, always_on=True), dice.uniform(0, DAY)
    for day in range(-1, 40):
        ago = begun + day * DAY + dice.uniform(0, 0.1)
        life.add(ago, DAY - dice.uniform(0.03, 0.2), 40_000 * dice.uniform(0.7, 1.3), 50_000)
    return life


@listed
def firmware_every_second_week(dice):
    life, begun = rolling(dice, (10, 14), 9000), dice.uniform(0, 14 * DAY)
    for row in life.rows:
        if (row["ago"] + begun) % (14 * DAY) < DAY:
            row["down"] *= 40
    return life


@listed
def uploads_every_tenth_day(dice):
    life, begun = HABITS["fridge_with_a_small_upload_at_noon"](dice), dice.uniform(-0.3, 9.7) * DAY
    for times_back in range(6):
        life.report(begun + times_back * 10 * DAY, 40_000, 900)
    return life


@listed
def ends_after_four_idle_hours(dice):
    life, ago = Life(dice, 8), -AHEAD
    while ago < 40 * DAY:
        life.add(ago + 4.02, 4.0 + dice.uniform(0, 0.02), 30, 30)
        ago += 4.02 + dice.uniform(0.5, 3.5)
    return life


@listed
def alarm_panel_with_a_spare_line(dice):
    life = rolling(dice, (7.9, 8.1), 30)
    for row in list(life.rows):
        life.rows.append(row | {"ago": row["ago"] - 0.4 * MINUTE, "up": 1, "down": 1})
    return life


@listed
def ship_between_ports(dice):
    life, ago = Life(dice, None), dice.uniform(-1, 3) * DAY
    while ago < 60 * DAY:
        for hour in range(0, 72, 2):
            life.report(ago + hour)
        ago += 72 + dice.uniform(4, 7) * DAY
    return life


@listed
def one_session_for_a_month(dice):
    life = Life(dice, None, always_on=True)
    life.add(dice.uniform(26, 29.9) * DAY, 90 * DAY, 90 * 60_000, 90 * 70_000)
    return life
