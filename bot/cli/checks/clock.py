"""Whether this machine's clock agrees with the other side's `Date` header."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.cli.checks.check import Check, failed, skipped, well
from bot.clock import Clock

PATIENCE_SECONDS = 10
TOLERANCE_SECONDS = 60  # Slack refuses what is signed 5 min off; tokens expire by the clock too


async def clock_check(whose: str, url: str, clock: Clock) -> Check:
    """Ask `url` for anything and compare its `Date` with the middle of the asking."""
    name = f"clock against {whose}"
    before = clock.now()
    try:
        date = await _date(url)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return skipped(name, f"no answer ({type(error).__name__})")
    if date is None:
        return skipped(name, "the answer carries no Date")
    return compared(name, before + (clock.now() - before) / 2, date)


def compared(name: str, ours: datetime, theirs: datetime) -> Check:
    """Return a check of how far two times are apart; `Date` has whole seconds."""
    off = round((ours - theirs).total_seconds())
    if abs(off) <= TOLERANCE_SECONDS:
        return well(name, f"{abs(off)} s apart")
    word = "ahead" if off > 0 else "behind"
    return failed(name, f"{abs(off)} s {word}", "let NTP set this machine's clock")


async def _date(url: str) -> datetime | None:
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        date = answer.headers.get("Date")
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except ValueError:
        return None
