"""The SIMs of the last scan, as those that fell silent are compared with."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from bot.clock import Clock
from bot.diagnosis.contrast import Member, Trait
from bot.diagnosis.rules.common_outage import MODEL_DIGITS
from bot.diagnosis.state import State
from bot.digests.compile import moment
from bot.sessions.peers import Peer
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import FAILED, ScanRow, ScanRows

MOST_PEERS = 5000
KEPT_FOR = timedelta(minutes=10)
TOO_OLD = timedelta(days=2)


class ScanPeers:
    """Reads the newest scan of all digests; what was read is kept for ten minutes."""

    def __init__(self, runs: DigestRuns, rows: ScanRows, clock: Clock) -> None:
        self._runs = runs
        self._rows = rows
        self._clock = clock
        self._kept: dict[str, Peer] = {}
        self._run: Run | None = None
        self._read_at = float("-inf")

    async def peers(self) -> Mapping[str, Peer]:
        """Return its SIMs by SID, at most MOST_PEERS. Raises StoreError."""
        now = self._clock.monotonic()
        if now - self._read_at > KEPT_FOR.total_seconds():
            run = await self._runs.newest_scan()
            if run is None or self._clock.now() - moment(run.started) > TOO_OLD:
                self._kept = {}
            elif run != self._run:
                self._kept = await self._read(run)
            self._run, self._read_at = run, now
        return self._kept

    async def _read(self, run: Run) -> dict[str, Peer]:
        found: dict[str, Peer] = {}
        async for page in self._rows.every(run.id):
            room = MOST_PEERS - len(found)
            found |= {row.sid: _peer(row) for row in page[:room] if row.state != FAILED}
            if room <= len(page):
                break
        return found


def _peer(row: ScanRow) -> Peer:
    told: dict[str, Any] = from_json(row.row)
    member = Member(row.sid, row.lost_at, told.get("seen_at"), _traits(told))
    return Peer(member, row.state == State.ONLINE, moment(told.get("as_of") or 0.0))


def _traits(told: Mapping[str, Any]) -> dict[Trait, str]:
    """Return the traits in the words of the rule."""
    imei, name = told.get("imei14"), told.get("operator")
    mcc, _, mnc = (told.get("network") or "").partition("-")
    network = f"{mcc.zfill(3)}-{mnc}" if mcc else None
    known = {
        Trait.CELL: told.get("cell_id"),
        Trait.NETWORK: f"{name} ({network})" if name and network else network,
        Trait.PLAN: told.get("plan"),
        Trait.MODEL: imei and imei[:MODEL_DIGITS],
        Trait.COUNTRY: told.get("country"),
        Trait.RADIO: told.get("radio"),
    }
    return {trait: value for trait, value in known.items() if value}
