"""The whole bot between both stand-ins, in this loop, for tests that type and click."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app.bot import EVENTS_PATH, Bot
from bot.app.run import running_bot
from bot.clock import Clock, SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.serve import serving
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.messages import Message
from bot.sessions.fleet import AccountViews, FleetView
from bot.settings import Settings
from bot.slack.identity import bot_scopes
from bot.store.location import FILE_NAME
from tests.databases import migrated, quick_folder
from tests.slack_rig import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSide, slack_side

STORES: list[bytes] = []  # an empty one that is up to date: to make it is half of a bot's start


def the_view(view: FleetView) -> AccountViews:
    """Return what gives this view, whoever asks."""
    return AccountViews(view.accounts, lambda *_: view)


@dataclass(frozen=True, slots=True)
class Whole:
    """The bot, and the stand-ins on both sides of it."""

    bot: Bot
    kore: KoreApi
    slack: SlackSide

    @property
    def view(self) -> FleetView:
        """What may be asked by somebody who may see all accounts."""
        views = self.bot.services.views
        return views.of(views.names)

    async def type(self, text: str, *, user: str = "ana", channel: str = "#fleet-ops") -> Delivery:
        """Type /simsessions and wait until all answers are out."""
        delivery = await self.slack.workspace.command(user, channel, "/simsessions", text)
        await self.settle()
        return delivery

    async def click(
        self, message: Message, label: str, *, user: str = "ana", **forged: str
    ) -> Delivery:
        """Press what has this label, `forged` if need be, and wait until all answers are out."""
        block, element = find_button(message, label)
        action, options = element["action_id"], element.get("options", ())
        selected = next((o["value"] for o in options if o["text"]["text"] == label), None)
        delivery = await self.slack.workspace.click(
            user, message.ts, block["block_id"], action, **{"selected": selected} | forged
        )
        await self.settle()
        return delivery

    async def say(
        self, text: str, *, user: str = "ana", channel: str = "#fleet-ops", under: str | None = None
    ) -> Message:
        """Write, in a thread if `under` is a message's ts, and wait until all answers are out."""
        message = await self.slack.workspace.say(user, channel, text, under)
        await self.heard()
        return message

    async def heard(self) -> None:
        """Wait until every event is acked and answered."""
        await self.slack.api.dispatcher.settled()
        await self.settle()

    async def settle(self) -> None:
        """Wait until no answer is under way."""
        assert not await self.bot.services.tasks.drain(30)

    def window(self, user: str = "ana") -> dict[str, Any] | None:
        """The window that a person sees."""
        return self.slack.workspace.snapshot(user)["view"]

    def answer(self, user: str = "ana", channel: str = "#fleet-ops") -> Message:
        """The newest that a person sees of the bot's."""
        return self.slack.seen_by(user, channel)[-1]


def find_button(message: Message, label: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Find a button by its label, or by that of something in its menu, with its block."""
    rows = [block for block in message.blocks if block["type"] in {"actions", "section"}]
    pairs = [(row, each) for row in rows for each in elements_of(row)]
    return next(
        (row, element)
        for row, element in pairs
        for each in (element, *element.get("options", ()))
        if each.get("text", {}).get("text") == label
    )


def elements_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what can be pressed in a block."""
    return [row["accessory"]] if "accessory" in row else row.get("elements", [])


def settings_for(slack: SlackSide, kore: KoreApi, kore_url: str, **changes: Any) -> Settings:
    """Settings that lead to the stand-ins; Socket Mode, unless changed."""
    plain = {
        "slack_bot_token": BOT_TOKEN,
        "slack_app_token": APP_TOKEN,
        "slack_signing_secret": SIGNING_SECRET,
        "slack_api_url": slack.api_url,
        "kore_api_url": kore_url,
        "kore_token_url": kore_url + TOKEN_PATH,
        "kore_client_id": kore.client_id,
        "kore_client_secret": kore.client_secret,
        "port": 0,
        "lookups_per_minute": 10_000,
    }
    return Settings.model_validate(plain | changes)


@asynccontextmanager
async def in_a_folder() -> AsyncIterator[Path]:
    """Return a folder that ends with the block, with a store: made once, copied for every bot."""
    with quick_folder() as folder:
        store = folder / FILE_NAME
        if not STORES:
            await migrated(f"sqlite:///{store}")
            STORES.append(store.read_bytes())
        store.write_bytes(STORES[0])
        yield folder


@asynccontextmanager
async def whole_bot(
    *,
    over_http: bool = False,
    scopes: Iterable[str] = (),
    clock: Clock | None = None,
    **changes: Any,
) -> AsyncIterator[Whole]:
    """Run all three; `over_http` is signed HTTP instead of Socket Mode.

    `scopes` are granted beside those that the bot needs. Its store ends with it, unless a
    `data_dir` or `database_url` is given.
    """
    clock = clock or SystemClock()
    kore = KoreApi(clock, stories=all_stories())
    async with in_a_folder() as folder, serving(kore.app) as kore_url, slack_side(clock) as slack:
        needed, _ = bot_scopes()
        slack.api.scopes |= {*needed, *scopes}
        if over_http:
            changes["slack_app_token"] = None
        store = {"data_dir": folder, "data_may_be_lost": True}
        settings = settings_for(slack, kore, kore_url, **(store | changes))
        async with running_bot(settings, clock) as bot:
            if over_http:
                slack.api.request_url = f"http://127.0.0.1:{bot.port}{EVENTS_PATH}"
            yield Whole(bot, kore, slack)
