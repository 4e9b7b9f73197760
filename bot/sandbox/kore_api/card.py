"""Makes the rows of one SIM in the payload's own shape, with numbers and times as KORE has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.kore_api.answers import Row, Value
from bot.sandbox.kore_api.networks import T_MOBILE, Network
from bot.sandbox.kore_api.numbers import ACCOUNT_SID, iccid, imei, sid

PLAN_SID = sid("WP", "fleet-1gb")


def stamp(moment: datetime | None) -> str | None:
    """Write a moment as KORE does; None stays None."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def hour_of(now: datetime) -> datetime:
    """Give the full hour before: what hangs on it stays put between two looks."""
    return now.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Card:
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
        """Give the SIM, active: created `age` ago and last changed `touched` ago."""
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
        """Give a data session on LTE. Closed ones were last updated at their end."""
        at = network.cells[cell]
        begun = stamp(start)
        return {
            "sid": sid("WN", f"{self.name} {begun}"),
            "sim_sid": self.sid,
            "account_sid": ACCOUNT_SID,
            "radio_link": "LTE",
            "operator_mcc": network.mcc,
            "operator_mnc": network.mnc,
            "operator_country": network.country,
            "operator_name": network.name,
            "cell_id": network.cell_id(at),
            "cell_location_estimate": {"lat": at.lat, "lon": at.lon},
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
        """Give a session open for some hours and updated 2 min ago; before it one a day."""
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
        """Give closed sessions in an even rhythm, newest first; the newest ended at `until`.

        Lengths vary (shorter by less than `shorter_by` percent), and packets, always the same way.
        """
        rows = []
        for turn in range(int(timedelta(days=days) / every)):
            end = until - turn * every
            start = end - lasting * (1 - turn * 37 % shorter_by / 100)
            extra = turn * 29 % 17
            rows.append(self.session(start, end, up=up + extra, down=down + 2 * extra, **changes))
        return rows
