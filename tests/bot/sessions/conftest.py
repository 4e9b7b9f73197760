"""Fixtures: the real look-up over the real client, in front of KORE's stand-in."""

import asyncio
from datetime import timedelta

import pytest

from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.account import a_plan
from bot.emulators.kore.api import KoreApi
from bot.sessions.fetch import AllowanceReader, NoAllowances
from bot.sessions.lookup import SessionLookup
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.builders import ICCID, SID
from tests.kore_rig import kore_client

PLAN = "WP" + "a" * 32
CREATED = "2025-10-20T08:00:00Z"
SIM = {
    "sid": SID,
    "unique_name": "pump-7",
    "iccid": ICCID,
    "status": "active",
    "rate_plan_sid": PLAN,
    "date_created": CREATED,
}
OPEN = {
    "sim_sid": SID,
    "start": "2026-01-05T09:00:00Z",
    "last_updated": "2026-01-05T11:58:00Z",
    "end": None,
    "packets_uploaded": 246,
    "packets_downloaded": 296,
    "imei": "014931000129700",
    "operator_mcc": 310,
    "operator_mnc": 260,
    "operator_country": "USA",
    "cell_id": "310-260-40482-1243",
}
CLOSED = OPEN | {
    "start": "2026-01-04T09:00:00Z",
    "last_updated": "2026-01-04T10:00:00Z",
    "end": "2026-01-04T10:00:00Z",
}


class Gate:
    """The stand-in behind a gate: requests whose path has `held` in it wait until it opens.

    Tokens always pass. `waited_for` has the paths that came to the gate, `passed` how many were
    answered.
    """

    def __init__(self, app):
        self._app = app
        self._opened = asyncio.Event()
        self._came = asyncio.Condition()
        self.held = None
        self.waited_for = []
        self.passed = 0

    async def __call__(self, scope, receive, send):
        path = scope["path"]
        if self.held and self.held in path and "token" not in path:
            async with self._came:
                self.waited_for.append(path)
                self._came.notify_all()
            await self._opened.wait()
        await self._app(scope, receive, send)
        async with self._came:
            self.passed += "token" not in path
            self._came.notify_all()

    async def until_passed(self, number):
        """Wait until so many requests were answered."""
        async with self._came:
            await self._came.wait_for(lambda: self.passed >= number)

    async def until(self, number):
        """Wait until so many requests stand before the gate."""
        async with self._came:
            await self._came.wait_for(lambda: len(self.waited_for) >= number)

    def open(self):
        """Let everything through from now on."""
        self._opened.set()


@pytest.fixture
def api(clock):
    """Return a KORE with one SIM that is online."""
    kore_api = KoreApi(clock)
    plan = a_plan(clock.now(), sid=PLAN)
    kore_api.add(SIM, [CLOSED, OPEN], rate_plan=plan, bytes_per_day=1_000_000)
    return kore_api


@pytest.fixture
def gate(api):
    return Gate(api.app)


@pytest.fixture
async def kore(api, gate, clock):
    client = kore_client(api, clock, app=gate)
    yield client
    gate.open()
    await client.aclose()


@pytest.fixture
def open_lookup(kore, clock):
    """Return a function that makes a look-up with these thresholds and that patience."""

    def make(patience=5.0, **thresholds):
        resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
        reader = AllowanceReader(kore, clock, patience)
        return SessionLookup(kore, resolver, clock, Thresholds(**thresholds), allowances=reader)

    return make


@pytest.fixture
def lookup(open_lookup):
    return open_lookup()


def paths(api):
    """Return the paths asked so far, tokens left out."""
    return [asked.path for asked in api.requests if "token" not in asked.path]


def rules(report):
    """Return the findings of a report as (rule, severity)."""
    return [(finding.rule, finding.severity.word) for finding in report.findings]


LOST = "2026-01-05T02:10:00Z"


def a_sid(number):
    return f"DE{number:032}"


def iso(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def put(api, clock):
    """Return a function that gives KORE a SIM: online, or silent since ten past two or later."""

    def put(number, *, silent=False, lost=LOST, name=None, plan=None, **changes):
        starts = [clock.now() - timedelta(days=day, hours=10) for day in range(3, 27)]
        rows = [
            {"start": iso(start), "end": iso(end), "last_updated": iso(end)}
            for start in starts
            if (end := start + timedelta(hours=23, minutes=59))
        ]
        news = lost if silent else "2026-01-05T11:58:00Z"
        rows.append({"start": "2026-01-03T02:00:00Z", "end": None, "last_updated": news})
        sid = a_sid(number)
        told = [OPEN | row | {"sim_sid": sid} | changes for row in rows]
        sim = {"sid": sid, "status": "active", "unique_name": name}
        api.add(sim | ({"rate_plan_sid": plan["sid"]} if plan else {}), told, rate_plan=plan)
        return sid

    return put


@pytest.fixture
def open_with(kore, clock):
    """Return a function that makes a look-up with these peers."""

    def make(peers, *, sparing=False):
        resolver = SimResolver(kore, SimDirectory(kore, clock), clock)
        reader = AllowanceReader(kore, clock, 5.0) if sparing else NoAllowances(kore, clock)
        return SessionLookup(
            kore,
            resolver,
            clock,
            Thresholds(),
            allowances=reader,
            sparing=sparing,
            peers=peers and (lambda _: peers),
        )

    return make


@pytest.fixture
def names(kore, clock):
    """Return a function that reads the list of all SIMs."""

    async def read():
        directory = SimDirectory(kore, clock)
        await directory.refresh()
        return directory

    return read
