"""SIMs of a scan of which two are live with one IMEI at once, by the rule of twin_imei. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable

from bot.diagnosis.rules.twin_imei import MOST, Live, twins_of
from bot.digests.scan import OPEN_STATES
from bot.sessions.snapshot import Snapshot
from bot.store.scans import FAILED, ScanRow

TWIN = "twin_imei"
_STATES = frozenset({*(state.value for state in OPEN_STATES), FAILED})
_IMEI, _DIGITS = '"imei14":"', 14
_ACCOUNT = re.compile(r',"account":"([^"\\]*)"')


class Devices:
    """Collects which SIMs of a scan may be live in one device; accounts are not compared."""

    def __init__(self) -> None:
        self._sids: dict[str, list[str]] = {}

    def add(self, rows: Iterable[ScanRow]) -> None:
        """Collect some rows; one of a SIM that could not be read says how it was seen last."""
        for row in rows:
            at = row.row.find(_IMEI) if row.state in _STATES else -1
            if at < 0:
                continue
            at += len(_IMEI)
            device = row.row[at : at + _DIGITS]
            if account := _ACCOUNT.search(row.row, at):
                device += account[1]
            sids = self._sids.setdefault(device, [])
            if len(sids) <= MOST:
                sids.append(row.sid)

    def shared(self) -> list[str]:
        """Return the SIMs that have their device's IMEI not alone."""
        return sorted(sid for sids in self._sids.values() if 1 < len(sids) <= MOST for sid in sids)


def twins_among(rows: Iterable[ScanRow]) -> dict[str, Snapshot]:
    """Return with whom SIMs that share a device are live in it, by SID, of those that are."""
    live = defaultdict[tuple[str | None, str], list[Live]](list)
    every = {row.sid: Snapshot.from_json(row.row) for row in rows}
    for seen in every.values():
        since = seen.in_device or seen.since
        if seen.state in OPEN_STATES and seen.imei14 and since and seen.seen_at:
            there = Live(seen.sid, seen.name, seen.imei14, since, seen.seen_at)
            live[seen.account, seen.imei14].append(there)
    return {one.sid: every[other.sid] for each in live.values() for one, other in twins_of(each)}
