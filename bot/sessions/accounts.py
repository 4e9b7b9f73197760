"""The fleets of some accounts as one: what may be asked by whoever may see these and no others.

A view cannot reach an account that it is not of, whatever is asked of it. It is had by the set of
accounts that `bot.slack.access.Authorizer` says an answer's readers may see.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from cachetools import LRUCache, TTLCache

from bot.clock import Clock
from bot.errors import NotAllowed
from bot.kore.client import KoreClient
from bot.sessions.fleet_list import FleetList
from bot.sessions.lookup import SessionLookup
from bot.sessions.peers import Peers
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.sims.spotter import SimSpotter
from bot.store.channels import AccountRows
from bot.store.errors import StoreError
from bot.struct import Struct

MOST_VIEWS = 64
"""Sets of accounts whose views are kept; one more costs a moment to make anew."""
MOST_CHANNELS = 10_000
KEPT_SECONDS = 60.0
log = logging.getLogger(__name__)
NOT_HERE = "I may not show that account here."


class FleetView(Struct):
    """What finds and reads the SIMs of `accounts`."""

    accounts: frozenset[str]
    client: KoreClient
    directory: SimDirectory
    resolver: SimResolver
    sessions: SessionLookup
    fleet: FleetList
    spotter: SimSpotter
    peers: Peers


class AccountViews(Protocol):
    """The views of all sets of accounts."""

    names: frozenset[str]
    """All accounts; with one account it may have no name, which is ""."""
    unnamed: str
    """The account of a SIM that names none: with several there is no such SIM."""
    labels: Mapping[str, str]
    """What people call accounts, by name, where that is another."""

    def of(self, accounts: Iterable[str], default: str | None = None) -> FleetView:
        """Return the view of these accounts; a name alone means a SIM of the `default`.

        Raises NotAllowed where there is none of them.
        """


class OneView:
    """The view of a bot that has one account."""

    def __init__(self, view: FleetView) -> None:
        self.names = view.accounts
        (self.unnamed,) = view.accounts
        self.labels: Mapping[str, str] = {}
        self._view = view

    def of(self, accounts: Iterable[str], default: str | None = None) -> FleetView:  # noqa: ARG002 -- there is one only
        """Return it. Raises NotAllowed where its account is not among them."""
        if not self.names.issubset(accounts):
            raise NotAllowed(NOT_HERE)
        return self._view


class ManyViews:
    """The views of a bot that has several accounts; `make` makes one that is wanted."""

    def __init__(
        self,
        names: frozenset[str],
        make: Callable[[frozenset[str], str | None], FleetView],
        labels: Mapping[str, str],
    ) -> None:
        self.names = names
        self.labels = labels
        self.unnamed = ""
        self._make = make
        self._views: LRUCache[tuple[frozenset[str], str | None], FleetView] = LRUCache(MOST_VIEWS)

    def of(self, accounts: Iterable[str], default: str | None = None) -> FleetView:
        """Return the view of these accounts. Raises NotAllowed where there is none of them."""
        wanted = self.names.intersection(accounts)
        if not wanted:
            raise NotAllowed(NOT_HERE)
        known_as = wanted, default if default in wanted else None
        view: FleetView | None = self._views.get(known_as)
        if view is None:
            view = self._views[known_as] = self._make(*known_as)
        return view


class DefaultAccounts:
    """The account that a name alone means in a channel; it is preferred, and no limit.

    What was read is kept for a minute. While the store is away there is none.
    """

    def __init__(self, rows: AccountRows, clock: Clock, *, several: bool) -> None:
        self._rows = rows
        self._several = several
        self._known: TTLCache[tuple[str, str], str | None] = TTLCache(
            MOST_CHANNELS, KEPT_SECONDS, timer=clock.monotonic
        )

    async def of(self, team: str, channel: str) -> str | None:
        """Return it; None where any account may be meant."""
        if not (self._several and channel):
            return None
        if (team, channel) not in self._known:
            try:
                self._known[team, channel] = await self._rows.of_channel(team, channel)
            except StoreError as error:
                log.info("channel-account-not-read", extra={"why": error.kind})
                return None
        return self._known.get((team, channel))

    async def choose(self, team: str, channel: str, account: str | None, by: str) -> None:
        """Choose it for all in a channel; None: any account may be meant. Raises StoreError."""
        await self._rows.choose(team, channel, account, by)
        self._known[team, channel] = account
