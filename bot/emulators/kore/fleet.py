"""A fleet of as many healthy SIMs as asked for: nothing of a SIM exists until it is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from bot.emulators.kore.cards import (
    ACCOUNT_SID,
    AT_AND_T,
    PLAN_SID,
    T_MOBILE,
    TELCEL,
    TELEKOM_DE,
    VODAFONE_DE,
    Card,
    Network,
    imeisv,
    serial_of,
)
from bot.emulators.kore.http import Row
from bot.struct import Struct

DAY, HOUR, MINUTE = 86_400, 3_600, 60
_MASK = (1 << 64) - 1


class Visit(Struct):
    """One connection: when, on which of the SIM's networks and cells, and how busy when it ends."""

    start: int
    end: int
    network: int
    cell: int
    up: int
    down: int


class Noise(Struct):
    """Numbers that look thrown, and are always the same for the same SIM, day and turn."""

    seed: int

    def pick(self, below: int, *what: int) -> int:
        """Return a number from 0 to before `below`."""
        mixed = self.seed
        for part in what:
            mixed = (mixed ^ (part + 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9 & _MASK
            mixed ^= mixed >> 29
        return (mixed ^ mixed >> 32) % below


def always_on(noise: Noise, day: int) -> Iterator[Visit]:
    """Reconnect once a day, for seconds."""
    start = _renewal(noise, day)
    end = _renewal(noise, day + 1) - 20 - noise.pick(40, day, 1)
    yield Visit(start, end, 0, 0, 2200 + noise.pick(400, day, 2), 2500 + noise.pick(500, day, 3))


def hourly(noise: Noise, day: int) -> Iterator[Visit]:
    """Report for two or three minutes every hour."""
    minute = noise.pick(HOUR, 1)
    for hour in range(24):
        start = day * DAY + hour * HOUR + minute + noise.pick(90, day, hour)
        yield _visit(noise, start, 100 + noise.pick(90, day, hour, 1), packets=14)


def daily(noise: Noise, day: int) -> Iterator[Visit]:
    """Report for some ten minutes, once a day at about the same time."""
    start = day * DAY + noise.pick(DAY, 1) + noise.pick(50 * MINUTE, day)
    yield _visit(noise, start, 5 * MINUTE + noise.pick(10 * MINUTE, day, 1), packets=60)


def weekly_rest(noise: Noise, day: int) -> Iterator[Visit]:
    """Work three shifts of up to three quarters of an hour on five days, and rest for two."""
    if (day + noise.pick(7, 1)) % 7 >= 5:  # noqa: PLR2004 -- five working days
        return
    opening = day * DAY + noise.pick(10 * HOUR, 2)
    for shift in range(3):
        start = opening + shift * 4 * HOUR + noise.pick(20 * MINUTE, day, shift)
        yield _visit(noise, start, 25 * MINUTE + noise.pick(20 * MINUTE, day, shift, 1), packets=90)


def moving(noise: Noise, day: int) -> Iterator[Visit]:
    """Drive by day from cell to cell, some days for a while on a second network."""
    away = range(3, 5) if noise.pick(3, day) == 0 else range(0)
    leaving = day * DAY + noise.pick(8 * HOUR, 1)
    for leg in range(8):
        start = leaving + leg * 100 * MINUTE + noise.pick(5 * MINUTE, day, leg)
        length = 70 * MINUTE + noise.pick(24 * MINUTE, day, leg, 1)
        place = day * 3 + leg // 2
        network = 1 if leg in away else 0
        yield _visit(noise, start, length, packets=150, network=network, cell=place)


HABITS = {
    "gateway": always_on,
    "meter": hourly,
    "tank": daily,
    "kiosk": weekly_rest,
    "van": moving,
}


def _renewal(noise: Noise, day: int) -> int:
    return day * DAY + noise.pick(DAY, 1) + noise.pick(20 * MINUTE, day)


def _visit(  # noqa: PLR0913 -- a visit's own fields
    noise: Noise, start: int, length: int, *, packets: int, network: int = 0, cell: int = 0
) -> Visit:
    """Return a visit of about so many packets: a quarter more or less, more down than up."""
    up = packets * 3 // 4 + noise.pick(packets // 2, start)
    return Visit(start, start + length, network, cell, up, up + up // 5 + 1)


REPORTED_EVERY = 6 * MINUTE
WINDOW_DAYS = 30
_UNREPORTED_OF = 40


class FleetRows:
    """The data sessions of one SIM: its card, where it lives, its radio and its habit."""

    def __init__(
        self,
        card: Card,
        networks: Sequence[Network],
        radio_link: str,
        noise: Noise,
        habit: Callable[[Noise, int], Iterator[Visit]],
    ) -> None:
        self._card = card
        self._networks = networks
        self._radio_link = radio_link
        self._noise = noise
        self._habit = habit
        self._imei = card.imei if noise.pick(20) else imeisv(card.imei)

    def at(self, now: datetime, days: int = WINDOW_DAYS) -> list[Row]:
        """Return the sessions of the last days, newest first, as they were last reported."""
        reported = int(now.timestamp()) // REPORTED_EVERY * REPORTED_EVERY
        today = reported // DAY
        visits = (
            visit
            for day in range(today, today - days - 2, -1)
            for visit in reversed(list(self._habit(self._noise, day)))
        )
        oldest = reported - days * DAY
        return [self._row(v, reported) for v in visits if v.start <= reported and v.end > oldest]

    def _row(self, visit: Visit, reported: int) -> Row:
        is_open = visit.end > reported
        end = reported if is_open else visit.end
        share = (end - visit.start) / (visit.end - visit.start)
        network = self._networks[visit.network % len(self._networks)]
        cell = network.cells[(visit.cell + self._noise.pick(8, 1)) % len(network.cells)]
        known = self._noise.pick(_UNREPORTED_OF, visit.start, 5)
        return {
            "sid": f"WN{self._noise.seed:016x}{visit.start:016x}",
            "sim_sid": self._card.sid,
            "account_sid": ACCOUNT_SID,
            "radio_link": self._radio_link,
            **network.at(cell),
            "packets_uploaded": max(1, int(visit.up * share)),
            "packets_downloaded": max(1, int(visit.down * share)),
            "last_updated": _stamp(end),
            "start": _stamp(visit.start),
            "end": None if is_open else _stamp(visit.end),
            "imei": self._imei if known else None,
        } | ({"cell_location_estimate": None} if known == 1 else {})


def _stamp(seconds: int) -> str:
    day, rest = divmod(seconds, DAY)
    return f"{_date(day)}T{rest // HOUR:02d}:{rest // MINUTE % 60:02d}:{rest % MINUTE:02d}Z"


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, tz=UTC):%Y-%m-%d}"


_KINDS = ("gateway", "tank", "gateway", "kiosk", "tank", "meter", "gateway", "van", "tank", "kiosk")
_HOMES = (*[(T_MOBILE, AT_AND_T)] * 16, (TELEKOM_DE, VODAFONE_DE), (TELCEL,), (AT_AND_T, T_MOBILE))
_RADIOS = (*["LTE"] * 14, "CAT-M1", "NB-IoT", "4G LTE")
_SITES = ("Fresno", "Reno", "Oakland", "Bakersfield", "Long Beach", "Tucson")
_FIRST_NUMBER = 100_000
_FIRST_SERIAL = 1_250_000  # an IMEI holds six digits of it: no story has one of these
_APART = 2_500_001  # the places of the fleets of two seeds; their IMEIs differ too
_SIDS = 1 << 128
_SID_STRIDE = 0x9E3779B97F4A7C15F39CC0605CEDC835
_READY_OF, _READY_PLACE = 32, 1  # one SIM of so many is `ready`, the others are `active`
_FIRST_MADE = datetime(2024, 2, 1, tzinfo=UTC)
_FILTERS = {"Status", "Iccid", "RatePlan"}


class FleetSim(Struct):
    """The SIM at one place of the fleet."""

    place: int
    seed: int
    days: int = WINDOW_DAYS
    registration_code: str | None = None
    bytes_per_day: int | None = None

    @property
    def kind(self) -> str:
        """What it sits in, which is how it lives."""
        return _KINDS[self.place % len(_KINDS)]

    @property
    def name(self) -> str:
        """Its unique name."""
        return f"{self.kind}-{_FIRST_NUMBER + self.place}"

    @property
    def card(self) -> Card:
        """Its card; the SID tells the place to whoever knows the seed."""
        number = (self.place * _SID_STRIDE + _offset(self.seed)) % _SIDS
        site = _SITES[self.place // len(_KINDS) % len(_SITES)]
        title = f"{self.kind.capitalize()} {self.place}, {site}"
        return Card(self.name, _FIRST_SERIAL + self.place, title, f"DE{number:032x}")

    def sim(self, now: datetime) -> Row:
        """Return the SIM."""
        made = _FIRST_MADE + timedelta(minutes=7 * self.place % 500_000)
        ready = self.place % _READY_OF == _READY_PLACE
        age = now - made
        return self.card.sim(now, age=age, touched=age, status="ready" if ready else "active")

    def sessions(self, now: datetime) -> list[Row]:
        """Return its data sessions, newest first."""
        home = _HOMES[self.place // len(_KINDS) % len(_HOMES)]
        radio = _RADIOS[self.place // 7 % len(_RADIOS)]
        rows = FleetRows(self.card, home, radio, self._noise, HABITS[self.kind])
        return rows.at(now, self.days)

    @property
    def _noise(self) -> Noise:
        return Noise(Noise(self.seed).pick(1 << 64, self.place))


class Fleet:
    """`size` SIMs, whose sessions go back `days`; the same `seed` makes the same ones."""

    def __init__(self, size: int = 0, seed: int = 1, days: int = WINDOW_DAYS) -> None:
        self._size = size
        self._seed = seed
        self._days = days
        self._first = (seed - 1) * _APART

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: int) -> FleetSim:
        return FleetSim(self._first + place, self._seed, self._days)

    def by_name(self, name: str) -> FleetSim | None:
        """Find by unique name."""
        number = name.rpartition("-")[2]
        if not (number.isdecimal() and number.isascii()):
            return None
        sim = self._at(int(number) - _FIRST_NUMBER - self._first)
        return sim if sim and sim.name == name else None

    def by_sid(self, sid: str) -> FleetSim | None:
        """Find by SID."""
        try:
            number = int(sid.removeprefix("DE"), 16)
        except ValueError:
            return None
        stride_back = pow(_SID_STRIDE, -1, _SIDS)
        place = (number - _offset(self._seed)) * stride_back % _SIDS
        sim = self._at(place - self._first)
        return sim if sim and sim.card.sid == sid else None

    def matching(self, wanted: Mapping[str, str], start: int) -> Iterator[FleetSim]:
        """Return those that fit the API's filters, from the one at `start` among them on."""
        if not wanted.keys() <= _FILTERS or wanted.get("RatePlan", PLAN_SID) != PLAN_SID:
            return
        places = self._with_status(wanted.get("Status"))
        if "Iccid" in wanted:
            serial = serial_of(wanted["Iccid"])
            place = -1 if serial is None else serial - _FIRST_SERIAL - self._first
            places = [place] if place in places else []
        for place in places[start:]:
            yield self[place]

    def _with_status(self, status: str | None) -> Sequence[int]:
        if status is None:
            return range(self._size)
        if status == "ready":
            return range(_READY_PLACE, self._size, _READY_OF)
        return self._active if status == "active" else ()

    @cached_property
    def _active(self) -> Sequence[int]:
        return [place for place in range(self._size) if place % _READY_OF != _READY_PLACE]

    def _at(self, place: int) -> FleetSim | None:
        return self[place] if 0 <= place < self._size else None


def _offset(seed: int) -> int:
    """Return where the SIDs of a seed begin."""
    return Noise(seed).pick(1 << 64, 0) << 64 | Noise(seed).pick(1 << 64, 1)
