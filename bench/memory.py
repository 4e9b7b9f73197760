"""What the cache weighs: bytes a cached session, and the time to unpack one."""

import asyncio
import gc
import json
import tracemalloc

import zstandard
from rounds import report, timed
from stub import row

from bot.clock import SystemClock
from bot.kore.cache import FetchResult, NullObserver
from bot.kore.client import CachePolicies, Caches

SIMS = 2000
ROWS = 50


def body(sim: int) -> bytes:
    """Return a page that differs from SIM to SIM."""
    rows = []
    for number in range(ROWS):
        each = row(number)
        each |= {"sid": f"WN{sim:016x}{number * 7919 + sim:016x}", "sim_sid": f"DE{sim:032x}"}
        each |= {"cell_id": f"310-260-{sim % 9973}-{(number * 31 + sim) % 4099}"}
        each |= {"packets_uploaded": (sim * 7 + number * 13) % 1009, "imei": f"{sim:015d}"}
        rows.append(each)
    return json.dumps({"data_sessions": rows, "meta": {"next_page_url": None}}).encode()


async def fill(cache: object) -> None:
    """Put every SIM into the cache, as a fetch would."""
    for sim in range(SIMS):

        async def fetch(sim: int = sim) -> FetchResult[tuple[object, ...]]:
            return FetchResult((), (body(sim),))

        await cache.get(f"DE{sim:032x}", fetch)  # type: ignore[attr-defined]


def main() -> None:
    """Print bytes and microseconds."""
    caches = Caches(CachePolicies(), SystemClock(), NullObserver())
    asyncio.run(fill(Caches(CachePolicies(), SystemClock(), NullObserver()).data_sessions))
    gc.collect()
    tracemalloc.start()
    asyncio.run(fill(caches.data_sessions))
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report("memory: bytes a cached session", taken / SIMS / ROWS, 150, "bytes")
    weighed = caches.data_sessions.weight
    print(f"  the cache weighs itself at {weighed / taken:.2f} of what Python allocated")

    frames = [zstandard.ZstdCompressor(level=1).compress(body(sim)) for sim in range(200)]
    unpack = zstandard.ZstdDecompressor().decompress
    figures = timed({"unpack": lambda: [unpack(frame) for frame in frames]}, times=5)
    micro = figures["unpack"].cpu / len(frames) / ROWS * 1e6
    report("memory: microseconds to unpack a session", micro, 1, "us")


if __name__ == "__main__":
    main()
