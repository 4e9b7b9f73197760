"""A search among 100,000 SIMs: its time against bare rapidfuzz, its hold of the loop, its weight.

The floor is `process.extract` over plain lists of as many names, which never gives the event loop
its turn: with the same two scorers (slips, swapped words), and with rapidfuzz's default one.
"""

import asyncio
import gc
import random
import time
import tracemalloc
from collections.abc import AsyncIterator

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from rounds import atimed, held, report, show

from bot.clock import SystemClock
from bot.kore.models import Sim
from bot.sims.directory import SimDirectory
from bot.sims.identifier import identify

SIMS = 100_000
WORDS = "pump truck valve meter north south depot gate cooler freezer tank station tracker van"
CALLS = 10_000
PASTED = (
    "pump-7",
    "DE0a1b2c3d4e5f60718293a4b5c6d7e8f9",
    "<tel:8901260012345678909|8901 2600 1234 5678 909>",
    "“pump–7”,",
)


class Fleet:
    """A KORE account whose SIMs come as they would from the client, two names each."""

    def __init__(self) -> None:
        chance, words = random.Random(1), WORDS.split()
        self._sims = [
            Sim(
                sid=f"DE{chance.getrandbits(128):032x}",
                unique_name=f"{chance.choice(words)}-{number}",
                friendly_name=f"{chance.choice(words).title()} {chance.choice(words)} {number}",
                iccid=f"8901260{chance.randrange(10**12):012}",
                status="active",
            )
            for number in range(SIMS)
        ]

    async def sims(self) -> AsyncIterator[Sim]:
        """Return them all."""
        for sim in self._sims:
            yield sim


async def filled() -> SimDirectory:
    """Read the fleet, and print what it weighs and how it holds the loop."""
    directory = SimDirectory(Fleet(), SystemClock())
    gc.collect()
    tracemalloc.start()
    await directory.refresh()
    gc.collect()
    report("directory: bytes a SIM", tracemalloc.get_traced_memory()[0] / SIMS, 150, "bytes")
    tracemalloc.stop()
    report("directory: longest hold of a refresh", await held(directory.refresh()), 10, "ms")
    return directory


async def main() -> None:
    """Print all figures."""
    directory = await filled()
    unique = [f"{word}-{n}" for n, word in enumerate(WORDS.split() * (SIMS // 14 + 1))][:SIMS]
    friendly = [name.replace("-", " north ").title() for name in unique]

    def bare(scorer: object, cutoff: float) -> None:
        for names in (unique, friendly):
            process.extract("pmup 4711", names, scorer=scorer, score_cutoff=cutoff, limit=5)

    async def bare_same() -> None:
        bare(OSA.normalized_similarity, 0.6)
        bare(fuzz.token_sort_ratio, 60)

    async def bare_default() -> None:
        bare(fuzz.WRatio, 60)

    figures = await atimed(
        {
            "bare, same scorers": bare_same,
            "bare, default scorer": bare_default,
            "a name": lambda: directory.search("pmup-4711"),
            "one word": lambda: directory.search("pmup"),
            "an ICCID": lambda: directory.near(identify("8901260012345678909")),
        }
    )
    show(figures)
    cpu = figures["a name"].cpu
    report("directory: x bare, same scorers", cpu / figures["bare, same scorers"].cpu, 2)
    report("directory: x bare, default scorer", cpu / figures["bare, default scorer"].cpu, 1)
    searches = asyncio.gather(*(directory.search(f"pmup-{n}") for n in range(20)))
    report("directory: longest hold of 20 searches", await held(searches), 10, "ms")
    began = time.process_time()
    for _ in range(100):
        directory.exact("nobody of that name")
    report("directory: an exact name", (time.process_time() - began) * 10, 5, "ms")
    began = time.process_time()
    for _ in range(CALLS):
        for text in PASTED:
            identify(text)
    micro = (time.process_time() - began) / CALLS / len(PASTED) * 1e6
    report("directory: identify", micro, 25, "us")


if __name__ == "__main__":
    asyncio.run(main())
