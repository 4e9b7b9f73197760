"""SIMs of a scan of which two are live with one IMEI at once, by the rule of twin_imei. Pure."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from bot.diagnosis.rules.twin_imei import MOST, Live, twins_of
from bot.store.scans import ScanRow

TWIN = "twin_imei"
_TOLD = re.compile(
    r',"state":"(?:online|stale)",.*?"since":([\d.]+),"seen_at":([\d.]+),.*?"imei14":"(\d+)"'
)
"""In the JSON of a snapshot with an open session: since when, last heard of when, in what device.

One regular expression over a row takes a tenth of the time that reading it does.
"""
_IN_DEVICE = re.compile(r',"in_device":([\d.]+)')
_ACCOUNT = re.compile(r',"account":"([^"\\]*)"')
_Seen = list[tuple[str, float, float]]


class Twins:
    """Collects the rows of a scan; accounts are not compared with each other.

    A SIM that could not be read stands as it was seen last.
    """

    def __init__(self) -> None:
        self._by_device: dict[tuple[str, str], _Seen] = {}

    def add(self, rows: Iterable[ScanRow]) -> None:
        """Collect some rows."""
        for row in rows:
            if (told := _TOLD.search(row.row)) is None:
                continue
            since, seen_at, imei = told.groups()
            if moved_in := _IN_DEVICE.search(row.row, told.end()):
                since = moved_in[1]
            account = _ACCOUNT.search(row.row, told.end())
            seen = self._by_device.setdefault((account[1] if account else "", imei), [])
            if len(seen) <= MOST:
                seen.append((row.sid, float(since), float(seen_at)))

    def sids(self) -> frozenset[str]:
        """Return the SIMs that have a twin."""
        several = (item for item in self._by_device.items() if len(item[1]) > 1)
        pairs = (pair for (_, imei), seen in several for pair in twins_of(_live(imei, seen)))
        return frozenset(one.sid for one, _ in pairs)


def _live(imei: str, seen: _Seen) -> list[Live]:
    at = datetime.fromtimestamp
    return [Live(sid, sid, imei, at(since, UTC), at(until, UTC)) for sid, since, until in seen]
