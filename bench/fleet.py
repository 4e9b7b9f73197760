"""The CPU of a question about a scanned fleet of 10,000 SIMs, from the list to the drawn table."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from rounds import a_file, atimed, report
from scan import FLEET

from bot.blocks.fleet import fleet_screen
from bot.clock import SystemClock
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Audience, FleetScans
from bot.kore.models import Sim
from bot.sessions.fleet import FleetList
from bot.sessions.fleet_query import FleetQuery, parse_fleet_query
from bot.sessions.snapshot import FindingBrief, Snapshot
from bot.sims.directory import SimDirectory
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.scans import ScanRow, ScanRows

SIMS = 10_000
GOAL = 100.0
QUESTIONS = (
    "offline",
    "offline on Telcel",
    "silent for 2d",
    "pump-*",
    "pump-* offline",
    "*-7*",
    "top",
    "new",
)
STATES = (State.ONLINE,) * 6 + (State.OFFLINE,) * 2 + (State.STALE, State.NEVER_SEEN)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
TO = Audience("C0", "U0", for_all=False)


def snapshots() -> list[Snapshot]:
    """Return a fleet: four in ten are silent, half of them are pumps."""
    chance = random.Random(1)
    return [
        Snapshot(
            sid=f"DE{chance.getrandbits(128):032x}",
            name=f"{chance.choice(('pump', 'truck'))}-{number}",
            as_of=NOW,
            state=chance.choice(STATES),
            iccid=f"8901260{chance.randrange(10**12):012}",
            status="active",
            since=NOW - timedelta(hours=chance.randrange(99)),
            seen_at=NOW - timedelta(hours=chance.randrange(99)),
            operator=chance.choice(("Telcel", "AT&T Mexico", "T-Mobile USA")),
            network="334-020",
            country="MEX",
            radio="LTE",
            imei14="01493100086429",
            cell_id="334-020-2301-41207",
            packets_up=chance.randrange(9999),
            packets_down=chance.randrange(9999),
            findings=(
                FindingBrief("gone_silent", "warning", "Silent for longer than it ever was"),
            ),
            unjudged=("data_limit",),
            plan="WP" + "0" * 32,
        )
        for number in range(SIMS)
    ]


class Kore:
    """A KORE account whose SIMs come as they would from the client."""

    def __init__(self, fleet: list[Snapshot]) -> None:
        self._fleet = fleet

    async def sims(self, **_filters: str) -> AsyncIterator[Sim]:
        """Return them all."""
        for each in self._fleet:
            yield Sim(sid=each.sid, unique_name=each.name, iccid=each.iccid, status="active")


async def scanned(database: Database, fleet: list[Snapshot], due: float) -> None:
    """Keep a scan of a fleet."""
    runs, rows = DigestRuns(database), ScanRows(database)
    run = await runs.begin(FLEET.id, due, f"job@{due}")
    async with database.write() as tx:
        kept = (
            ScanRow(each.sid, each.state, 200, 7, each.to_json(), traffic=each.packets_up)
            for each in fleet
        )
        await rows.add(run.id, kept, tx)
    await runs.change(run.id, RunStage.POSTED, has_rows=True, sims=len(fleet))


async def measured(database: Database) -> list[bool]:
    """Print the milliseconds of CPU that each question takes."""
    fleet = snapshots()
    await scanned(database, fleet[:-50], 1.0)
    await scanned(database, fleet, 2.0)
    kore: Any = Kore(fleet)
    directory = SimDirectory(kore, SystemClock())
    await directory.refresh()

    async def mine(_person: str) -> tuple[object, ...]:
        return (FLEET,)

    digests: Any = SimpleNamespace(of_person=mine, runs=DigestRuns(database), team="T0")
    listed, scans = (
        FleetList(kore, directory),
        FleetScans(digests, database, Thresholds()),
    )

    async def ask(question: str) -> None:
        query = parse_fleet_query(question)
        assert isinstance(query, FleetQuery)
        meant = await listed.matching(query, redacts=False)
        fleet_screen(await scans.from_scan(query, meant, TO), NOW)

    taken = await atimed({each: lambda each=each: ask(each) for each in QUESTIONS})
    return [
        report(f"`{each}` of {SIMS:,} scanned SIMs, CPU", taken[each].cpu * 1e3, GOAL, "ms")
        for each in QUESTIONS
    ]


async def main() -> int:
    """Return 1 where a figure misses its goal."""
    with a_file() as store:
        async with aclosing(await Database.open(store)) as database:
            met = await measured(database)
    return 0 if all(met) else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
