"""The whole bot with two KORE accounts, for tests of who may see which.

Both have a SIM called pump-7, and their ICCIDs are one digit apart; vault-9 is Globex's alone.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.app.run import running_bot
from bot.clock import SystemClock
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.kore.cards import Card, iccid, imei
from bot.emulators.serve import serving
from bot.emulators.slack.people import BEN
from bot.slack.identity import bot_scopes
from tests.slack_rig import slack_side
from tests.whole_bot import Whole, in_a_folder, settings_for

ACME, GLOBEX = "acme", "globex"
PUMP = Card("pump-7", 1001, known_sid=f"DE{'a' * 31}1")
TRUCK = Card("truck-42", 1003, known_sid=f"DE{'a' * 31}2")
THEIR_PUMP = Card("pump-7", 1002, "Pump of theirs", known_sid=f"DE{'b' * 31}1")
VAULT = Card("vault-9", 1004, "Vault of theirs", known_sid=f"DE{'b' * 31}2")
CHANNEL, THEIRS = "C0FLEETOP", "G0ONCALL1"

SECRETS = (
    GLOBEX,
    THEIR_PUMP.sid,
    VAULT.sid,
    VAULT.name,
    "of theirs",
    *(iccid(card.serial) for card in (THEIR_PUMP, VAULT)),
    *(imei(card.serial) for card in (THEIR_PUMP, VAULT)),
)
"""All by which Globex and its SIMs are known."""
APART = {"acme": {"channels": CHANNEL}, "globex": {"channels": THEIRS, "users": BEN.id}}


@dataclass(frozen=True, slots=True)
class Two:
    """The bot, with the stand-in of each account."""

    whole: Whole
    acme: KoreApi
    globex: KoreApi

    def sent(self) -> str:
        """All that the bot has sent to Slack so far."""
        api = self.whole.slack.api
        return "\n".join(f"{call.method} {call.args}" for call in api.calls)


def an_account(cards: Iterable[Card]) -> KoreApi:
    """Return a stand-in with these SIMs; each was online until an hour ago."""
    kore = KoreApi(SystemClock())
    now = SystemClock().now()
    for card in cards:
        sessions = [
            card.session(now - timedelta(hours=start), now - timedelta(hours=start - 1))
            for start in (2, 5, 9)
        ]
        kore.add(card.sim(now, rate_plan_sid=None), sessions)
    return kore


def account(kore: KoreApi, url: str, **rules: str) -> dict[str, str]:
    """Return what the settings say of an account."""
    return {
        "client_id": kore.client_id,
        "client_secret": kore.client_secret,
        "api_url": url,
        "token_url": url + TOKEN_PATH,
        **rules,
    }


@asynccontextmanager
async def two_accounts(
    acme: dict[str, str] | None = None, globex: dict[str, str] | None = None, **changes: Any
) -> AsyncIterator[Two]:
    """Run the bot with both; `acme` and `globex` say who may see which."""
    clock = SystemClock()
    ours, theirs = an_account((PUMP, TRUCK)), an_account((THEIR_PUMP, VAULT))
    async with (
        in_a_folder() as folder,
        serving(ours.app) as our_url,
        serving(theirs.app) as their_url,
        slack_side(clock) as slack,
    ):
        slack.api.scopes |= {*bot_scopes()[0], "usergroups:read", "im:history"}
        accounts = {
            ACME: account(ours, our_url, **(acme or {})),
            GLOBEX: account(theirs, their_url, **(globex or {})),
        }
        of_one = {"kore_client_id": None, "kore_client_secret": None}
        store = {"data_dir": folder, "data_may_be_lost": True}
        settings = settings_for(
            slack, ours, our_url, kore_accounts=accounts, **(of_one | store | changes)
        )
        async with running_bot(settings) as bot:
            for name in (ACME, GLOBEX):
                await bot.services.views.of({name}).directory.refresh()
            yield Two(Whole(bot, ours, slack), ours, theirs)


def leaks(two: Two, typed: str, said: str = "") -> list[str]:
    """Return what of Globex stands in what was sent, but for what was typed."""
    sent = f"{two.sent()} {said}".lower()
    return [each for each in SECRETS if each.lower() in sent and each.lower() not in typed.lower()]
