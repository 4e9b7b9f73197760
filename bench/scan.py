"""What scanning a fleet costs: its rate, its CPU over raw aiohttp, its memory, and who waits.

cost       10,000 SIMs at 100 ms and 100 in flight, jobs and store included, over raw aiohttp with
           the same parsing and as many in flight
memory     what a scan of 1,000 and of 100,000 SIMs takes above idle, each in a process of its own
acks       how long commands wait for their ack while the bot itself scans with 20 in flight
workers    how long two workers on one PostgreSQL take over one, at whatever rate they reach
"""

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import uvloop
from ack import Caller, bot_process, environment, same
from rounds import a_file, crowd, report, resident
from slack import slack_stub
from stub import stub

from bot.app.jobs import open_engine
from bot.app.resources import open_resources
from bot.app.run import tune_garbage_collector
from bot.clock import SystemClock
from bot.digests.schedule import DigestSchedule, Frequency
from bot.digests.subscription import KIND, Selection, SelectionKind, Subscription
from bot.digests.subscriptions import Subscriptions
from bot.kore.pages import DataSessionPage, read_rows
from bot.ops.metrics import Metrics
from bot.settings import load_settings
from bot.slack.client import open_session
from bot.store.database import Database
from bot.store.digest_runs import ENDS, DigestRuns, RunStage
from bot.store.jobs import JobQueue, NewJob
from tests.postgres_server import PostgresServer

SIMS = 10_000
LATENCY = 0.1
IN_FLIGHT = 100
IN_BOT = 20
FLEET = Subscription(
    id="bench",
    team="T0",
    channel="C0",
    name="Fleet",
    made_by="U0",
    made_at=datetime(2026, 1, 1, tzinfo=UTC),
    selection=Selection(SelectionKind.ALL),
    schedule=DigestSchedule(Frequency.CRON, line="0 0 1 1 *"),
)


def settings(slack: str, kore: str, store: str, at_once: int) -> dict[str, str]:
    """Return the environment of a process that scans."""
    return environment(slack, kore) | {
        "SIMSESSIONS_DATABASE_URL": store,
        "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
        "SIMSESSIONS_SCAN_AT_ONCE": str(at_once),
        "SIMSESSIONS_WORKER_AT_ONCE": str(at_once),
        "SIMSESSIONS_SHARED_CHANNELS": "allow",  # the stub knows no channels
    }


async def make_due(database: Database) -> float:
    """Make a digest due now; give when that is."""
    queue, now = JobQueue(database), time.time()
    subscribed = Subscriptions(database, queue)
    if await subscribed.find(FLEET.id) is None:
        await subscribed.add(FLEET)
    key = f"{FLEET.schedule_name}@{datetime.fromtimestamp(now, UTC).isoformat()}"
    await queue.add(NewJob(KIND, key, {"subscription": FLEET.id, "due": now}))
    return now


async def until(database: Database, due: float, *stages: RunStage) -> None:
    """Wait until a run has come so far. Fails where it came to nothing."""
    runs = DigestRuns(database)
    while (run := await runs.find(FLEET.id, due)) is None or run.stage not in stages:
        if run and run.stage in {RunStage.SKIPPED, RunStage.FAILED}:
            raise SystemExit(f"the digest was {run.stage.value}: {run.why}")
        await asyncio.sleep(0.05)


@asynccontextmanager
async def scanning(slack: str, kore: str, store: str, at_once: int) -> AsyncIterator[Database]:
    """Do the jobs in this process, as a worker does; give its store."""
    given = load_settings(settings(slack, kore, store, at_once), None)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        ground = await open_resources(given, SystemClock(), session, Metrics(), stack)
        engine = open_engine(ground, stack, scan_at_once=at_once)
        stack.push_async_callback(engine.stop, 1.0)
        engine.start()
        tune_garbage_collector()  # as in every process of ours
        while ground.store.trouble:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.05)
        yield ground.store


async def floor(kore: str) -> float:
    """Return the CPU of asking and parsing alone, in raw aiohttp."""
    numbers = itertools.count()
    began = time.process_time()
    connector = aiohttp.TCPConnector(limit=IN_FLIGHT)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask() -> None:
            sid = f"DE{next(numbers):032x}"
            async with session.get(f"{kore}/v1/Sims/{sid}/DataSessions") as answer:
                read_rows(DataSessionPage, await answer.read())

        await crowd(ask, IN_FLIGHT, SIMS)
    return time.process_time() - began


async def cost() -> None:
    """Compare rate and CPU. The first scan learns 30 days of each SIM, all others one or two."""
    with ExitStack() as stack:
        slack, store = stack.enter_context(slack_stub()), stack.enter_context(a_file())
        kore = stack.enter_context(stub(latency=LATENCY, sims=SIMS, recent=True))
        floors = [await floor(kore)]
        async with scanning(slack, kore, store, IN_FLIGHT) as database:
            await scanned(database, "first")
            took, cpu = await scanned(database, "again")
        floors.append(await floor(kore))
    raw = sum(floors) / len(floors)
    print(f"  raw aiohttp, same parsing: {raw:.2f} s CPU for {SIMS:,} SIMs")
    share = SIMS / took / (IN_FLIGHT / LATENCY)
    report("scan: share of the ideal rate", share, 0.9, least=True)
    report("scan: CPU over raw aiohttp", cpu / raw, 2)


async def scanned(database: Database, name: str) -> tuple[float, float]:
    """Scan all SIMs once; give the seconds that it took, and those of CPU."""
    due = await make_due(database)
    await until(database, due, RunStage.SCANNING)
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.sleep(SIMS / IN_FLIGHT * LATENCY)  # no scan is sooner, and each look costs 0.7 ms
    await until(database, due, RunStage.POSTING, *ENDS)
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    await until(database, due, *ENDS)
    print(f"  {name}: {took:.2f} s, {SIMS / took:,.0f} SIMs/s, {cpu:.2f} s CPU")
    return took, cpu


async def weigh(sims: int) -> None:
    """Scan, compare and post twice; print the most that it took above idle."""
    with slack_stub() as slack, a_file() as store, stub(sims=sims, recent=True) as kore:
        async with scanning(slack, kore, store, IN_BOT) as database:
            await asyncio.sleep(1)
            idle = resident()
            for _ in range(2):
                await until(database, await make_due(database), *ENDS)
            print(json.dumps(resident("VmHWM") - idle))


async def memory(sizes: tuple[int, ...] = (1_000, 100_000)) -> None:
    """Weigh scans of both sizes."""
    for sims in sizes:
        command = [sys.executable, __file__, "--weigh", str(sims)]
        told = await asyncio.to_thread(subprocess.check_output, command)
        taken = float(told.splitlines()[-1])
        report(f"scan: memory above idle, {sims:,} SIMs", taken, 40, "MB")


async def acks() -> None:
    """Call at a steady rate, alone and while the bot scans."""
    mine, *others = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {mine})
    with ExitStack() as stack:
        slack, store = stack.enter_context(slack_stub()), stack.enter_context(a_file())
        kore = stack.enter_context(stub(latency=LATENCY, sims=SIMS, recent=True))
        env, elsewhere = settings(slack, kore, store, IN_BOT), frozenset(others or {mine})
        bot = stack.enter_context(bot_process("run", env, elsewhere))
        caller = Caller(slack, same)
        await caller.round(bot, 100)
        alone = await caller.round(bot, 100)
        database = await Database.open(store)
        due = await make_due(database)
        await until(database, due, RunStage.SCANNING)
        during = sorted([(await caller.round(bot, 100)).p99 * 1e3 for _ in range(5)])
        await until(database, due, RunStage.SCANNING)
        await database.aclose()
    print(f"  alone: p50 {alone.p50 * 1e3:.2f} ms, p99 {alone.p99 * 1e3:.2f} ms")
    print("  while it scans: p99 " + ", ".join(f"{p99:.2f}" for p99 in during) + " ms")
    report("scan: p99 of acks, 20 in flight", during[len(during) // 2], 10, "ms")


async def workers() -> None:
    """Have one worker scan, then two."""
    took = {}
    with PostgresServer() as server:
        for count in (1, 2):
            took[count] = await scanned_by(count, server.url())
            print(f"  {count} at work: {took[count]:.2f} s, {SIMS / took[count]:,.0f} SIMs/s")
    report("scan: two workers over one", took[2] / took[1], 0.6)


async def scanned_by(count: int, store: str) -> float:
    """Return the seconds of a scan by so many workers, each a process."""
    with ExitStack() as stack:
        slack = stack.enter_context(slack_stub())
        kore = stack.enter_context(stub(latency=LATENCY, sims=SIMS, recent=True))
        env = settings(slack, kore, store, IN_FLIGHT // 2)
        for _ in range(count):
            stack.enter_context(bot_process("worker", env))
        database = await Database.open(store)
        due = await make_due(database)
        await until(database, due, RunStage.SCANNING)
        began = time.perf_counter()
        await until(database, due, RunStage.POSTING, *ENDS)
        took = time.perf_counter() - began
        await until(database, due, *ENDS)
        await database.aclose()
        return took


SCENES = {"cost": cost, "memory": memory, "acks": acks, "workers": workers}


if __name__ == "__main__":
    words = argparse.ArgumentParser()
    words.add_argument("--weigh", type=int, help="scan so many SIMs and print MB")
    words.add_argument("scenes", nargs="*", help=", ".join(SCENES))
    given = words.parse_args()
    if given.weigh:
        uvloop.run(weigh(given.weigh))
    else:
        for name in given.scenes or list(SCENES):
            uvloop.run(SCENES[name]())
