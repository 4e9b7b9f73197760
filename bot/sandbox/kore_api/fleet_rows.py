"""Writes the visits of a SIM of the fleet as data sessions; counts in seconds, to be quick."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from bot.sandbox.kore_api.answers import Row
from bot.sandbox.kore_api.card import Card
from bot.sandbox.kore_api.habits import DAY, HOUR, MINUTE, Noise, Visit
from bot.sandbox.kore_api.networks import Network
from bot.sandbox.kore_api.numbers import ACCOUNT_SID, imeisv

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
        """Give the sessions of the last days, newest first, as they were last reported."""
        told = int(now.timestamp()) // REPORTED_EVERY * REPORTED_EVERY
        today = told // DAY
        visits = (
            visit
            for day in range(today, today - days - 2, -1)
            for visit in reversed(list(self._habit(self._noise, day)))
        )
        oldest = told - days * DAY
        return [self._row(v, told) for v in visits if v.start <= told and v.end > oldest]

    def _row(self, visit: Visit, told: int) -> Row:
        is_open = visit.end > told
        end = told if is_open else visit.end
        share = (end - visit.start) / (visit.end - visit.start)
        network = self._networks[visit.network % len(self._networks)]
        cell = network.cells[(visit.cell + self._noise.pick(8, 1)) % len(network.cells)]
        reported = self._noise.pick(_UNREPORTED_OF, visit.start, 5)
        located = {"lat": cell.lat, "lon": cell.lon} if reported != 1 else None
        return {
            "sid": f"WN{self._noise.seed:016x}{visit.start:016x}",
            "sim_sid": self._card.sid,
            "account_sid": ACCOUNT_SID,
            "radio_link": self._radio_link,
            "operator_mcc": network.mcc,
            "operator_mnc": network.mnc,
            "operator_country": network.country,
            "operator_name": network.name,
            "cell_id": network.cell_id(cell),
            "cell_location_estimate": located,
            "packets_uploaded": max(1, int(visit.up * share)),
            "packets_downloaded": max(1, int(visit.down * share)),
            "last_updated": _stamp(end),
            "start": _stamp(visit.start),
            "end": None if is_open else _stamp(visit.end),
            "imei": self._imei if reported else None,
        }


def _stamp(seconds: int) -> str:
    day, rest = divmod(seconds, DAY)
    return f"{_date(day)}T{rest // HOUR:02d}:{rest // MINUTE % 60:02d}:{rest % MINUTE:02d}Z"


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return f"{datetime.fromtimestamp(day * DAY, tz=UTC):%Y-%m-%d}"
