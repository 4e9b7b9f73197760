"""The fleets of some accounts as one: what may be asked by whoever may see these and no others.

A view cannot reach an account that it is not of, whatever is asked of it. It is had by the set of
accounts that `bot.slack.access.Authorizer` says an answer's readers may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

from bot.errors import NotAllowed
from bot.kore.client import KoreClient
from bot.sessions.fleet_list import FleetList
from bot.sessions.lookup import SessionLookup
from bot.sessions.peers import Peers
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.sims.spotter import SimSpotter

MOST_VIEWS = 64
"""Sets of accounts whose views are kept; one more costs a moment to make anew."""
NOT_HERE = "I may not show that account here."


@dataclass(frozen=True, slots=True)
class FleetView:
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

    def of(self, accounts: Iterable[str], default: str | None = None) -> FleetView:
        """Return the view of these accounts; a name alone means a SIM of the `default`.

        Raises NotAllowed where there is none of them.
        """


class OneView:
    """The view of a bot that has one account."""

    def __init__(self, view: FleetView) -> None:
        self.names = view.accounts
        (self.unnamed,) = view.accounts
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
    ) -> None:
        self.names = names
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
