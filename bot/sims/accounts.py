"""The SIMs of several accounts: one directory over theirs, and a resolver that asks them together.

`acme/pump-7` names a SIM of one account. That of an account which is not among them is a name as
any other: whoever may not see it learns nothing of it.
"""

import asyncio
import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime

from bot.clock import Clock
from bot.errors import BotError, Candidate
from bot.kore.accounts import AccountsClient
from bot.kore.cache import Fetched
from bot.kore.client import KoreClient
from bot.kore.errors import KoreNotFound
from bot.kore.models import Sim
from bot.sims.directory import SimDirectory
from bot.sims.identifier import Identifier, IdentifierKind, account_in, identify, name_key
from bot.sims.index import SimTable
from bot.sims.resolver import OFFERED, SimResolver, candidate_of, is_asked_for, sim_of_iccid
from bot.sims.wording import ListCoverage, ambiguous
from bot.struct import replace


class JoinedDirectory(SimDirectory):
    """The lists of some accounts as one. Each reads its own; this one only waits for that.

    With a `default` names are those of that account; numbers are looked for in all.
    """

    def __init__(
        self,
        parts: Mapping[str, SimDirectory],
        kore: AccountsClient,
        clock: Clock,
        *,
        default: str | None = None,
    ) -> None:
        super().__init__(kore, clock)
        self._every = dict(parts)
        self._parts = {default: parts[default]} if default else self._every
        self._whole = JoinedDirectory(parts, kore, clock) if default else None

    @property
    def table(self) -> SimTable:
        """All blocks of all lists that names are looked for in."""
        blocks = (block for part in self._parts.values() for block in part.table.blocks)
        table = SimTable(blocks=blocks)
        table.count = sum(part.table.count for part in self._parts.values())
        return table

    @property
    def as_of(self) -> datetime | None:
        """When the oldest of them was read; None before all are."""
        times = [part.as_of for part in self._parts.values()]
        known = [each for each in times if each]
        return min(known) if known and len(known) == len(times) else None

    @property
    def listed(self) -> ListCoverage:
        """How much of all the lists can be searched now."""
        every = [part.listed for part in self._parts.values()]
        return ListCoverage(
            all(each.complete for each in every),
            sum(each.count for each in every),
            any(each.failed for each in every),
        )

    @property
    def unread(self) -> BotError:
        """Why there is no whole list of any of them."""
        failed = (part.unread for part in self._parts.values() if part.listed.failed)
        return next(failed, super().unread)

    async def refresh(self) -> bool:
        """Read all lists; tell whether all were read."""
        return all(await asyncio.gather(*(part.refresh() for part in self._parts.values())))

    @property
    def missing(self) -> tuple[str, ...]:
        """The accounts whose SIMs are in no list yet."""
        return tuple(name for name, part in self._parts.items() if not part.as_of)

    @property
    def accounts(self) -> Collection[str]:
        """The accounts whose names may stand before a SIM's."""
        return self._every.keys()

    def only(self, account: str | None) -> SimDirectory:
        """Return the list of one account; None: all of them."""
        return self._every[account] if account else self

    async def whole(self, patience: float) -> bool:
        """Wait for all lists, at most `patience` seconds; tell whether there is any."""
        return any(await asyncio.gather(*(p.ready(patience) for p in self._parts.values())))

    async def ready(self, patience: float) -> bool:
        """Wait for a first whole list; no account waits for another's."""
        if any([await part.ready(0) for part in self._parts.values()]):
            return True
        reading = {asyncio.ensure_future(part.ready(patience)) for part in self._parts.values()}
        while reading:
            done, reading = await asyncio.wait(reading, return_when=asyncio.FIRST_COMPLETED)
            if any(each.result() for each in done):
                break
        for each in reading:
            each.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        return any(part.as_of for part in self._parts.values())

    def lacks(self, account: str, name: str) -> bool:
        """Return whether an account's whole list has no SIM of that unique name."""
        part = self._every[account]
        return part.as_of is not None and not part.table.equal("unique_key", name_key(name))

    def exact(self, name: str) -> tuple[Candidate, ...]:
        """Return the SIMs of that name; `acme/pump-7` is that of one account."""
        if found := account_in(name, self._every):
            account, rest = found
            return self._every[account].exact(rest)
        return super().exact(name)

    async def all_named(self, names: Iterable[str]) -> dict[str, tuple[Candidate, ...]]:
        """Return the SIMs of each name that there are, by its `name_key`."""
        wanted = list(names)
        found = await super().all_named(wanted)
        by_hand = [name for name in wanted if account_in(name, self._every)]
        return found | {name_key(name): sims for name in by_hand if (sims := self.exact(name))}

    def sid_of_unique_name(self, name: str) -> str | None:
        """Return the SID of the one SIM that has this unique name; of two accounts' none.

        Before all lists are read none is known to be the one.
        """
        if found := account_in(name, self._every):
            account, rest = found
            return self._every[account].sid_of_unique_name(rest)
        return super().sid_of_unique_name(name) if self.as_of else None

    async def all_numbered(self, digits: AbstractSet[str]) -> dict[str, str]:
        """Return the SID of the one SIM that has each ICCID or EID, whichever account's it is."""
        if self._whole:
            return await self._whole.all_numbered(digits)
        return await super().all_numbered(digits)

    def sid_of_number(self, kind: IdentifierKind, digits: str) -> str | None:
        """Return the SID of the one SIM that has this number, whichever account's it is."""
        found = self._whole.sid_of_number if self._whole else super().sid_of_number
        return found(kind, digits)

    async def aclose(self) -> None:
        """Leave the lists to whoever opened them."""


class AccountsResolver(SimResolver):
    """Finds the SIM among the accounts of `kore`; `within` gives the resolver of one of them."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        kore: AccountsClient,
        directory: JoinedDirectory,
        clock: Clock,
        within: Callable[[str], SimResolver],
        *,
        patience: float = 2.0,
        default: str | None = None,
    ) -> None:
        super().__init__(kore, directory, clock, patience=patience)
        self._accounts = kore
        self._named = kore.only(frozenset({default})) if default else kore
        self._joined = directory
        self._within = within

    def known_sid(self, identifier: Identifier) -> str | None:
        """Return the SID where it is known without asking anybody."""
        if found := self._behind(identifier):
            account, rest = found
            return self._within(account).known_sid(identify(rest))
        return super().known_sid(identifier)

    async def resolve(self, identifier: Identifier, *, fresh: bool = False) -> Fetched[Sim]:
        """Return the SIM as its account has it. Raises SimNotFound, SimAmbiguous, KoreErrors."""
        if found := self._behind(identifier):
            account, rest = found
            held = dataclasses.replace(self._held(account, identify(rest)), typed=identifier.typed)
            return await self._within(account).resolve(held, fresh=fresh)
        return await super().resolve(identifier, fresh=fresh)

    def _behind(self, identifier: Identifier) -> tuple[str, str] | None:
        before = f"{identifier.before}/" if identifier.before else ""
        return account_in(before + identifier.value, self._accounts.parts())

    def _held(self, account: str, identifier: Identifier) -> Identifier:
        """Return the SID for the IMEI of a device in which one SIM of the account was seen."""
        if identifier.kind is not IdentifierKind.IMEI:
            return identifier
        sims = [s for s in self._seen.sims_in(identifier.value) if s.account == account]
        return identify(sims[0].sid) if len(sims) == 1 else identifier

    def _sid_of_name(self, name: str) -> str | None:
        """Return the SID of the one SIM that the lists have of that name.

        That one was seen does not tell whether another account has one too.
        """
        return self._directory.sid_of_unique_name(name)

    async def _filtered(self, iccid: str) -> Fetched[Sim] | None:
        """Ask all accounts for the SIM of an ICCID; the first that has it answers."""
        as_of = self._clock.now()

        async def ask(client: KoreClient) -> Sim:
            found = await sim_of_iccid(client, iccid)
            if found is None:
                raise KoreNotFound
            return found

        try:
            account, sim = await self._accounts.first(ask)
        except KoreNotFound:
            return None
        return self._accounts.noted(Fetched(sim, as_of), account)

    async def _by_name(
        self, name: str, identifier: Identifier, *, fresh: bool
    ) -> Fetched[Sim] | None:
        """Fetch by unique name from all accounts; where several have it, whoever asks chooses.

        Of an account that does not answer its list tells, where that was read.
        """
        hits, silent = await self._named.named(
            name, fresh=fresh, lacks=lambda account: self._joined.lacks(account, name)
        )
        meant = [hit for hit in hits if is_asked_for(hit.value, identifier)]
        if not meant:
            return None
        lists = {account: self._joined.only(account) for account in silent}
        listed = (
            sim for each in lists.values() for sim in each.table.equal("unique_key", name_key(name))
        )
        sims = {sim.sid: sim for sim in (*(candidate_of(hit.value) for hit in meant), *listed)}
        if len(sims) > 1:
            raise ambiguous(identifier, tuple(sims.values()), OFFERED)
        unread = tuple(account for account, each in lists.items() if each.as_of is None)
        return replace(meant[0], unsearched=unread) if unread else meant[0]

    async def _listed(
        self, identifier: Identifier, *, fresh: bool, patience: float
    ) -> Fetched[Sim] | None:
        """Look the name up in the lists that are read; the others may have it, too."""
        found = await super()._listed(identifier, fresh=fresh, patience=patience)
        missing = self._joined.missing if identifier.kind is IdentifierKind.NAME else ()
        return replace(found, unsearched=missing) if found and missing else found
