"""Nothing is answered twice: not by this process, nor by another replica or after a restart.

Slack sends an event up to four times, out of order, and late after an outage; one message can come
as two events (a mention, and the message itself).
"""

import asyncio
import logging
import re

from bot.errors import BotError
from bot.services import Deduplication
from handlers.payloads import Body, part

log = logging.getLogger(__name__)
_TIME = re.compile(r"\d{1,12}(?:\.\d{1,9})?")


CLAIM_SECONDS = 1.0
REMEMBERED_SECONDS = 2 * 3600.0
MOST_LATE = 600.0
"""Seconds after which nobody waits for an answer in a thread any more: it would come in between
what is said there by then. Slack's own last retry comes after some 5 minutes."""


async def is_first(
    key: str, deduplication: Deduplication, *, within: float = REMEMBERED_SECONDS
) -> bool:
    """Claim what `key` names; return whether nobody had it `within` so many seconds.

    A store that is down or slow is no reason not to answer: then this process alone decides.
    """
    if deduplication.recent.before(key):
        return False
    try:
        async with asyncio.timeout(CLAIM_SECONDS):
            return await deduplication.seen.claim(key, within)
    except (BotError, TimeoutError) as error:
        log.warning("not-claimed", extra={"why": type(error).__name__})
        return True


def is_late(body: Body, deduplication: Deduplication) -> bool:
    """Return whether an event is too old to be answered, and log it; one without a time is not."""
    stamps = (body.get("event_time"), part(body, "event").get("event_ts"))
    times = [float(str(each)) for each in stamps if _TIME.fullmatch(str(each))]
    age = deduplication.clock.now().timestamp() - min(times, default=float("inf"))
    if age < MOST_LATE:
        return False
    log.warning("too-late", extra={"age_seconds": round(age)})
    deduplication.metrics.received("event", "late")
    return True
