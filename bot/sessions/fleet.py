"""The fleets of some accounts as one: what may be asked by whoever may see these and no others.

A view cannot reach an account that it is not of, whatever is asked of it. It is had by the set of
accounts that `bot.slack.access.Authorizer` says an answer's readers may see.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from cachetools import LRUCache, TTLCache

from bot.clock import Clock
from bot.errors import Candidate, NotAllowed, UserError
from bot.kore.accounts import ABSENT
from bot.kore.client import KoreClient
from bot.kore.errors import KoreError
from bot.sessions.fleet_query import FleetQuery, MisreadQuery, parse_fleet_query
from bot.sessions.lookup import SessionLookup
from bot.sessions.peers import Peers
from bot.sessions.redaction import Redactor
from bot.sims.directory import SimDirectory
from bot.sims.identifier import (
    account_in,
    common_pattern,
    matcher,
    name_key,
    plain_pattern,
    quoted,
    strip_punctuation,
)
from bot.sims.resolver import SimResolver
from bot.sims.spotter import SimSpotter
from bot.store.channels import AccountRows
from bot.store.errors import StoreError
from bot.struct import Struct, replace

MOST_FRESH = 200
"""SIMs that are looked up at once; of more the last scan tells."""
PATIENCE = 2.0
_EXAMPLES = 3
_SAMPLE = 200
_OFFERED = 3
_AROUND = ",;()<>`\"'?!.:"
_EASY = re.compile(r"(?=.*[^\W\d_])(?!.*\d{6})[\w][\w.-]{1,23}", re.ASCII)


class NoneMeant(UserError):
    """No SIM has such a name or plan; `candidates` are those whose names come near."""

    candidates: tuple[Candidate, ...] = ()


class MeantSims(Struct):
    """The SIMs that a question is about: `sids` is empty where they are too many to be looked up.

    `plan_sid` is the SID of the plan that was named. `missing` are the accounts, of several, whose
    list of SIMs could not be read so far.
    """

    sids: tuple[str, ...]
    plan_sid: str | None = None
    missing: tuple[str, ...] = ()


class Examples(Struct):
    """What can be typed and works here: easy names of SIMs, and a pattern that some of them fit."""

    sims: tuple[str, ...] = ()
    pattern: str | None = None

    def fill(self, template: str) -> str | None:
        """Fill `{sim}`, `{sims}` and `{pattern}` in; None where there is nothing to fill in.

        Where no name is known yet, a SIM is written as a SID is.
        """
        values = {
            "{sim}": self.sims[0] if self.sims else "DE…",
            "{sims}": ", ".join(self.sims) if len(self.sims) > 1 else None,
            "{pattern}": self.pattern,
        }
        for name, value in values.items():
            if name in template and value is None:
                return None
            template = template.replace(name, value or "")
        return template

    def lines(self, command: str) -> tuple[str, ...]:
        """Return the commonest commands, filled in."""
        filled = map(self.fill, ("{sim}", "{pattern}", "offline"))
        return tuple(f"{command} {example}" for example in filled if example)


class FleetList:
    """Finds the SIMs that are meant, `most` at the most. KORE is asked for those of a plan only."""

    def __init__(
        self,
        kore: KoreClient,
        directory: SimDirectory,
        *,
        most: int = MOST_FRESH,
        patience: float = PATIENCE,
    ) -> None:
        self._kore = kore
        self._directory = directory
        self._most = most
        self._patience = patience

    def examples(self) -> Examples:
        """Return examples from the list as far as it is read."""
        names = tuple(sim.name for sim in self._directory.some(_SAMPLE))
        easy = tuple(name for name in names if _EASY.fullmatch(name))
        pattern = common_pattern(easy)
        fits = matcher(pattern or "*")
        ordered = sorted(easy, key=lambda name: not fits(name_key(name)))
        kinds = {name.rstrip("0123456789"): name for name in reversed(ordered)}
        return Examples(tuple(reversed(kinds.values()))[:_EXAMPLES], pattern)

    async def is_a_name(self, text: str) -> bool:
        """Return whether a SIM is called so: then it is meant, whatever else the words say."""
        await self._directory.ready(self._patience)
        return any(self._directory.exact(name) for name in {text, strip_punctuation(text)})

    def asked(self, text: str) -> FleetQuery | MisreadQuery | None:
        """Read a question as `parse_fleet_query` does; beside an account's name it is of that one.

        `acme/pump-*`, `acme/offline` and `offline acme`.
        """
        whole, words, accounts = parse_fleet_query(text), list[str](), set[str]()
        for word in plain_pattern(text).split():
            account, rest = self._of_account(word.strip(_AROUND)) or (None, word)
            accounts.update(filter(None, [account]))
            words += [rest] if rest else []
            if account and not rest and isinstance(whole, FleetQuery):
                return whole  # `on acme` is a network
        narrow = parse_fleet_query(" ".join(words)) if len(accounts) == 1 else None
        if isinstance(narrow, FleetQuery):
            return replace(narrow, account=accounts.pop())
        return whole

    def narrowed(self, query: FleetQuery) -> FleetQuery:
        """Return the question about one account where its pattern stands behind that one's name."""
        found = account_in(query.pattern or "", self._directory.accounts)
        return replace(query, account=found[0], pattern=found[1]) if found else query

    def _of_account(self, word: str) -> tuple[str, str] | None:
        accounts = self._directory.accounts
        whole = name_key(word) if name_key(word) in accounts else None
        return (whole, "") if whole else account_in(word, accounts)

    async def matching(
        self, query: FleetQuery, *, redacts: bool, most: int | None = None
    ) -> MeantSims:
        """Return the SIMs to look at. Raises NoneMeant, ListUnread and KoreError."""
        most = most or self._most
        if query.account:
            kore = self._kore.only(frozenset({query.account}))
            narrow = FleetList(kore, self._directory.only(query.account), patience=self._patience)
            return await narrow.matching(replace(query, account=None), redacts=redacts, most=most)
        if query.plan:
            return await self._on_plan(
                query.plan, _fits(query.pattern or "*", redacts=redacts), most
            )
        if not await self._directory.whole(self._patience):
            raise self._directory.unread
        pattern = query.pattern
        fits = _fits(pattern, redacts=redacts) if pattern and pattern.strip("*") else None
        sids = await self._directory.sids(fits, most=most + 1)
        if not sids:
            raise await self._no_such_name(query.pattern or "*", redacts=redacts)
        few = sids if len(sids) <= most else ()
        return MeantSims(few, missing=self._directory.missing)

    async def _on_plan(self, plan: str, fits: Callable[[str], object], most: int) -> MeantSims:
        found, plan_sid, unread = list[str](), None, dict[str, KoreError]()
        for account in self._kore.parts():
            try:
                async for sim in self._kore.only(frozenset({account})).sims(rate_plan=plan):
                    plan_sid = plan_sid or sim.rate_plan_sid
                    names = filter(None, (sim.unique_name, sim.friendly_name, sim.sid))
                    if any(fits(name_key(name)) for name in names):
                        found.append(sim.sid)
                    if len(found) > most:
                        return MeantSims((), plan_sid)
            except ABSENT:
                continue
            except KoreError as error:
                unread[account] = error
        if found:
            return MeantSims(tuple(found), plan_sid, tuple(unread))
        if unread:
            raise next(iter(unread.values()))
        hint = "Give its SID (WP…) or its unique name."
        raise NoneMeant(f"None of these SIMs is on a rate plan {quoted(plan)}. {hint}")

    async def _no_such_name(self, pattern: str, *, redacts: bool) -> NoneMeant:
        near = () if redacts else await self._directory.search(pattern.strip("*?"), _OFFERED)
        hint = f" The nearest name is {quoted(near[0].name)}." if near else ""
        said = f"None of {self._directory.listed.count} SIMs is called {quoted(pattern)}."
        error = NoneMeant(said + hint)
        error.nameless = f"{said} Did you mean one of the candidates?" if near else said
        error.candidates = near
        return error


def _fits(pattern: str, *, redacts: bool) -> Callable[[str], object]:
    """Return what tells whether a name fits, as far as the asker may see of it."""
    fits, hider = matcher(pattern), Redactor(())
    return (lambda name: fits(hider.text(name))) if redacts else fits


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


class AccountViews:
    """The views of all sets of accounts; `make` makes one that is wanted.

    `names` are all accounts, `labels` what people call them where that is another. One account may
    have no name, which is "". `unnamed` is the account of a SIM that names none: with several there
    is no such SIM.
    """

    def __init__(
        self,
        names: frozenset[str],
        make: Callable[[frozenset[str], str | None], FleetView],
        labels: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.names = names
        self.labels = labels
        (self.unnamed,) = names if len(names) == 1 else ("",)
        self._make = make
        self._views: LRUCache[tuple[frozenset[str], str | None], FleetView] = LRUCache(MOST_VIEWS)

    def of(self, accounts: Iterable[str], default: str | None = None) -> FleetView:
        """Return the view of these accounts; a name alone means a SIM of the `default`.

        Raises NotAllowed where there is none of them.
        """
        wanted = self.names.intersection(accounts)
        if not wanted:
            raise NotAllowed(NOT_HERE)
        is_choice = len(self.names) > 1 and default in wanted
        known_as = wanted, default if is_choice else None
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
