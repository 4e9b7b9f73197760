"""Puts the MCP server together from its settings, and serves it.

It is a process of its own: the bot does not import this, nor the SDK.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.app.accounts import open_access
from bot.app.bot import wait_for_end
from bot.app.jobs import make_incidents
from bot.app.resources import open_audit, open_news_ages, open_store
from bot.app.run import install_signal_handlers, open_server, run_process
from bot.clock import SystemClock
from bot.diagnosis.thresholds import Thresholds
from bot.digests.archive import Archive, FleetScans
from bot.digests.subscriptions import EveryDigest, Subscriptions
from bot.errors import StartError
from bot.mcp.lookups import AgentServices, Caller, ResultPages
from bot.mcp.server import make_server
from bot.mcp.transports import LOOPBACK, PATH, HttpAccess, http_app, serve_stdio, who_by_token
from bot.ops.http import http_server
from bot.ops.metrics import Metrics
from bot.ops.tasks import cancel_and_wait
from bot.settings import Settings
from bot.slack.access import UserRateLimit
from bot.store.database import Database
from bot.store.digest_runs import DigestRuns
from bot.store.jobs import JobQueue

NOT_BY_ACCOUNT = (
    "SIMSESSIONS_MCP_TOKENS: while an account's channels, users or groups say who may see it, each "
    "token names its accounts: oncall:acme=…"
)
NO_TOKENS = "SIMSESSIONS_MCP_TOKENS: missing; name who may ask: oncall=<32 characters or more>"
NO_SUCH_OPTION = (
    "SIMSESSIONS_MCP_TOKENS: {} is neither `redact` nor the name of an account in KORE_ACCOUNTS"
)
log = logging.getLogger(__name__)


@asynccontextmanager
async def agent_services(settings: Settings) -> AsyncIterator[AgentServices]:
    """Open what the tools use. Raises StartError where the store's settings are at fault."""
    clock, metrics = SystemClock(), Metrics()
    async with AsyncExitStack() as stack:
        store = await open_store(settings, clock, metrics, stack)
        ages = open_news_ages(store, clock, stack)
        views = open_access(settings, clock, metrics, stack, store=store, ages=ages).views
        yield AgentServices(
            views=views,
            scans=_scans(store, settings.thresholds),
            archive=Archive(store, settings.thresholds),
            incidents=make_incidents(store, JobQueue(store)),
            rate_limit=UserRateLimit(settings.lookups_per_minute, clock),
            audit=open_audit(settings, clock, metrics, stack, store=store, account=views.unnamed),
            pages=ResultPages(clock),
            clock=clock,
            thresholds=settings.thresholds,
        )


def _scans(store: Database, limits: Thresholds) -> FleetScans:
    digests = EveryDigest(Subscriptions(store, JobQueue(store)), DigestRuns(store))
    return FleetScans(digests, store, limits)


def run_stdio(settings: Settings, version: str, *, redacts: bool) -> None:
    """Serve one client over standard input and output, logs on stderr. Raises BotError."""
    caller = Caller("stdio", redacts=redacts)

    async def serve(stopped: asyncio.Event) -> None:
        async with agent_services(settings) as services:
            server = make_server(services, lambda _: caller, version)
            install_signal_handlers(stopped)
            serving = asyncio.create_task(serve_stdio(server))
            try:
                await wait_for_end(stopped, serving)
            finally:
                await cancel_and_wait(serving)

    run_process(settings, serve)


def run_http(settings: Settings, version: str, *, host: str, port: int) -> None:
    """Serve agents that have a token over HTTP, until a signal. Raises BotError."""
    if not settings.mcp_tokens:
        raise StartError(NO_TOKENS)
    known = {account.name for account in settings.several}
    if wrong := sorted({each for token in settings.mcp_tokens for each in token.accounts} - known):
        raise StartError(NO_SUCH_OPTION.format(", ".join(wrong)))
    is_open = all(account.rule.is_open for account in settings.several)
    if not (is_open or all(token.accounts for token in settings.mcp_tokens)):
        raise StartError(NOT_BY_ACCOUNT)

    async def serve(stopped: asyncio.Event) -> None:
        async with serving_http(settings, version, host=host, port=port) as listening:
            log.info("ready", extra={"host": host, "port": listening, "path": PATH})
            install_signal_handlers(stopped)
            await stopped.wait()

    run_process(settings, serve)


@asynccontextmanager
async def serving_http(
    settings: Settings, version: str, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[int]:
    """Serve while the block lasts; yield the port. Raises StartError where it is taken."""
    callers = {
        token.secret.get_secret_value(): Caller(token.name, token.redacts, token.accounts)
        for token in settings.mcp_tokens
    }
    access = HttpAccess(callers, LOOPBACK | settings.mcp_hosts, settings.mcp_origins)
    async with agent_services(settings) as services, AsyncExitStack() as stack:
        server = make_server(services, who_by_token(callers.values()), version)
        app = await stack.enter_async_context(http_app(server, access))
        web, fault = http_server(app, host, port), f"cannot listen on {host}:{port}"
        yield await open_server(web, stack, fault, "choose another --port or --host")
