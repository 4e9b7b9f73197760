"""Reads what was stored: digests, their scanned SIMs, a SIM's days, and the last scan.

The last scan answers questions about a fleet that its readers may see, and has peers to compare
with.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from pydantic_core import from_json

from bot.diagnosis.rhythm import Contact
from bot.diagnosis.thresholds import Thresholds
from bot.digests.compile import BATCH, moment, sim_summaries
from bot.digests.days import Day, contacts_of, unpack_days
from bot.digests.digest import Digest, ScannedSim, SimSummary
from bot.digests.outages import NONE, KnownOutages, ScanOutages
from bot.digests.subscription import Selection, SelectionKind, Subscription
from bot.digests.subscriptions import DigestService, EveryDigest
from bot.errors import NotAllowed, UserError
from bot.sessions.fleet import MOST_FRESH, NOT_HERE, MeantSims
from bot.sessions.fleet_query import FleetQuery, SimFacts
from bot.sessions.redaction import redacted_snapshot
from bot.sessions.snapshot import Snapshot
from bot.sessions.triage import SHOWN, FleetAnswer, FleetCollector
from bot.sims.identifier import matcher, name_key, quoted
from bot.slack.access import ONE_ACCOUNT
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import FAILED, BriefRow, ScanRow, ScanRows, ScanSums, SimDays
from bot.struct import Struct, replace

MOST_SHOWN = 200
"""SIMs that one table can show."""


class DigestGone(UserError):
    """The SIMs scanned for a digest are no longer stored."""

    sentence = (
        "I keep what I saw of each SIM for the last two digests only, and this one is older. The "
        "newest one in this channel has it."
    )


class Archive:
    """Reads; never writes. Every method raises StoreError too.

    A digest is shown to whoever may see all of its accounts; to others it raises NotAllowed.
    """

    def __init__(self, database: Database, limits: Thresholds) -> None:
        self._runs = DigestRuns(database)
        self._rows = ScanRows(database)
        self._outages = ScanOutages(database, limits)
        self._days = SimDays(database)

    async def digest(self, subscription: str, due: datetime, accounts: frozenset[str]) -> Digest:
        """Return a digest as it was made. Raises DigestGone."""
        return Digest.from_json((await self._run(subscription, due, accounts)).digest or "")

    async def worst(
        self, subscription: str, due: datetime, accounts: frozenset[str], *, redacts: bool
    ) -> tuple[SimSummary, ...]:
        """Return the SIMs of a digest, the gravest first, as many as a table shows."""
        run = await self._run(subscription, due, accounts)
        outages = await self._outages.known(run)
        rows = await self._outages.worst(run.id, outages, 0, MOST_SHOWN)
        return sim_summaries(rows, outages, redacts=redacts)

    async def sims(
        self, subscription: str, due: datetime, accounts: frozenset[str], *, redacts: bool
    ) -> AsyncIterator[Sequence[ScannedSim]]:
        """Stream all SIMs of a digest by SID, a few at a time. Raises DigestGone."""
        run = await self._run(subscription, due, accounts)
        outages = await self._outages.known(run)
        async for page in self._rows.every(run.id):
            for at in range(0, len(page), BATCH):
                yield [_scanned(row, outages, redacts=redacts) for row in page[at : at + BATCH]]

    async def days(self, sid: str) -> dict[int, Day]:
        """Return the days of a SIM that are known, by number, the oldest first."""
        return unpack_days(await self._days.of(sid))

    async def earlier(self, sid: str) -> tuple[Contact, ...]:
        """Return a contact for each time that it connected, by the kept days."""
        return contacts_of(await self._days.of(sid))

    async def _run(self, subscription: str, due: datetime, accounts: frozenset[str]) -> Run:
        run = await self._runs.find(subscription, due.timestamp())
        if run is None or not run.has_rows or not run.digest:
            raise DigestGone
        if not run.shows_only(accounts):
            raise NotAllowed(NOT_HERE)
        return run


def _scanned(row: ScanRow, outages: KnownOutages, *, redacts: bool) -> ScannedSim:
    return ScannedSim(_snapshot(row.row, outages, redacts=redacts), row.traffic, row.fault)


_MOST_NEW = 2000
_NAME = re.compile(r'\{"sid":"[^"\\]*","name":"([^"\\]*)"')
"""A plain name at its usual place: most rows need not be read any further."""


class NoScan(UserError):
    """More SIMs than can be looked up at once, and no scan of them that the asker may see."""


class Audience(Struct):
    """Who reads the answer: the `person` alone, or everybody in the channel.

    `redacted` says what they may not see, `accounts` of which accounts they may see anything.
    """

    channel: str
    person: str
    for_all: bool
    redacted: str | None = None
    accounts: frozenset[str] = ONE_ACCOUNT


class _VisibleScan(Struct):
    """A scan that may be shown; it `covers` the question where none that is meant is missing."""

    about: Subscription
    run: Run
    covers: bool


SeenDigests = DigestService | EveryDigest
"""Knows the digests whose scans somebody may see."""


class FleetScans:
    """Reads scans. Every method may raise StoreError."""

    def __init__(self, digests: SeenDigests, database: Database, limits: Thresholds) -> None:
        self._digests = digests
        self._rows = ScanRows(database)
        self._sums = ScanSums(database)
        self._outages = ScanOutages(database, limits)

    async def from_scan(
        self, query: FleetQuery, meant: MeantSims, to: Audience, *, most: int = SHOWN
    ) -> FleetAnswer:
        """Answer from the newest scan that the readers may see, `most` rows. Raises NoScan."""
        if query.account:
            to = replace(to, accounts=to.accounts & {query.account})
        scan = _best(await self._scans(query, to))
        if scan is None:
            raise NoScan(
                f"That is more than {MOST_FRESH} SIMs, too many to look up at once, and "
                "there is no scan that I may show here. Ask about fewer, by a name pattern; or "
                "make a digest of them with `/simsessions digest add`: I answer from its scans."
            )
        as_of = moment(scan.run.started)
        collector = FleetCollector[str](query, as_of, meant.plan_sid, most=most)
        since = None
        if query.is_new:
            before = await self._before(scan)
            since = moment(before.started)
            pages = _one_page(await self._rows.only_in(scan.run.id, before.id, _MOST_NEW))
        else:
            pages = self._pages(query, scan.run)
        outages = await self._outages.known(scan.run)
        await _collect(collector, pages, query, outages, redacts=to.redacted is not None)
        is_all = query.is_new or not (query.pattern or query.plan)
        return FleetAnswer(
            query=query,
            rows=collector.rows(
                partial(_snapshot, outages=outages, redacts=to.redacted is not None)
            ),
            matched=collector.matched,
            looked_at=scan.run.sims or collector.looked_at if is_all else collector.looked_at,
            unread=collector.unread,
            as_of=as_of,
            digest=scan.about.name,
            only=None if scan.covers else scan.about.selection.words,
            since=since,
            redacted=to.redacted,
            missing=tuple(sorted(to.accounts - scan.run.shown)),
        )

    def _pages(self, query: FleetQuery, run: Run) -> AsyncIterator[Sequence[BriefRow]]:
        """Return only rows of the states asked for, or the busiest, where no other is counted."""
        if query == FleetQuery(top=query.top, account=query.account):
            return self._busiest(query.top or 0, run)
        if query.states and not (query.pattern or query.plan):
            return self._rows.brief_of(run.id, (*query.states, FAILED))
        return self._rows.brief(run.id)

    async def _busiest(self, most: int, run: Run) -> AsyncIterator[Sequence[BriefRow]]:
        async for page in _one_page(await self._sums.talkers(run.id, most)):
            yield page
        async for page in self._rows.brief_of(run.id, (FAILED,)):
            yield page

    async def _before(self, scan: _VisibleScan) -> Run:
        before = await self._digests.runs.before(scan.about.id, scan.run.due, scan.run.accounts)
        if before is None or not before.has_rows:
            raise _scanned_once(quoted(scan.about.name))
        return before

    async def _scans(self, query: FleetQuery, to: Audience) -> list[_VisibleScan]:
        """Return the scans of digests of this channel; for one person, also of theirs elsewhere."""
        digests = self._digests
        if to.for_all:
            seen = await digests.subscriptions.in_channel(digests.team, to.channel)
        else:
            seen = await digests.of_person(to.person)
        by_id = {one.id: one for one in seen}
        runs = await digests.runs.scanned(tuple(by_id))
        found = [(by_id[run.subscription], run) for run in runs if run.shows_only(to.accounts)]
        return [_VisibleScan(about, run, _covers(about.selection, query)) for about, run in found]


def _scanned_once(digest: str) -> NoScan:
    said = (
        "has scanned its SIMs only once so far, so I cannot tell which are new. Ask again after "
        "its next run."
    )
    error = NoScan(f"The digest {digest} {said}")
    error.nameless = f"The digest that has them {said}"
    return error


def _covers(selection: Selection, query: FleetQuery) -> bool:
    same = {SelectionKind.PATTERN: query.pattern, SelectionKind.PLAN: query.plan}
    asked = same.get(selection.kind)
    return selection.kind is SelectionKind.ALL or (
        asked is not None and name_key(asked) == name_key(selection.text)
    )


def _best(scans: Sequence[_VisibleScan]) -> _VisibleScan | None:
    """Return the newest that covers the question, else the one of the most SIMs."""
    return max(
        scans,
        key=lambda scan: (scan.covers, scan.run.due if scan.covers else scan.run.sims or 0),
        default=None,
    )


async def _one_page(rows: Sequence[ScanRow]) -> AsyncIterator[Sequence[BriefRow]]:
    yield [BriefRow(r.sid, r.state, r.gravity, r.traffic, r.row) for r in rows]


async def _collect(
    collector: FleetCollector[str],
    pages: AsyncIterator[Sequence[BriefRow]],
    query: FleetQuery,
    outages: KnownOutages,
    *,
    redacts: bool,
) -> None:
    read = _redacted_facts if redacts else _facts
    fits = matcher(query.pattern) if query.pattern else None
    asks_more = query.plan or query.network or query.silent_for
    async for page in pages:
        for row in page:
            name = None if redacts else _NAME.match(row.row)
            if fits and name and not fits(name_key(name[1])):
                continue
            if name and not asks_more:
                facts = SimFacts(name[1], row.state, None, None, None, None)
            else:
                facts = read(row)
            if fits and not (name or fits(name_key(facts.name))):
                continue
            if row.state == FAILED:
                collector.add_unread(facts)
            else:
                collector.add(facts, row.row, outages.gravity(row.sid, row.gravity), row.traffic)
        await asyncio.sleep(0)


def _facts(row: BriefRow) -> SimFacts:
    """Read them straight from the JSON: a whole snapshot takes five times as long."""
    values: dict[str, Any] = from_json(row.row)
    get = values.get
    return SimFacts(
        get("name") or row.sid,
        row.state,
        get("operator"),
        get("network"),
        get("plan"),
        get("seen_at"),
    )


def _redacted_facts(row: BriefRow) -> SimFacts:
    return _facts(row)._replace(name=_snapshot(row.row, NONE, redacts=True).name)


def _snapshot(row: str, outages: KnownOutages, *, redacts: bool) -> Snapshot:
    snapshot = outages.with_outage(Snapshot.from_json(row))
    return redacted_snapshot(snapshot) if redacts else snapshot
