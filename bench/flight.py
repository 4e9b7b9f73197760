"""Fifty look-ups of one SIM at the same time: how many requests reach KORE."""

import asyncio

from rounds import report
from stub import SID, counts, stub

from bot.clock import SystemClock
from bot.kore.connect import KoreConfig, open_kore

ASKERS = 50


async def main() -> None:
    """Print the requests that a server in another process counted."""
    with stub(latency=0.05) as url:
        kore = open_kore(KoreConfig(api_url=url, access_token="t"), SystemClock())
        asks = [ask for _ in range(ASKERS) for ask in (kore.sim(SID), kore.data_sessions(SID))]
        await asyncio.gather(*asks)
        await kore.aclose()
        asked = (await counts(url))["asked"]
    report("flight: requests for 50 askers (SIM and sessions)", asked, 2, "requests")


if __name__ == "__main__":
    asyncio.run(main())
