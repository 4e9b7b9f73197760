"""Makes the rows of one SIM in the payload's own shape, with numbers and times as KORE has them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import md5

from bot.emulators.kore.http import Row, Value
from bot.struct import Struct


class Cell(Struct):
    """One cell of a network, and where its tower stands."""

    area: int
    number: int
    lat: float
    lon: float


class Network(Struct):
    """A mobile network, as the API names it."""

    name: str
    mcc: str
    mnc: str
    country: str
    cells: tuple[Cell, ...]

    def at(self, cell: Cell) -> Row:
        """Return what a session in this cell says of where it is; its id is MCC-MNC-LAC-CID."""
        return {
            "operator_mcc": self.mcc,
            "operator_mnc": self.mnc,
            "operator_country": self.country,
            "operator_name": self.name,
            "cell_id": f"{self.mcc}-{self.mnc}-{cell.area}-{cell.number}",
            "cell_location_estimate": {"lat": cell.lat, "lon": cell.lon},
        }


T_MOBILE = Network(
    "T-Mobile USA",
    "310",
    "260",
    "USA",
    (
        Cell(40482, 1243, 37.8828168, -122.3684899),
        Cell(40482, 1187, 37.8043514, -122.2711639),
        Cell(40483, 2210, 37.6688205, -122.0807964),
        Cell(40501, 5102, 37.3382082, -121.8863286),
        Cell(40517, 7741, 36.7377981, -119.7871247),
        Cell(40533, 9120, 35.3732921, -119.0187125),
        Cell(40560, 3308, 34.0522342, -118.2436849),
        Cell(40561, 3411, 33.7700504, -118.1937395),
    ),
)
AT_AND_T = Network(
    "AT&T",
    "310",
    "410",
    "USA",
    (
        Cell(11702, 80411, 37.7749295, -122.4194155),
        Cell(11733, 80977, 36.3302284, -119.2920585),
        Cell(11790, 82205, 33.9533487, -117.3961564),
        Cell(11801, 82914, 32.7157380, -117.1610838),
    ),
)
TELCEL = Network(
    "Telcel",
    "334",
    "020",
    "MEX",
    (
        Cell(2301, 41207, 25.6866142, -100.3161126),
        Cell(2302, 41388, 25.7486301, -100.2930021),
        Cell(2344, 43310, 32.5149469, -117.0382471),
    ),
)
TELEKOM_DE = Network(
    "Telekom.de",
    "262",
    "01",
    "DEU",
    (
        Cell(19320, 25611, 53.5510846, 9.9936819),
        Cell(19322, 25840, 53.4609142, 9.9838912),
    ),
)
VODAFONE_DE = Network(
    "Vodafone.de",
    "262",
    "02",
    "DEU",
    (
        Cell(7710, 30122, 53.5495120, 10.0064561),
        Cell(7715, 30177, 53.5753000, 10.0153000),
    ),
)
BY_CODES = {
    (each.mcc, each.mnc): each for each in (T_MOBILE, AT_AND_T, TELCEL, TELEKOM_DE, VODAFONE_DE)
}


ACCOUNT_SID = "AC5ad1c0ffee0000000000000000005a1d"
_ISSUER = "8901260"
_SERIALS = 10**11
_STRIDE = 73_687_873
_DEVICE_TYPE = "01493100"
_REMEMBERED = 20_000  # the sessions of a month of all stories


@lru_cache(_REMEMBERED)
def sid(prefix: str, key: str) -> str:
    """Return the SID of a kind (`DE` SIM, `WN` session, `WP` plan) that belongs to a key."""
    return prefix + md5(key.encode(), usedforsecurity=False).hexdigest()


@lru_cache(_REMEMBERED)
def iccid(serial: int) -> str:
    """Return a T-Mobile USA ICCID of 19 digits; other serials below 10 ** 11 give others."""
    return with_check_digit(f"{_ISSUER}{serial * _STRIDE % _SERIALS:011d}")


def serial_of(number: str) -> int | None:
    """Return the serial that makes this ICCID; None where it is none of ours."""
    body = number[len(_ISSUER) : -1]
    if not (body.isdecimal() and body.isascii()):
        return None
    serial = int(body) * pow(_STRIDE, -1, _SERIALS) % _SERIALS
    return serial if number == iccid(serial) else None


@lru_cache(_REMEMBERED)
def imei(serial: int, device_type: str = _DEVICE_TYPE) -> str:
    """Return an IMEI of 15 digits; `device_type` is its TAC of 8."""
    return with_check_digit(f"{device_type}{serial * 12_347 % 1_000_000:06d}")


def imeisv(number: str) -> str:
    """Return the 16 digits that some networks report instead of an IMEI."""
    return f"{number[:14]}01"


def with_check_digit(digits: str) -> str:
    """Append the Luhn check digit."""
    doubled = (int(digit) * 2 for digit in digits[::-2])
    total = sum(n - 9 if n > 9 else n for n in doubled) + sum(map(int, digits[-2::-2]))  # noqa: PLR2004 -- a two-digit product counts as the sum of its digits
    return f"{digits}{-total % 10}"


PLAN_SID = sid("WP", "fleet-1gb")


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as KORE does; None stays None."""
    if moment is None:
        return None
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def moment_of(value: object) -> datetime | None:
    """Read a payload's time; None where it is none."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def hour_of(now: datetime) -> datetime:
    """Return the full hour before."""
    return now.replace(minute=0, second=0, microsecond=0)


class Card(Struct):
    """One SIM card and the device that it sits in; `serial` makes its ICCID and its IMEI."""

    name: str
    serial: int
    friendly_name: str | None = None
    known_sid: str | None = None

    @property
    def sid(self) -> str:
        """The SIM's SID: the known one, else the one that its name makes."""
        return self.known_sid or sid("DE", self.name)

    @property
    def imei(self) -> str:
        """The device's IMEI."""
        return imei(self.serial)

    def sim(
        self,
        now: datetime,
        *,
        age: timedelta = timedelta(days=400),
        touched: timedelta = timedelta(days=90),
        **changes: Value,
    ) -> Row:
        """Return the SIM, active: created `age` ago and last changed `touched` ago."""
        return {
            "sid": self.sid,
            "unique_name": self.name,
            "friendly_name": self.friendly_name,
            "account_sid": ACCOUNT_SID,
            "status": "active",
            "rate_plan_sid": PLAN_SID,
            "iccid": iccid(self.serial),
            "eid": None,
            "commands_callback_url": None,
            "commands_callback_method": "POST",
            "date_created": stamp(now - age),
            "date_updated": stamp(now - min(touched, age)),
            "ip_address": None,
            "reset_status": None,
        } | changes

    def session(  # noqa: PLR0913 -- what differs from row to row
        self,
        start: datetime,
        end: datetime | None,
        *,
        network: Network = T_MOBILE,
        cell: int = 0,
        up: int | None = 246,
        down: int | None = 296,
        updated: datetime | None = None,
        **changes: Value,
    ) -> Row:
        """Return a data session on LTE. Closed ones were last updated at their end."""
        begun = stamp(start)
        return {
            "sid": sid("WN", f"{self.name} {begun}"),
            "sim_sid": self.sid,
            "account_sid": ACCOUNT_SID,
            "radio_link": "LTE",
            **network.at(network.cells[cell]),
            "packets_uploaded": up,
            "packets_downloaded": down,
            "last_updated": stamp(updated or end),
            "start": begun,
            "end": stamp(end),
            "imei": self.imei,
        } | changes

    def always_on(
        self, now: datetime, *, hours: int = 9, days: float = 30, **changes: Value
    ) -> list[Row]:
        """Return a session open for some hours and updated 2 min ago; before it one a day."""
        begun = hour_of(now) - timedelta(hours=hours)
        day = timedelta(days=1)
        before = self.rhythm(
            begun, every=day, lasting=day, days=days, shorter_by=1, up=2204, down=2510, **changes
        )
        newest = self.session(
            begun,
            None,
            updated=now - timedelta(minutes=2),
            up=90 * hours + 2,
            down=104 * hours + 5,
            **changes,
        )
        return [newest, *before]

    def rhythm(  # noqa: PLR0913 -- a rhythm has as many sides
        self,
        until: datetime,
        *,
        every: timedelta,
        lasting: timedelta,
        days: float = 30,
        up: int = 246,
        down: int = 296,
        shorter_by: int = 23,
        **changes: Value,
    ) -> list[Row]:
        """Return closed sessions in an even rhythm, newest first; the newest ended at `until`.

        Lengths vary (shorter by less than `shorter_by` percent), and packets, always the same way.
        """
        rows = []
        for turn in range(int(timedelta(days=days) / every)):
            end = until - turn * every
            start = end - lasting * (1 - turn * 37 % shorter_by / 100)
            extra = turn * 29 % 17
            rows.append(self.session(start, end, up=up + extra, down=down + 2 * extra, **changes))
        return rows
