"""Several accounts at the stand-ins: a fleet of its own for each beside the first, and settings.

Each has a SIM called as one of the first account's, so that the name alone is a choice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.clock import Clock
from bot.demo.stories.story import DAY, HOUR, WARNING, WELL, Story, all_stories, story
from bot.diagnosis.evidence import State
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.kore.cards import Card, sid
from bot.emulators.kore.http import Row
from bot.emulators.slack.people import ANA, BEN, CHLOE

OWN, PARTNER = "acme", "globex"
MOST = 10
PARTNER_CHANNEL = "C0PARTNER"
RULES = {
    "KORE_ACME_LABEL": "Acme IoT",
    "KORE_ACME_CHANNELS": "C0FLEETOP,C0GENERAL",
    "KORE_ACME_USERS": f"{ANA.id},{BEN.id},{CHLOE.id}",
    "KORE_GLOBEX_LABEL": "Globex Shipping",
    "KORE_GLOBEX_CHANNELS": f"C0FLEETOP,{PARTNER_CHANNEL}",
    "KORE_GLOBEX_USERS": f"{ANA.id},{BEN.id}",
}
"""Who may see which of the demo's two: Chloé one, all in #partner-shared the other."""
_FIRST_SERIAL = 5_000
_SIMS = ("pump-7", "reefer-1", "reefer-2", "reefer-3", "barge-9")
_SILENT = {"reefer-3": 70, "barge-9": 90}
"""Hours since these were last online."""


def account_names(count: int) -> tuple[str, ...]:
    """Return the names of so many accounts, the demo's own first."""
    return (OWN, PARTNER, *(f"account-{number}" for number in range(3, count + 1)))[:count]


def open_accounts(clock: Clock, count: int, sims: int) -> dict[str, KoreApi]:
    """Return so many stand-ins by name, each with its own credentials and `sims` SIMs more."""
    return {
        name: KoreApi(
            clock,
            name=name if count > 1 else "sandbox",
            stories=partner_stories(name, seed) if seed > 1 else all_stories(),
            sims=sims,
            seed=seed,
        )
        for seed, name in enumerate(account_names(count), 1)
    }


def kore_settings(accounts: Mapping[str, KoreApi], urls: Sequence[str]) -> dict[str, str]:
    """Return what leads a bot to accounts, by name, and where they listen, in the same order.

    The only one needs no name.
    """
    several = len(accounts) > 1
    told = {"KORE_ACCOUNTS": ",".join(accounts)} if several else {}
    for (name, api), url in zip(accounts.items(), urls, strict=True):
        prefix = f"KORE_{name.upper().replace('-', '_')}_" if several else "KORE_"
        told |= settings_of(api, url, prefix)
    return told


def settings_of(api: KoreApi, url: str, prefix: str = "KORE_") -> dict[str, str]:
    """Return what leads a bot to one account, and where it listens."""
    return {
        f"{prefix}API_URL": url,
        f"{prefix}TOKEN_URL": f"{url}{TOKEN_PATH}",
        f"{prefix}CLIENT_ID": api.client_id,
        f"{prefix}CLIENT_SECRET": api.client_secret,
    }


def partner_stories(account: str, number: int = 2) -> tuple[Story, ...]:
    """Return the SIMs of an account that is not the first, which is told by its number."""
    return tuple(
        _story(
            Card(name, _FIRST_SERIAL + 100 * number + place, None, sid("DE", f"{account} {name}"))
        )
        for place, name in enumerate(_SIMS)
    )


def _story(card: Card) -> Story:
    title, silent = f"A partner's {card.name}", _SILENT.get(card.name)
    if silent is None:
        return story(card, title, State.ONLINE, WELL)(Card.always_on)

    @story(card, title, State.OFFLINE, {"gone_silent": WARNING})
    def gone(card: Card, now: datetime) -> list[Row]:
        return card.rhythm(now - silent * HOUR, every=DAY, lasting=0.9 * DAY)

    return gone
