"""What a bot and a worker both stand on: the store, KORE, Slack's Web API, and the queue."""

from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
from pydantic import SecretStr

from bot.app.admitting import access, open_admission
from bot.app.kore_side import KoreSide, open_kore_side
from bot.app.store import keep_store
from bot.clock import Clock
from bot.ops.metrics import Metrics
from bot.ops.off_loop import OffLoop
from bot.settings import Settings
from bot.slack.access import Access
from bot.slack.admission import Admission
from bot.slack.client import SlackClient
from bot.slack.identity import Identity, identify
from bot.store.database import Database
from bot.store.jobs import JobQueue
from bot.store.schedules import Schedules


@dataclass(frozen=True, slots=True)
class Ground:
    """Each is open; the stack it was opened on closes it."""

    settings: Settings
    clock: Clock
    session: aiohttp.ClientSession
    metrics: Metrics
    slack: SlackClient
    identity: Identity
    lists: Access
    admission: Admission
    store: Database
    queue: JobQueue
    schedules: Schedules
    kore: KoreSide
    off_loop: OffLoop

    def notes(self) -> tuple[str, ...]:
        """Say what is amiss though look-ups go on."""
        return (f"store: {self.store.trouble.sentence}",) if self.store.trouble else ()


async def open_ground(
    settings: Settings,
    clock: Clock,
    session: aiohttp.ClientSession,
    metrics: Metrics,
    stack: AsyncExitStack,
) -> Ground:
    """Open all of it. Raises StartError and SlackLost."""
    slack = SlackClient(
        session,
        clock,
        token=revealed(settings.slack_bot_token),
        api_url=settings.slack_api_url,
        observer=metrics,
    )
    store = await keep_store(settings, clock, metrics, stack)
    identity = await identify(slack)
    lists, queue, off_loop = access(settings, identity), JobQueue(store), OffLoop()
    kore = await open_kore_side(settings, clock, metrics, stack, store)
    stack.push_async_callback(off_loop.aclose)
    return Ground(
        settings=settings,
        clock=clock,
        session=session,
        metrics=metrics,
        slack=slack,
        identity=identity,
        lists=lists,
        admission=open_admission(settings, lists, slack, clock, stack),
        store=store,
        queue=queue,
        schedules=Schedules(store, queue),
        kore=kore,
        off_loop=off_loop,
    )


def revealed(secret: SecretStr | None) -> str:
    """Give a secret's value; "" where there is none."""
    return secret.get_secret_value() if secret else ""
