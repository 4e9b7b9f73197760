"""The SIMs of the last scan, as those that fell silent are compared with."""

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import Clock
from bot.diagnosis.evidence import State
from bot.digests.compile import moment
from bot.digests.outage import member_of
from bot.sessions.peers import Peer
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import ScanRows

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
            for row in page[:room]:
                if member := member_of(row):
                    online = row.state == State.ONLINE
                    found[row.sid] = Peer(member, online, moment(run.started))
            if room <= len(page):
                break
        return found
