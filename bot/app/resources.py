"""What a bot and a worker both need: the store, KORE, Slack's Web API, and the queue."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp

from bot.alerts.webhook import Webhooks
from bot.app.accounts import KoreAccess, open_access
from bot.clock import Clock
from bot.errors import StartError
from bot.ops.metrics import Metrics
from bot.ops.tasks import WorkerThread, start_background
from bot.sessions.news_ages import NewsAges
from bot.sessions.questions import Audit
from bot.setting_entries import revealed
from bot.settings import Settings
from bot.slack.access import Access, AccountRule, Authorizer, Policies
from bot.slack.client import SlackClient
from bot.slack.directory import Channels, People, UserGroups
from bot.slack.identity import Identity, identify
from bot.store.database import Database, Reconnector
from bot.store.errors import StoreDenied, StoreError, StoreMissing
from bot.store.jobs import JobQueue
from bot.store.location import (
    FILE_NAME,
    SQLITE,
    nearest_folder,
    usual_folder,
    without_password,
    write_fault,
)
from bot.store.lookups import Lookups, NewsAgeRows
from bot.store.schedules import Schedules
from bot.struct import Struct

PATIENCE_SECONDS = 2.0
MAY_BE_LOST = "SIMSESSIONS_DATA_MAY_BE_LOST=yes"


class Resources(Struct):
    """Each is open; the stack it was opened on closes it."""

    settings: Settings
    clock: Clock
    session: aiohttp.ClientSession
    metrics: Metrics
    slack: SlackClient
    identity: Identity
    access: Access
    authorizer: Authorizer
    store: Database
    queue: JobQueue
    schedules: Schedules
    kore: KoreAccess
    ages: NewsAges
    executor: WorkerThread
    webhooks: Webhooks

    def notes(self) -> tuple[str, ...]:
        """Return what is wrong though look-ups still work."""
        return (f"store: {self.store.trouble.sentence}",) if self.store.trouble else ()


async def open_resources(
    settings: Settings,
    clock: Clock,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    stack: AsyncExitStack,
) -> Resources:
    """Open all of it. Raises StartError and SlackLost."""
    slack = SlackClient(
        session,
        clock,
        token=revealed(settings.slack_bot_token) or "",
        api_url=settings.slack_api_url,
        observer=metrics,
    )
    store = await open_store(settings, clock, metrics, stack)
    identity = await identify(slack)
    access = Access(
        home=identity.team,
        teams=settings.allowed_teams,
        users=settings.allowed_users,
        channels=settings.allowed_channels,
        groups=settings.allowed_groups,
        enterprise=identity.enterprise,
    )
    queue, executor = JobQueue(store), WorkerThread()
    ages = open_news_ages(store, clock, stack)
    kore = open_access(settings, clock, metrics, stack, store=store, ages=ages)
    stack.push_async_callback(executor.aclose)
    return Resources(
        settings=settings,
        clock=clock,
        session=session,
        metrics=metrics,
        slack=slack,
        identity=identity,
        access=access,
        authorizer=_open_authorizer(settings, access, slack, clock, stack),
        store=store,
        queue=queue,
        schedules=Schedules(store, queue),
        kore=kore,
        ages=ages,
        executor=executor,
        webhooks=Webhooks(
            {target.name: target for target in settings.webhooks},
            clock,
            internal=settings.webhooks_internal,
        ),
    )


def open_audit(  # noqa: PLR0913 -- what it is put together from
    settings: Settings,
    clock: Clock,
    metrics: Metrics,
    stack: AsyncExitStack,
    *,
    store: Database,
    account: str,
) -> Audit:
    """Return the audit; its rows are written in the background, and at the end.

    A SIM that names no account is of `account`.
    """
    retention = settings.audit_retention
    audit = Audit(Lookups(store), clock, metrics, retention=retention, account=account)
    stack.push_async_callback(audit.aclose)
    start_background(stack, audit.run(), "audit")
    return audit


def _open_authorizer(
    settings: Settings, access: Access, slack: SlackClient, clock: Clock, stack: AsyncExitStack
) -> Authorizer:
    """Read the user groups in the background; what is asked of Slack ends with the stack."""
    rules = tuple(each.rule for each in settings.several) or (AccountRule(),)
    groups = UserGroups(
        slack, clock, settings.allowed_groups.union(*(rule.groups for rule in rules))
    )
    start_background(stack, groups.run(), "user-groups")
    policies = Policies(settings.guests, settings.shared_channels)
    people, channels = People(slack, clock), Channels(slack, clock)
    authorizer = Authorizer(access, people, channels, groups, policies, accounts=rules)
    stack.push_async_callback(authorizer.aclose)
    return authorizer


def open_news_ages(store: Database, clock: Clock, stack: AsyncExitStack) -> NewsAges:
    """Return what learns how old news may be, and saves it in the background."""
    ages = NewsAges(NewsAgeRows(store))
    start_background(stack, ages.run(clock), "news-ages")
    return ages


def store_url(settings: Settings) -> str:
    """Return the store's URL: the one that is set, or of a file in the data folder."""
    if settings.database_url:
        return settings.database_url.get_secret_value()
    return f"{SQLITE}{data_folder(settings) / FILE_NAME}"


def data_folder(settings: Settings) -> Path:
    """Return the folder of what is kept on this machine's disk."""
    url = revealed(settings.database_url)
    if url and url.startswith(SQLITE):
        return Path(url.removeprefix(SQLITE)).parent
    xdg = os.environ.get("XDG_DATA_HOME", "")
    folder = settings.data_dir or usual_folder(Path("~").expanduser(), xdg)
    return folder.expanduser().absolute()


def make_database(settings: Settings) -> Database:
    """Return the database, not yet open. Raises StartError where its file could not last."""
    url = store_url(settings)
    if url.startswith(SQLITE) and not settings.data_may_be_lost:
        _refuse(Path(url.removeprefix(SQLITE)), _named_by(settings))
    return Database(url)


def _refuse(file: Path, setting: str) -> None:
    """Raise StartError, naming the setting, where a file cannot last or be written."""
    if why := write_fault(file):
        mend = f"set another, or {MAY_BE_LOST} if that is meant"
        fault = f"{setting}: {why}; {mend}"
        raise StartError(fault)


async def open_store(
    settings: Settings, clock: Clock, metrics: Metrics, stack: AsyncExitStack
) -> Database:
    """Open the store while the rest starts; return it, ready or not.

    Raises StartError where the settings are at fault. For all else there is `Reconnector`.
    """
    database = make_database(settings)
    stack.push_async_callback(database.aclose)
    reconnector = Reconnector(database, clock, metrics)
    opening = start_background(stack, reconnector.open(), "store-opening")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.shield(opening)
    except TimeoutError:
        opening.add_done_callback(lambda done: done.cancelled() or done.exception())  # retrieved
    except StoreDenied as error:
        raise StartError(denied_sentence(settings, error)) from error
    start_background(stack, reconnector.run(), "store-reconnecting")
    return database


@asynccontextmanager
async def existing_store(settings: Settings) -> AsyncIterator[Database]:
    """Return the open store for a command of the terminal, which makes none where there is none.

    Raises StartError and StoreError.
    """
    database, url = make_database(settings), store_url(settings)
    try:
        if _is_missing_file(url) or await database.revision() is None:
            raise StoreMissing(without_password(url))
        await database.prepare()
        yield database
    except StoreDenied as error:
        raise StartError(denied_sentence(settings, error)) from error
    finally:
        await database.aclose()


def _is_missing_file(url: str) -> bool:
    file = Path(url.removeprefix(SQLITE))
    with suppress(PermissionError):  # which opening it tells better
        return url.startswith(SQLITE) and not file.exists() and nearest_folder(file.parent).is_dir()
    return False


def denied_sentence(settings: Settings, error: StoreError) -> str:
    """Return which setting is wrong, and what the database server says of it."""
    said = str(error.__cause__ or error.sentence).strip().partition("\n")[0]
    return f"{_named_by(settings)}: the store does not let me in ({said}); set it anew"


def _named_by(settings: Settings) -> str:
    return "SIMSESSIONS_DATABASE_URL" if settings.database_url else "SIMSESSIONS_DATA_DIR"
