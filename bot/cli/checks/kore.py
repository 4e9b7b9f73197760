"""Whether KORE gives a token for our key, and whether that token may read SIMs."""

from bot.cli.checks.check import Check, failed, skipped, well
from bot.cli.exit_codes import ExitCode
from bot.clock import Clock
from bot.errors import BotError
from bot.kore.connect import open_kore
from bot.kore.errors import KoreDenied
from bot.settings import Need, Settings

NAME = "KORE key"
MEND_DENIED = (
    "in KORE's console give the API client Read on Programmable Wireless, "
    "or copy KORE_CLIENT_ID and KORE_CLIENT_SECRET again"
)
MEND_BEARER = (
    "put a new token into KORE_ACCESS_TOKEN, or leave it out and set KORE_CLIENT_ID and "
    "KORE_CLIENT_SECRET, with which tokens are renewed"
)
MEND_ELSE = "check KORE_API_URL, KORE_TOKEN_URL, proxy and firewall; then KORE's status page"


async def kore_check(settings: Settings, clock: Clock) -> Check:
    """Fetch a token and the first SIM."""
    if settings.missing(Need.KORE):
        return skipped(NAME, "no KORE_CLIENT_ID and KORE_CLIENT_SECRET")
    started = clock.monotonic()
    try:
        has_sims = await _has_sims(settings, clock)
    except BotError as error:
        return failed(NAME, error.sentence, _mend(error, settings), ExitCode.KORE)
    took = f"in {round(1000 * (clock.monotonic() - started))} ms"
    return well(NAME, f"SIMs can be read {took}" if has_sims else f"no SIM in this account, {took}")


def _mend(error: BotError, settings: Settings) -> str:
    if not isinstance(error, KoreDenied):
        return MEND_ELSE
    return MEND_BEARER if settings.kore_access_token else MEND_DENIED


async def _has_sims(settings: Settings, clock: Clock) -> bool:
    kore = open_kore(settings.kore_config(), clock)
    try:
        return await anext(kore.sims(), None) is not None
    finally:
        await kore.aclose()
