"""A fleet of as many healthy SIMs as wished: nothing of a SIM exists until it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import PLAN_SID, Card
from bot.sandbox.kore_api.fleet_rows import WINDOW_DAYS, FleetRows
from bot.sandbox.kore_api.habits import HABITS, Noise
from bot.sandbox.kore_api.networks import AT_AND_T, T_MOBILE, TELCEL, TELEKOM_DE, VODAFONE_DE
from bot.sandbox.kore_api.numbers import serial_of

_KINDS = ("gateway", "tank", "gateway", "kiosk", "tank", "meter", "gateway", "van", "tank", "kiosk")
_HOMES = (*[(T_MOBILE, AT_AND_T)] * 16, (TELEKOM_DE, VODAFONE_DE), (TELCEL,), (AT_AND_T, T_MOBILE))
_RADIOS = (*["LTE"] * 14, "CAT-M1", "NB-IoT", "4G LTE")
_SITES = ("Fresno", "Reno", "Oakland", "Bakersfield", "Long Beach", "Tucson")
_FIRST_NUMBER = 100_000
_FIRST_SERIAL = 1_000_000
_SIDS = 1 << 128
_SID_STRIDE = 0x9E3779B97F4A7C15F39CC0605CEDC835
_READY_OF, _READY_PLACE = 32, 1  # one SIM of so many is `ready`, the others are `active`
_FIRST_MADE = datetime(2024, 2, 1, tzinfo=UTC)
_FILTERS = {"Status", "Iccid", "RatePlan"}


@dataclass(frozen=True, slots=True)
class FleetSim:
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
        """Give the SIM."""
        made = _FIRST_MADE + timedelta(minutes=7 * self.place % 500_000)
        ready = self.place % _READY_OF == _READY_PLACE
        age = now - made
        return self.card.sim(now, age=age, touched=age, status="ready" if ready else "active")

    def sessions(self, now: datetime) -> list[Row]:
        """Give its data sessions, newest first."""
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

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: int) -> FleetSim:
        return FleetSim(place, self._seed, self._days)

    def by_name(self, name: str) -> FleetSim | None:
        """Find by unique name."""
        number = name.rpartition("-")[2]
        if not (number.isdecimal() and number.isascii()):
            return None
        sim = self._at(int(number) - _FIRST_NUMBER)
        return sim if sim and sim.name == name else None

    def by_sid(self, sid: str) -> FleetSim | None:
        """Find by SID."""
        try:
            number = int(sid.removeprefix("DE"), 16)
        except ValueError:
            return None
        stride_back = pow(_SID_STRIDE, -1, _SIDS)
        sim = self._at((number - _offset(self._seed)) * stride_back % _SIDS)
        return sim if sim and sim.card.sid == sid else None

    def matching(self, wanted: Mapping[str, str], start: int) -> Iterator[FleetSim]:
        """Give those that fit the API's filters, from the one at `start` among them on."""
        if not wanted.keys() <= _FILTERS or wanted.get("RatePlan", PLAN_SID) != PLAN_SID:
            return
        places = self._with_status(wanted.get("Status"))
        if "Iccid" in wanted:
            serial = serial_of(wanted["Iccid"])
            place = -1 if serial is None else serial - _FIRST_SERIAL
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
    """Give where the SIDs of a seed begin."""
    return Noise(seed).pick(1 << 64, 0) << 64 | Noise(seed).pick(1 << 64, 1)
