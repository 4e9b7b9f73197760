"""The demo: the real bot between its two stand-ins, and the page on which a person types.

The bot reaches the workspace as it reaches Slack, over Socket Mode, and KORE over HTTP.
"""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.app.bot import Bot
from bot.app.running import running
from bot.clock import Clock, SystemClock
from bot.sandbox.kore_api.api import TOKEN_PATH, KoreApi
from bot.sandbox.page.kore_side import FaultyKore, KoreSide
from bot.sandbox.page.page import page_routes
from bot.sandbox.serve import serving
from bot.sandbox.slack_api.api import SlackApi
from bot.sandbox.slack_api.workspace import Workspace
from bot.settings import Settings, load_settings
from bot.slack.manifest import bot_scopes

COMMAND = "/simsessions"
TO_TRY, MISSPELT = ("truck-42", "pump-7"), "pmp-7"
FLEET = 200


@dataclass(frozen=True, slots=True)
class Demo:
    """What is running: the page's address, and the parts behind it."""

    url: str
    kore: KoreApi
    kore_url: str
    kore_side: KoreSide
    slack: SlackApi
    workspace: Workspace
    bot: Bot

    def examples(self) -> tuple[tuple[str, str], ...]:
        """Give three things to type, each with what it shows."""
        titles = {story.name: story.title for story in self.kore.stories}
        return (
            *((f"{COMMAND} {name}", titles[name]) for name in TO_TRY),
            (f"{COMMAND} {MISSPELT}", "A name misspelt"),
        )


@asynccontextmanager
async def running_demo(
    port: int = 0,
    *,
    sims: int = FLEET,
    settings: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Demo]:
    """Run all of it in this loop while the block lasts; port 0 takes a free one for the page.

    `settings` are told to the bot beside those that lead it to the stand-ins; nothing of the
    environment is read. Raises OSError where the port is taken.
    """
    clock = clock or SystemClock()
    kore, workspace = KoreApi(clock, sims=sims), Workspace(clock)
    keys = _new_keys()
    slack, kore_side = _slack(workspace, keys), FaultyKore(kore.faults)
    routes = page_routes(workspace, stories=kore.stories, kore_side=kore_side)
    async with (
        serving(Starlette(routes=routes), port=port) as url,
        serving(kore.app) as kore_url,
        serving(slack.app) as slack_url,
        running(_settings(keys, kore, kore_url, slack_url, settings or {}), clock) as bot,
    ):
        yield Demo(url, kore, kore_url, kore_side, slack, workspace, bot)


@dataclass(frozen=True, slots=True)
class _Keys:
    """What the app's settings page would show; made anew for each demo."""

    bot_token: str
    app_token: str
    signing_secret: str


def _new_keys() -> _Keys:
    bot, app, signing = (secrets.token_hex(16) for _ in range(3))
    return _Keys(f"xoxb-{bot}", f"xapp-{app}", signing)


def _slack(workspace: Workspace, keys: _Keys) -> SlackApi:
    needed, optional = bot_scopes()
    return SlackApi(
        workspace,
        bot_token=keys.bot_token,
        app_token=keys.app_token,
        signing_secret=keys.signing_secret,
        scopes=needed | optional,
    )


def _settings(
    keys: _Keys, kore: KoreApi, kore_url: str, slack_url: str, more: Mapping[str, str]
) -> Settings:
    told = {
        "SLACK_API_URL": f"{slack_url}/api/",
        "SLACK_BOT_TOKEN": keys.bot_token,
        "SLACK_APP_TOKEN": keys.app_token,
        "KORE_API_URL": kore_url,
        "KORE_TOKEN_URL": f"{kore_url}{TOKEN_PATH}",
        "KORE_CLIENT_ID": kore.client_id,
        "KORE_CLIENT_SECRET": kore.client_secret,
        "PORT": "0",
    }
    return load_settings({**told, **more}, env_file=None)
