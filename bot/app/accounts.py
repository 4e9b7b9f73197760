"""Opens what asks KORE: for each account a client and its list of SIMs, and the views of them."""

import asyncio
import dataclasses
import logging
import weakref
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from types import MappingProxyType

from bot.clock import Clock
from bot.digests.archive import Archive
from bot.errors import BotError
from bot.kore.accounts import AccountIndex, AccountsClient
from bot.kore.client import CachePolicies, KoreClient
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.limits import RESERVE
from bot.kore.requester import RetryPolicy
from bot.ops.metrics import Metrics
from bot.ops.tasks import start_background
from bot.sessions.fetch import AllowanceReader
from bot.sessions.fleet import AccountViews, FleetList, FleetView
from bot.sessions.lookup import SessionLookup
from bot.sessions.news_ages import NewsAges
from bot.sessions.peers import MOST_QUICK, Peers, ScanPeers
from bot.setting_entries import AccountSettings, revealed
from bot.settings import Settings
from bot.sims.accounts import AccountsResolver, JoinedDirectory
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from bot.sims.spotter import SimSpotter
from bot.slack.access import UNNAMED
from bot.store.channels import AccountRows
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.rate_limit import SharedRate
from bot.store.scans import ScanRows
from bot.struct import Struct, replace

PATIENCE_SECONDS = 2.0
CLAIM_AGAIN_SECONDS = 30.0
QUICK_SECONDS = 5.0
"""How long a look at a neighbour waits for its plan and usage, behind whoever else asks."""
log = logging.getLogger(__name__)


def kore_configs(settings: Settings) -> dict[str, KoreConfig]:
    """Return what each account's client is opened with, by name.

    Raises SettingsError where there is neither an account nor its credentials.
    """
    usual = _usual(settings)
    return {each.name: _of(each, usual) for each in settings.several} or {UNNAMED: usual}


def _of(account: AccountSettings, usual: KoreConfig) -> KoreConfig:
    return dataclasses.replace(
        usual,
        api_url=account.api_url or usual.api_url,
        token_url=account.token_url or usual.token_url,
        client_id=account.client_id,
        client_secret=revealed(account.client_secret),
        access_token=revealed(account.access_token),
        at_once=account.at_once or usual.at_once,
        per_second=account.per_second or usual.per_second,
        account=account.name,
    )


def _usual(settings: Settings) -> KoreConfig:
    return KoreConfig(
        api_url=settings.kore_api_url,
        token_url=settings.kore_token_url,
        client_id=settings.kore_client_id,
        client_secret=revealed(settings.kore_client_secret),
        access_token=revealed(settings.kore_access_token),
        connect_timeout=settings.kore_connect_timeout,
        read_timeout=settings.kore_read_timeout,
        at_once=settings.kore_at_once,
        per_second=settings.kore_per_second,
        retry=RetryPolicy(tries=settings.kore_tries, budget=settings.kore_budget),
        cache_policies=_cache_policies(settings),
    )


def _cache_policies(settings: Settings) -> CachePolicies:
    usual = CachePolicies()
    sessions, sims = settings.sessions_ttl, settings.sims_ttl
    keep = max(settings.stale_for, sessions, sims)
    return replace(
        usual,
        sims=replace(usual.sims, fresh_for=sims, keep_for=keep),
        data_sessions=replace(usual.data_sessions, fresh_for=sessions, keep_for=keep),
    )


class AccountStacks:
    """The clients and the lists of SIMs of all accounts, by name.

    A resolver waits `patience` seconds for a first list. With one account nothing stands between it
    and whoever asks.
    """

    def __init__(
        self,
        clients: Mapping[str, KoreClient],
        directories: Mapping[str, SimDirectory],
        clock: Clock,
        *,
        patience: float = PATIENCE_SECONDS,
        labels: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.names = frozenset(clients)
        self.labels = labels
        self.directories = dict(directories)
        self._clock = clock
        self._patience = patience
        self.client = (
            next(iter(clients.values()))
            if len(clients) == 1
            else AccountsClient(clients, AccountIndex(self._account_of), labels)
        )

    def directory(self, client: KoreClient, default: str | None = None) -> SimDirectory:
        """Return the list of SIMs of the accounts that a client reaches."""
        if not isinstance(client, AccountsClient):
            return next(iter(self.directories.values()))
        parts = {name: self.directories[name] for name in client.parts()}
        return JoinedDirectory(parts, client, self._clock, default=default)

    def resolver(self, client: KoreClient, default: str | None = None) -> SimResolver:
        """Return what finds SIMs in the accounts that a client reaches."""
        directory = self.directory(client, default)
        if not (isinstance(client, AccountsClient) and isinstance(directory, JoinedDirectory)):
            return SimResolver(client, directory, self._clock, patience=self._patience)
        return AccountsResolver(
            client,
            directory,
            self._clock,
            lambda account: self.resolver(client.only(frozenset({account}))),
            patience=self._patience,
            default=default,
        )

    async def aclose(self) -> None:
        """Close all of it."""
        await asyncio.gather(*(each.aclose() for each in self.directories.values()))
        await self.client.aclose()

    def _account_of(self, sid: str) -> str | None:
        listed = self.directories.items()
        return next((name for name, directory in listed if directory.has(sid)), None)


def open_stacks(
    settings: Settings,
    clock: Clock,
    metrics: Metrics | None = None,
    store: Database | None = None,
    *,
    patience: float = PATIENCE_SECONDS,
) -> AccountStacks:
    """Open the client and the list of SIMs of each account; nothing is asked yet."""
    clients, directories = dict[str, KoreClient](), dict[str, SimDirectory]()
    configs = kore_configs(settings)
    for name, config in configs.items():
        observer = metrics.of_account(name) if metrics else None
        rate = _shared_rate(settings, config, clock, store) if store else None
        clients[name] = open_kore(config, clock, observer=observer, shared_rate=rate)
        directories[name] = SimDirectory(
            clients[name],
            clock,
            refresh_every=settings.directory_refresh,
            account=name if len(configs) > 1 else None,
        )
    labels = {each.name: each.label for each in settings.several if each.label}
    return AccountStacks(clients, directories, clock, patience=patience, labels=labels)


class KoreAccess(Struct):
    """What asks KORE: `client` reaches all accounts, a view those that somebody may see."""

    client: KoreClient
    views: AccountViews
    resolver: Callable[[KoreClient], SimResolver]


def open_access(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    stack: AsyncExitStack,
    *,
    store: Database,
    ages: NewsAges,
) -> KoreAccess:
    """Open KORE's clients and read the lists of SIMs in the background."""
    stacks = open_stacks(settings, clock, metrics, store)
    stack.push_async_callback(stacks.aclose)
    if settings.several:
        start_background(stack, _claim(settings.several[0].name, store, clock), "account-claim")
    for name, directory in stacks.directories.items():
        start_background(stack, directory.run(), f"sim-directory {name}".strip())
    quick = stacks.client.in_background(at_once=MOST_QUICK)
    stack.push_async_callback(quick.aclose)
    made = weakref.WeakValueDictionary[frozenset[str], Peers]()
    stack.push_async_callback(_close_all, made)
    parts = _Parts(settings, clock, metrics, store, ages, stacks, quick, made)
    views = AccountViews(stacks.names, partial(_view, parts=parts), stacks.labels)
    return KoreAccess(stacks.client, views, stacks.resolver)


async def _claim(account: str, store: Database, clock: Clock) -> None:
    """Give what was kept before accounts had names to the first; until then nobody sees it."""
    while True:
        try:
            await AccountRows(store).claim(account)
        except BotError as error:
            log.info("accounts-not-claimed", extra={"why": error.kind})
            await clock.sleep(CLAIM_AGAIN_SECONDS)
        else:
            return


class _Parts(Struct):
    """What each view is made of; `quick` asks behind all who wait, `made` are to be closed."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    store: Database
    ages: NewsAges
    stacks: AccountStacks
    quick: KoreClient
    made: "weakref.WeakValueDictionary[frozenset[str], Peers]"


def _view(accounts: frozenset[str], default: str | None, parts: _Parts) -> FleetView:
    """Make the view of these accounts; a name alone means a SIM of the `default`."""
    stacks, clock, settings = parts.stacks, parts.clock, parts.settings
    client = stacks.client.only(accounts)
    resolver = stacks.resolver(client, default)
    directory, peers = stacks.directory(client, default), _peers(accounts, parts)
    sessions = SessionLookup(
        client,
        resolver,
        clock,
        settings.thresholds,
        allowances=AllowanceReader(
            client, clock, kept_days=Archive(parts.store, settings.thresholds)
        ),
        rule_broke=parts.metrics.rule_broke,
        ages=parts.ages,
        peers=peers.of,
    )
    return FleetView(
        accounts=accounts,
        client=client,
        directory=directory,
        resolver=resolver,
        sessions=sessions,
        fleet=FleetList(client, directory),
        spotter=SimSpotter(directory, resolver.known_sid),
        peers=peers,
    )


def _peers(accounts: frozenset[str], parts: _Parts) -> Peers:
    """Return what knows other SIMs of these accounts, and looks at a few behind all who wait.

    Those who ask for the same accounts compare with the same SIMs.
    """
    if known := parts.made.get(accounts):
        return known
    behind = parts.quick.only(accounts)
    quick = SessionLookup(
        behind,
        parts.stacks.resolver(behind),
        parts.clock,
        parts.settings.thresholds,
        allowances=AllowanceReader(behind, parts.clock, QUICK_SECONDS),
        sparing=True,
        ages=parts.ages,
    )
    runs, rows = DigestRuns(parts.store), ScanRows(parts.store)
    scan = ScanPeers(runs, rows, parts.clock, accounts)
    peers = Peers(parts.clock, scan, quick.look_up, parts.stacks.directory(behind))
    parts.made[accounts] = peers
    return peers


async def _close_all(made: Mapping[frozenset[str], Peers]) -> None:
    await asyncio.gather(*(peers.aclose() for peers in tuple(made.values())))


def _shared_rate(
    settings: Settings, config: KoreConfig, clock: Clock, store: Database
) -> SharedRate | None:
    """Return the rate of scans and watches over all processes on one store; None for one alone."""
    if config.per_second is None or not (store.is_postgres or settings.workers):
        return None
    bucket = f"kore {config.client_id or config.account or 'token'}"
    return SharedRate(store, clock, bucket, config.per_second * (1 - RESERVE))
