"""What asking KORE costs over raw aiohttp: CPU, share of the ideal rate, rate limits kept."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import uvloop
from rounds import atimed, crowd, report, show
from stub import SID, counts, stub

from bot.clock import SystemClock
from bot.kore.client import KoreClient
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.requester import RetryPolicy

REQUESTS = 1000
PATH = f"/v1/Sims/{SID}/DataSessions"
QUERY = b"PageSize=1000"


def client(url: str, at_once: int, budget: float = 8.0) -> KoreClient:
    """Return the client as the bot has it."""
    retry = RetryPolicy(budget=budget, tries=10)
    config = KoreConfig(api_url=url, access_token="t", at_once=at_once, retry=retry)
    return open_kore(config, SystemClock())


def asking(kore: KoreClient) -> Callable[[], Awaitable[bytes]]:
    """Return what asks for a page and parses nothing."""
    return partial(kore._requester.get, "data_sessions", PATH, QUERY, bytes)  # noqa: SLF001


async def cpu(in_flight: int = 50) -> None:
    """Compare CPU with raw aiohttp: the bodies of pages of 27 KB, nothing parsed on either side."""
    with stub() as url:
        kore = client(url, in_flight)
        connector = aiohttp.TCPConnector(limit=in_flight)
        async with aiohttp.ClientSession(connector=connector) as raw:

            async def floor() -> None:
                async with raw.get(f"{url}{PATH}?PageSize=1000") as answer:
                    await answer.read()

            figures = await atimed(
                {
                    "aiohttp": lambda: crowd(floor, in_flight, REQUESTS),
                    "ours": lambda: crowd(asking(kore), in_flight, REQUESTS),
                }
            )
        await kore.aclose()
    show(figures, f"for {REQUESTS}")
    report("fetch: CPU at 50 in flight", figures["ours"].cpu / figures["aiohttp"].cpu, 2)


async def rate(in_flight: int = 100, latency: float = 0.1) -> None:
    """Compare with the ideal rate: as many as fit into the latency."""
    with stub(latency=latency) as url:
        kore = client(url, in_flight)
        ours = asking(kore)
        await crowd(ours, in_flight, in_flight)
        figures = await atimed({"ours": lambda: crowd(ours, in_flight, REQUESTS * 2)}, 5)
        await kore.aclose()
    share = REQUESTS * 2 / figures["ours"].wall / (in_flight / latency)
    report("fetch: share of the ideal rate, 100 in flight", share, 0.9, least=True)


async def limited(limit: float = 100, total: int = 1500) -> None:
    """Keep to a server that allows 100 a second, knowing nothing of it beforehand."""
    with stub(limit=limit) as url:
        kore = client(url, 50, budget=120)
        began = time.perf_counter()
        await crowd(asking(kore), 50, total)
        took = time.perf_counter() - began
        counted = await counts(url)
        await kore.aclose()
    ideal = (total - limit) / limit  # the bucket is full at the start
    report("fetch: share of a limit of 100/s", ideal / took, 0.95, least=True)
    report("fetch: requests wasted on 429", counted["refused"] / counted["asked"], 0.1, "share")


if __name__ == "__main__":
    for figure in (cpu, rate, limited):
        uvloop.run(figure())
