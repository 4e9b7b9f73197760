"""One client of several KORE accounts: what is asked goes to the account that has the SIM.

SIDs are unique in all of KORE, so a SIM's account need not be named: it is remembered from the last
time that the SIM was seen, known from the lists of SIMs, or else found by asking all side by side.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from cachetools import LRUCache

from bot.kore.cache import Fetched, SingleFlight
from bot.kore.client import KoreClient, ignore_skipped
from bot.kore.errors import KoreBadRequest, KoreError, KoreNotFound
from bot.kore.models import DataSession, RatePlan, Sim, UsageRecord
from bot.kore.pages import PageRows
from bot.struct import replace

T = TypeVar("T")
ABSENT = (KoreNotFound, KoreBadRequest)
"""What KORE answers where an account has no such thing."""
MOST_HOMES = 50_000
PATIENCE = 0.3
"""Seconds that an answer waits, once there is one, for accounts that may have another."""
Ask = Callable[[KoreClient], Coroutine[Any, Any, T]]
AccountLookup = Callable[[str], str | None]


class AccountIndex:
    """Which account has a SIM or a rate plan, by SID: seen lately, or `listed`; None: unknown."""

    def __init__(self, listed: AccountLookup = lambda _: None) -> None:
        self._seen: LRUCache[str, str] = LRUCache(MOST_HOMES)
        self._listed = listed

    def of(self, sid: str) -> str | None:
        """Return the account that has it."""
        seen: str | None = self._seen.get(sid)
        return seen or self._listed(sid)

    def note(self, sim: Sim, account: str) -> None:
        """Remember where a SIM is, and its plan."""
        self._seen[sim.sid] = account
        if sim.rate_plan_sid:
            self._seen[sim.rate_plan_sid] = account


class AccountsClient(KoreClient):
    """Asks the accounts of `clients`, and can reach no other. Each SIM names its account."""

    def __init__(
        self,
        clients: Mapping[str, KoreClient],
        homes: AccountIndex,
        labels: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`labels` are what people call accounts, where that is not the name."""
        self._clients = dict(clients)
        self._homes = homes
        self._labels = labels
        self._finding: SingleFlight[str] = SingleFlight()

    def parts(self) -> Mapping[str, KoreClient]:
        """Return the client of each account by its name."""
        return self._clients

    def only(self, accounts: frozenset[str]) -> "AccountsClient":
        """Return the client of those of these accounts that this one reaches; it is not closed."""
        parts = {name: client for name, client in self._clients.items() if name in accounts}
        return AccountsClient(parts, self._homes, self._labels)

    def in_background(self, *, at_once: int = 20) -> "AccountsClient":
        """Open a client in the background for each account, at most so many at once of each."""
        parts = self._clients.items()
        behind = {name: client.in_background(at_once=at_once) for name, client in parts}
        return AccountsClient(behind, self._homes, self._labels)

    def note(self, sims: Iterable[Sim]) -> None:
        """Remember which accounts have these SIMs."""
        for sim in sims:
            if sim.account:
                self._homes.note(sim, sim.account)

    def account_of(self, sid: str) -> str | None:
        """Return the name of the account that is known to have a SIM, where it is one of these."""
        home = self._homes.of(sid)
        return home if home in self._clients else None

    @property
    def is_down(self) -> bool:
        """Return whether no account can be asked."""
        return all(client.is_down for client in self._clients.values())

    @property
    def silent_for(self) -> float:
        """The seconds since when no account has been answered."""
        return min((each.silent_for for each in self._clients.values()), default=0.0)

    async def sim(self, name: str, *, fresh: bool = False) -> Fetched[Sim]:
        """Fetch a SIM by SID, or by a unique name that one account has. Raises KoreNotFound."""
        likely = self._homes.of(name)
        if likely is not None and likely not in self._clients:
            raise KoreNotFound
        if likely is not None:
            try:
                return self.noted(await self._clients[likely].sim(name, fresh=fresh), likely)
            except KoreNotFound:
                if len(self._clients) == 1:
                    raise
        account, found = await self.first(lambda client: client.sim(name, fresh=fresh))
        return self.noted(found, account)

    async def named(
        self, name: str, *, fresh: bool = False, lacks: Callable[[str], bool]
    ) -> tuple[list[Fetched[Sim]], tuple[str, ...]]:
        """Fetch the SIM of that unique name from each account that has one; name who did not say.

        Once there is one, an account that `lacks` the name by its list is not waited for, and
        others for a moment only. Raises KoreError where none is found and not all could be asked.
        """

        async def ask(client: KoreClient) -> Fetched[Sim] | None:
            try:
                return await client.sim(name, fresh=fresh)
            except ABSENT:
                return None

        asked = {asyncio.create_task(ask(c)): a for a, c in self._clients.items()}
        await _until_one_and(asked, lacks)
        done = [task for task in asked if task.done() and not task.cancelled()]
        errors = [error for task in done if (error := task.exception())]
        hits = [(task.result(), asked[task]) for task in done if not task.exception()]
        found = [self.noted(sim, account) for sim, account in hits if sim]
        if errors and not found:
            raise errors[0]
        silent = asked.keys() - {task for task in done if not task.exception()}
        return found, tuple(sorted(asked[task] for task in silent))

    async def first(self, ask: Ask[T]) -> tuple[str, T]:
        """Ask all accounts side by side; return the first answer and whose it is.

        Raises KoreNotFound where all say that, and else why one of them could not be asked.
        """
        asked = {asyncio.create_task(ask(c)): a for a, c in self._clients.items()}
        waiting = set(asked)
        failure: KoreError = KoreNotFound()
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    error = task.exception()
                    if error is None:
                        return asked[task], task.result()
                    if not isinstance(error, KoreError):
                        raise error
                    failure = failure if isinstance(error, ABSENT) else error
        finally:
            await _ended(asked)
        raise failure

    async def data_sessions(
        self, sid: str, *, fresh: bool = False
    ) -> Fetched[tuple[DataSession, ...]]:
        """Fetch the sessions of a SIM from the account that has it."""
        return await (await self._of(sid)).data_sessions(sid, fresh=fresh)

    async def scanned_page(self, sid: str) -> bytes:
        """Fetch the first page of a SIM's sessions from the account that has it."""
        return await (await self._of(sid)).scanned_page(sid)

    def read_scanned(self, page: bytes, sid: str) -> PageRows[DataSession] | None:
        """Read a page; what is odd in it is counted for the account that has the SIM."""
        client = self._clients.get(self.account_of(sid) or "")
        return (client or next(iter(self._clients.values()))).read_scanned(page, sid)

    async def usage_records(
        self,
        sid: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        granularity: str | None = None,
        fresh: bool = False,
    ) -> Fetched[tuple[UsageRecord, ...]]:
        """Fetch what a SIM used from the account that has it."""
        client = await self._of(sid)
        return await client.usage_records(
            sid, start=start, end=end, granularity=granularity, fresh=fresh
        )

    async def rate_plan(self, sid: str, *, fresh: bool = False) -> Fetched[RatePlan]:
        """Fetch a rate plan from the account that has it, known from a SIM on it, or else found."""
        home = self._homes.of(sid)
        if home in self._clients:
            return await self._clients[home].rate_plan(sid, fresh=fresh)
        return (await self.first(lambda client: client.rate_plan(sid, fresh=fresh)))[1]

    async def sims(
        self,
        on_skipped: Callable[[int], None] = ignore_skipped,
        /,
        *,
        status: str | None = None,
        iccid: str | None = None,
        rate_plan: str | None = None,
    ) -> AsyncIterator[Sim]:
        """Stream the SIMs that fit all filters, one account after the other.

        An account that has none or cannot be asked is left out where another has some.
        """
        some = False
        failure: KoreError | None = None
        for account, client in self._clients.items():
            listed = client.sims(on_skipped, status=status, iccid=iccid, rate_plan=rate_plan)
            try:
                async for sim in listed:
                    some = True
                    self._homes.note(sim, account)
                    yield self._named(sim, account)
            except KoreError as error:
                failure = error if failure is None or isinstance(failure, ABSENT) else failure
        if failure and not some:
            raise failure

    async def aclose(self) -> None:
        """Stop what is under way and close the connections of all accounts."""
        await self._finding.close()
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))

    async def _of(self, sid: str) -> KoreClient:
        """Return the client of the account that has a SIM. Raises KoreNotFound."""
        home = self._homes.of(sid)
        if home is None:
            home = await self._finding.join(sid, lambda: self._found(sid))
        if home not in self._clients:
            raise KoreNotFound
        return self._clients[home]

    async def _found(self, sid: str) -> str:
        return (await self.sim(sid)).value.account or ""

    def noted(self, found: Fetched[Sim], account: str) -> Fetched[Sim]:
        """Return the SIM with the name of its account, and remember that."""
        self._homes.note(found.value, account)
        return replace(found, value=self._named(found.value, account))

    def _named(self, sim: Sim, account: str) -> Sim:
        names = {"account": account, "account_label": self._labels.get(account)}
        return sim.model_copy(update=names)


async def _until_one_and(
    asked: Mapping["asyncio.Task[Fetched[Sim] | None]", str], lacks: Callable[[str], bool]
) -> None:
    """Wait until all have answered; once one has the SIM, for others that may, a moment longer."""
    waiting, patience = set(asked), None
    try:
        while waiting:
            done, waiting = await asyncio.wait(
                waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                break
            if any(not task.exception() and task.result() for task in done):
                patience = PATIENCE
            if patience is not None and all(lacks(asked[task]) for task in waiting):
                break
    finally:
        await _ended(waiting)


async def _ended(tasks: Iterable["asyncio.Task[T]"]) -> None:
    """Cancel what nobody waits for any more, and take in what has failed."""
    left = tuple(tasks)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
