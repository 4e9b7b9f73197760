"""What is known of other SIMs when one fell silent: looked up lately, or seen by the last scan.

Whoever asks is told counts of them, never which they are.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice, zip_longest
from typing import Any, Self

from bot.clock import Clock
from bot.diagnosis.contrast import Member, OutageLimits, Trait
from bot.diagnosis.evidence import LONG_AGO, State
from bot.diagnosis.rules.common_outage import MODEL_DIGITS, member_of
from bot.errors import BotError
from bot.sessions.neighbours import NearPeers, Peer, lost_with, nearest_losses, peer_of
from bot.sessions.report import SessionReport, case_of
from bot.sessions.snapshot import packed_snapshot
from bot.sims.directory import SimDirectory
from bot.sims.identifier import name_key
from bot.slack.access import ONE_ACCOUNT
from bot.store.digest_runs import DigestRuns, Run
from bot.store.scans import ScanRow, ScanRows

PATIENCE = 0.3
"""Seconds that an answer may wait for all of it: a quarter for the scan, one for the names, one for
the SIMs that are looked at."""
PATIENCE_FOR_MANY = 2.0
"""The same for several SIMs: what comes too late brings no answer about many up to date."""
RECENT, SWEPT_EVERY = timedelta(minutes=10), timedelta(seconds=1)
MAY_BE_BACK = timedelta(minutes=2)
"""When one that was lost with a silent SIM is looked at again: the outage may be over."""
MOST_RECENT = 1000
MOST_QUICK = 5
NEXT = (3, 10)
log = logging.getLogger(__name__)

QuickLook = Callable[[str], Awaitable[SessionReport]]
Asked = tuple[SessionReport, Peer]


MOST_PEERS = 5000
KEPT_FOR = timedelta(seconds=10)
TOO_OLD = timedelta(days=2)


class ScanPeers:
    """Reads the newest scans of digests and alerts that show none but some `accounts`.

    What was read is kept until one more has begun or ended, no SIM for longer than TOO_OLD; that is
    asked for every ten seconds at most.
    """

    def __init__(
        self,
        runs: DigestRuns,
        rows: ScanRows,
        clock: Clock,
        accounts: frozenset[str] = ONE_ACCOUNT,
    ) -> None:
        self._accounts = accounts
        self._runs = runs
        self._rows = rows
        self._clock = clock
        self._kept: dict[str, Peer] = {}
        self._read_of = frozenset[tuple[int, float, bool]]()
        self._asked_at = float("-inf")

    @property
    def cached(self) -> Mapping[str, Peer] | None:
        """Its SIMs by SID, as far as nobody has to be asked for them; else None."""
        is_old = self._clock.monotonic() - self._asked_at > KEPT_FOR.total_seconds()
        return None if is_old else self._kept

    async def peers(self) -> Mapping[str, Peer]:
        """Return their SIMs by SID, of at most MOST_PEERS rows. Raises StoreError."""
        if self.cached is None:
            now, oldest = self._clock.monotonic(), self._clock.now() - TOO_OLD
            newest = await self._runs.newest_scans(self._accounts)
            runs = [run for run in newest if run.started >= oldest.timestamp()]
            # one that has begun anew may have ended since it was read
            read_of = frozenset((run.id, run.started, run.is_over) for run in runs)
            if runs and read_of <= self._read_of:
                self._kept = _seen_since(oldest, self._kept)
            else:
                self._kept = await self._read(runs, oldest)
                self._read_of = read_of
            self._asked_at = now
        return self._kept

    async def _read(self, runs: Iterable[Run], oldest: datetime) -> dict[str, Peer]:
        """Read them, the newest first; of a SIM that several have what was seen last stays."""
        found, room = dict[str, Peer](), MOST_PEERS
        for run in runs:
            async for page in self._rows.every(run.id):
                for peer in filter(None, map(_scanned_peer, page[:room])):
                    known = found.get(peer.sid)
                    if peer.as_of >= (known.as_of if known else oldest):
                        found[peer.sid] = peer
                room -= len(page)
                if room <= 0:
                    return found
        return found


def _seen_since(oldest: datetime, peers: Mapping[str, Peer]) -> dict[str, Peer]:
    return {sid: peer for sid, peer in peers.items() if peer.as_of >= oldest}


def _scanned_peer(row: ScanRow) -> Peer | None:
    if row.fault:
        return None
    fields = packed_snapshot(row.row)
    seen = datetime.fromtimestamp(fields["as_of"], UTC)
    return peer_of(_member(row, fields), seen, is_online=row.state == State.ONLINE)


def scanned_member(row: ScanRow) -> Member | None:
    """Return a scanned SIM as it is compared with others; None where it could not be read."""
    return None if row.fault else _member(row, packed_snapshot(row.row))


def _member(row: ScanRow, fields: Mapping[str, Any]) -> Member:
    get = fields.get  # a whole snapshot takes five times as long
    device, network, operator = get("imei14"), get("network"), get("operator")
    known = {
        Trait.CELL: get("cell_id"),
        Trait.NETWORK: f"{operator} ({network})" if operator and network else network,
        Trait.PLAN: get("plan"),
        Trait.MODEL: device and device[:MODEL_DIGITS],
        Trait.COUNTRY: get("country"),
        Trait.RADIO: get("radio"),
    }
    traits = {trait: value for trait, value in known.items() if value}
    return Member(row.sid, row.lost_at, get("seen_at"), traits)


class Peers:
    """The SIMs looked up in the last ten minutes, and those of the last scan.

    `quick_look` looks a SIM up behind all who wait for an answer; `names` finds those that are
    called alike, `well-1` and `well-2`. An answer about one SIM waits for all that for `patience`
    seconds at most, one to a question about several for each of it `for_many` seconds.
    """

    def __init__(
        self,
        clock: Clock,
        scan: ScanPeers | None = None,
        quick_look: QuickLook | None = None,
        names: SimDirectory | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._clock = clock
        self._scan = scan
        self._quick_look = quick_look
        self._names = names
        self._part, self.for_many = patience / 4, max(patience, PATIENCE_FOR_MANY)
        self._recent: dict[str, Peer] = {}
        self._sweep_at = LONG_AGO
        self._looks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None
        self._scanned: Mapping[str, Peer] = {}

    def of(self, _account: str | None) -> Self:
        """Return those that a SIM of one of its accounts is compared with: they are of all."""
        return self

    def note(self, report: SessionReport) -> Peer:
        """Remember a SIM as it was looked up, not of old; return it as it is compared."""
        member, is_online = member_of(case_of(report)), report.state is State.ONLINE
        is_judged = report.allowance_known
        peer = peer_of(member, report.as_of, is_online=is_online, is_judged=is_judged)
        known = self._recent.get(peer.sid)
        if report.as_of < (known.as_of if known else self._since):
            return peer
        self._recent.pop(peer.sid, None)
        if len(self._recent) >= MOST_RECENT:
            del self._recent[next(iter(self._recent))]
        self._recent[peer.sid] = peer
        return peer

    @property
    def _since(self) -> datetime:
        return self._clock.now() - RECENT

    @property
    def is_looking(self) -> bool:
        """Whether others are being read or looked at, so that more may be known in a moment."""
        return bool(self._looks or self._reading)

    async def around(
        self, reports: Iterable[SessionReport], lines: OutageLimits, patience: float | None = None
    ) -> dict[str, Peer]:
        """Remember SIMs that were looked up; return all that are known where one is silent.

        Around a few that are silent others are looked at before, of which nothing new is known.
        """
        asked = {(peer := self.note(report)).sid: (report, peer) for report in reports}
        lost = [pair for pair in asked.values() if pair[1].lost_at is not None]
        if not lost:
            return {}
        known, since = await self.known(patience), self._since
        if len(lost) <= MOST_QUICK:
            known = await self._looked_around(lost, known, lines, patience or self._part)
        known.update((sid, peer) for sid, (_, peer) in asked.items() if peer.as_of >= since)
        return known

    async def _looked_around(
        self, lost: Sequence[Asked], known: dict[str, Peer], lines: OutageLimits, patience: float
    ) -> dict[str, Peer]:
        """Look at a few others, and where that leaves open what one was lost with, at a few more.

        All looks together are waited for during `patience` seconds.
        """
        if self._names and self._quick_look:
            await self._names.ready(patience)
        loop, asked = asyncio.get_running_loop(), {peer.sid: peer for _, peer in lost}
        until, done, within = loop.time() + patience, set(asked), lines.within
        for most in (MOST_QUICK, 2 * MOST_QUICK):
            old = self._outdated(known, asked.values(), within)
            # where none is old, none that is known can be worth a look
            wanted = list(await self._worth_a_look(lost, known if old else {}, most, patience))
            sids = [sid for sid in wanted if sid not in done and (sid in old or sid not in known)]
            if sids or self._looks:
                await self._look_at(sids, most * len(lost), until - loop.time())
                known = _still_true(self._with_fresh(known), old)
            elif not old and len(wanted) < most:
                break  # nor would more be found
            done.update(sids)
            silent = lost_with(asked.values(), known | asked, within)
            lost = [pair for pair in lost if _is_open(pair[1], silent, lines)]
            if not lost:
                break
        return known

    def _outdated(
        self, known: Mapping[str, Peer], lost: Iterable[Member], within: float
    ) -> dict[str, Peer]:
        """Return those of whom nothing new is known.

        Nor is it of who was lost with one and may be back, or silent for a cause of its own.
        """
        since, may_be_back = self._since, self._clock.now() - MAY_BE_BACK
        doubtful = {
            sid: peer
            for sid, peer in known.items()
            if peer.as_of < may_be_back or not peer.is_judged
        }
        old = {sid: peer for sid, peer in doubtful.items() if peer.as_of < since}
        return old | lost_with(lost, doubtful, within)

    async def known(self, patience: float | None = None) -> dict[str, Peer]:
        """Return all SIMs that something is known of, after a moment at most."""
        return self._with_fresh(await self._last_scanned(patience or self._part))

    def _with_fresh(self, known: Mapping[str, Peer]) -> dict[str, Peer]:
        """Add those that were looked up lately and since then, and forget the others."""
        since = self._since
        if since >= self._sweep_at:
            self._sweep_at = since + SWEPT_EVERY
            self._recent = {sid: peer for sid, peer in self._recent.items() if peer.as_of >= since}
        recent, both = self._recent, known.keys() & self._recent.keys()
        newer = {sid: known[sid] for sid in both if recent[sid].as_of < known[sid].as_of}
        return {**known, **recent, **newer}

    async def _worth_a_look(
        self, lost: Sequence[Asked], known: Mapping[str, Peer], most: int, patience: float
    ) -> Iterable[str]:
        """Return a few SIMs that tell most of those that were lost, of each in turn the best first.

        That are those on its cell, what is called alike, and where these are few, on its network:
        the same whoever asks, so that no answer becomes another by asking again.
        """
        near, queues = NearPeers([peer for _, peer in lost], known), list[list[str]]()
        for report, mine in lost:
            queue = nearest_losses(mine, near.others(mine, Trait.CELL), most)
            queue += await self._namesakes(report, most, patience)
            if (room := most - len(queue)) > 0:
                queue += nearest_losses(mine, near.others(mine, Trait.NETWORK), room)
            queues.append(queue)
        every = dict.fromkeys(sid for turn in zip_longest(*queues) for sid in turn if sid)
        return islice(every, most * len(lost))

    async def _namesakes(self, report: SessionReport, most: int, patience: float) -> list[str]:
        """Return a few SIMs that are called alike, those with the next numbers first."""
        found: dict[str, None] = {}
        if not (self._names and self._quick_look):
            return []
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                for start, pattern in namesakes(report.sim.name):
                    fits = pattern.fullmatch
                    found |= dict.fromkeys(await self._names.sids(fits, start=start, most=most + 1))
                    if len(found) > most:
                        break
        found.pop(report.sim.sid, None)
        return list(found)[:most]

    async def _last_scanned(self, patience: float) -> Mapping[str, Peer]:
        """Return what the last scans saw; reading them goes on for the next one who asks."""
        if self._scan is None:
            return {}
        if (kept := self._scan.cached) is not None:
            return kept
        if self._reading is None:
            self._reading = asyncio.create_task(self._read(self._scan), name="last-scan")
        reading = self._reading
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await asyncio.shield(reading)
        return _seen_since(self._clock.now() - TOO_OLD, self._scanned)

    async def _read(self, scan: ScanPeers) -> None:
        try:
            self._scanned = await scan.peers()
        except BotError as error:
            log.info("last-scan-not-read", extra={"why": error.kind})
        except Exception:  # what is an extra must not cost the answer
            log.exception("last-scan-broke")
        finally:
            self._reading = None

    async def _look_at(self, sids: Sequence[str], most: int, patience: float) -> None:
        for sid in sids[: max(0, most - len(self._looks))]:
            look = asyncio.create_task(self._look(sid), name="quick-look")
            self._looks.add(look)
            look.add_done_callback(self._looks.discard)
        if self._looks:
            await asyncio.wait(self._looks, timeout=patience)

    async def _look(self, sid: str) -> None:
        if self._quick_look:
            with suppress(BotError):
                self.note(await self._quick_look(sid))

    async def aclose(self) -> None:
        """Stop what is under way."""
        under_way = [*self._looks, *([self._reading] if self._reading else ())]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


_NUMBERED = re.compile(r"(.*?)([0-9]{1,99})([^0-9]*)")
_WORDS = re.compile(r"(.*[\W_])[^\W_]+")


def namesakes(name: str) -> list[tuple[str, re.Pattern[str]]]:
    """Return how like names begin, and all of the name, as `name_key` has them; the likest first.

    They differ in their last number, or in their last word: what stands before that may be a site.
    """
    name = name_key(name)
    numbered, words = _NUMBERED.fullmatch(name), _WORDS.fullmatch(name)
    numbers, word = list[tuple[str, re.Pattern[str]]](), list[tuple[str, re.Pattern[str]]]()
    if numbered and (numbered[1] or numbered[3]):
        numbers = [_numbered(numbered, by) for by in (*NEXT, None)]
    if words and re.search(r"[^\W\d_]", words[1]):
        word = [(words[1], re.compile(f"{re.escape(words[1])}.+"))]
    if numbered and words and numbered.end(2) < words.end(1):  # `site 3 pump`
        return word + numbers
    return numbers[:-1] + word + numbers[-1:]


def _numbered(named: re.Match[str], by: int | None) -> tuple[str, re.Pattern[str]]:
    """Return the names whose number differs `by` so much at most, None: by anything."""
    number = int(named[2])
    near = range(max(0, number - by), number + by + 1) if by else ()
    numbers = f"0*(?:{'|'.join(map(str, near))})" if by else "[0-9]+"
    return named[1], re.compile(f"{re.escape(named[1])}{numbers}{re.escape(named[3])}")


def _is_open(mine: Member, silent: Mapping[str, Peer], lines: OutageLimits) -> bool:
    """Return whether others were lost with it, but too few of its cell for an outage of that."""
    with_it = lost_with([mine], silent, lines.within)
    cell = Trait.CELL
    cells = {peer.traits.get(cell) for peer in with_it.values()}
    is_settled = len(with_it) >= lines.at_least and len(cells) == 1
    return len(with_it) > 1 and not is_settled


def _still_true(known: dict[str, Peer], old: Mapping[str, Peer]) -> dict[str, Peer]:
    """Return it without those that were silent of `old` where one of these turned out to be back.

    Then all of them may be; those that were looked at since then stay.
    """
    silent = [sid for sid, peer in old.items() if peer.lost_at is not None]
    if all(known[sid].lost_at is not None for sid in silent):
        return known
    outdated = {sid for sid in silent if known[sid] is old[sid]}
    return {sid: peer for sid, peer in known.items() if sid not in outdated}
