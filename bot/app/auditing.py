"""The audit of look-ups, kept beside the running bot until all that was noted is in the store."""

import asyncio
from contextlib import AsyncExitStack

from bot.app.bot import cancelled
from bot.clock import Clock
from bot.ops.metrics import Metrics
from bot.sessions.audit import Audit
from bot.store.database import Database
from bot.store.lookups import Lookups


def open_audit(
    store: Database, clock: Clock, metrics: Metrics, stack: AsyncExitStack, *, retention: float
) -> Audit:
    """Give the audit; what is noted is written in the background, and at the end."""
    audit = Audit(Lookups(store), clock, metrics, retention=retention)
    stack.push_async_callback(audit.aclose)
    keeping = asyncio.create_task(audit.run(), name="audit")
    stack.push_async_callback(cancelled, keeping)
    return audit
