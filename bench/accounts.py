"""What several KORE accounts cost: memory, a look-up by ICCID over ten, and one that is silent."""

import asyncio
import gc
import json
from functools import partial

import httpx
import uvloop
from rounds import ROUNDS, atimed, report, resident, show
from stub import SID, stub

from bot.app.accounts import AccountStacks
from bot.clock import SystemClock
from bot.kore.connect import KoreConfig, open_kore
from bot.sims.directory import SimDirectory
from bot.sims.identifier import IdentifierKind, identify

LATENCY = 0.05
MANY = 10
ICCID = "8901260012345678909"
SIM = {"sid": SID, "unique_name": "pump-7", "iccid": ICCID, "status": "active"}


class Answers(httpx.AsyncBaseTransport):
    """Answers each list of SIMs after a while, as KORE does: with the one SIM, or with none."""

    def __init__(self, *, has_it: bool) -> None:
        rows = [SIM] if has_it else []
        self._page = json.dumps({"sims": rows, "meta": {"next_page_url": None}}).encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer it."""
        await asyncio.sleep(LATENCY)
        return httpx.Response(200, content=self._page, request=request)


def stacks_of(count: int) -> AccountStacks:
    """Return so many accounts, of which the last has the SIM; no list is read."""
    clock, names = SystemClock(), [f"a{number}" for number in range(count)]
    config = KoreConfig(access_token="t")
    clients = {
        name: open_kore(config, clock, transport=Answers(has_it=name == names[-1]))
        for name in names
    }
    directories = {n: SimDirectory(client, clock, account=n) for n, client in clients.items()}
    return AccountStacks(clients, directories, clock)


async def ask(stacks: AccountStacks) -> None:
    """Ask all accounts for the one SIM."""
    if not await stacks.resolver(stacks.client)._filtered(ICCID):  # noqa: SLF001 -- what KORE is asked
        raise SystemExit("not found")


async def by_iccid() -> None:
    """Compare the wall time of one account with that of ten."""
    wanted = identify(ICCID)
    if wanted.kind is not IdentifierKind.ICCID:
        raise SystemExit("that is no ICCID")
    every = {count: stacks_of(count) for count in (1, MANY)}

    figures = await atimed(
        {str(count): partial(ask, stacks) for count, stacks in every.items()}, 2 * ROUNDS
    )
    show(figures, "by so many accounts")
    ratio = figures[str(MANY)].wall / figures["1"].wall
    report("accounts: a look-up by ICCID over ten, over one", ratio, 1.3)


class Silent(httpx.AsyncBaseTransport):
    """Never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait for ever."""
        await asyncio.sleep(3600)
        return httpx.Response(200, request=request)


async def beside_a_silent_one() -> None:
    """Compare a look-up by SID of one account alone with that beside one which never answers."""
    alone, clock = stacks_of(1), SystemClock()
    config = KoreConfig(access_token="t", read_timeout=3600)
    silent = open_kore(config, clock, transport=Silent())
    both = {"a0": next(iter(alone.client.parts().values())), "silent": silent}
    lists = {name: SimDirectory(client, clock, account=name) for name, client in both.items()}
    beside = AccountStacks(both, lists, clock)
    waiting = [asyncio.create_task(silent.sim(f"DE{n:032x}", fresh=True)) for n in range(60)]
    figures = await atimed(
        {"alone": partial(ask, alone), "beside": partial(ask, beside)}, 2 * ROUNDS
    )
    ratio = figures["beside"].wall / figures["alone"].wall
    report("accounts: a look-up beside a silent one, over alone", ratio, 1.1)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def idle() -> None:
    """Measure accounts that were asked once, with all that is in the background, and now rest."""
    clock = SystemClock()
    with stub() as url:
        config = KoreConfig(api_url=url, access_token="t")
        kept = []
        for count in range(MANY + 1):
            client = open_kore(config, clock)
            behind = [client.in_background(at_once=at_once) for at_once in (5, 20, 5)]
            directory = SimDirectory(client, clock, account=f"a{count}")
            await client.sim(SID)
            await asyncio.gather(*(each.sim(SID) for each in behind))
            kept.append((client, behind, directory))
            gc.collect()
            if count == 0:
                first = resident()
        report("accounts: an idle account", (resident() - first) / MANY, 3, "MB")
        for client, behind, _ in kept:
            await asyncio.gather(client.aclose(), *(each.aclose() for each in behind))


async def main() -> None:
    """Print all of it."""
    await idle()
    await by_iccid()
    await beside_a_silent_one()


if __name__ == "__main__":
    uvloop.run(main())
