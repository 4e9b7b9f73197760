"""All that scans and digests are made with, put together once."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.digests.compile import Compiler
from bot.digests.scan import Scanner
from bot.kore.client import KoreClient
from bot.ops.off_loop import OffLoop
from bot.sessions.verdict import Judge
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.scan_chunks import ScanChunks
from bot.store.scan_rows import ScanRows
from bot.store.scan_sums import ScanSums
from bot.store.sim_days import SimDays


@dataclass(frozen=True, slots=True)
class Fleet:
    """Runs, rows and days of the store; `kore` is a client in the background.

    `keep` is how long digests and days stay, in seconds.
    """

    database: Database
    runs: DigestRuns
    chunks: ScanChunks
    rows: ScanRows
    sums: ScanSums
    days: SimDays
    kore: KoreClient
    scanner: Scanner
    compiler: Compiler
    keep: float


def open_fleet(  # noqa: PLR0913 -- collaborators, each once
    database: Database,
    kore: KoreClient,
    judge: Judge,
    clock: Clock,
    off_loop: OffLoop,
    *,
    at_once: int = 20,
    keep: float = 400 * 86_400.0,
) -> Fleet:
    """Put it together; `kore` is in the background, and stays the caller's to close."""
    runs, rows, sums = DigestRuns(database), ScanRows(database), ScanSums(database)
    return Fleet(
        database=database,
        runs=runs,
        chunks=ScanChunks(database),
        rows=rows,
        sums=sums,
        days=SimDays(database),
        kore=kore,
        scanner=Scanner(kore, judge, clock, off_loop, at_once=at_once),
        compiler=Compiler(runs, rows, sums, judge.thresholds, clock),
        keep=keep,
    )
