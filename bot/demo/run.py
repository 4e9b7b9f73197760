"""The demo: the real bot between its two stand-ins, and the page on which a person types.

The bot reaches the workspace as it reaches Slack, over Socket Mode or signed HTTP, and KORE over
HTTP. The stand-ins and the page outlive the bot. `running_demo` runs it in this loop, for tests;
`running_subprocesses` as processes of its own, which can be killed and started again while
everything else lives on.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app.bot import EVENTS_PATH, Bot
from bot.app.run import running_bot
from bot.clock import Clock, SystemClock
from bot.demo.controls import Controls, DeliveryControl, KoreControl
from bot.demo.page.page import page_routes
from bot.demo.partner import RULES, kore_settings, open_accounts
from bot.demo.stories.story import Story, all_stories
from bot.demo.subprocesses import BotSubprocesses
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import free_port, serving
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.installation import granted_scopes
from bot.emulators.slack.workspace import Workspace
from bot.settings import load_settings
from bot.slack.identity import app_features
from bot.struct import Struct, asdict

COMMAND = "/simsessions"
TO_TRY, MISSPELT = ("truck-42", "pump-7"), "pmp-7"
FLEET = 100
"""SIMs besides the stories: all of them together can be looked up at once."""
PREFIX_CHANNEL = "C0FLEETOP"


class Stage(Struct):
    """The page's address, what stands behind it, and the settings that lead a bot to it.

    `partner` is the second of two accounts. The page answers once it is `opened`.
    """

    url: str
    page: ASGIApp
    kore: KoreApi
    partner: KoreApi | None
    kore_url: str
    kore_control: KoreControl
    slack: SlackApi
    workspace: Workspace
    settings: Mapping[str, str]
    stories: tuple[Story, ...]
    opened: asyncio.Event

    def examples(self) -> tuple[tuple[str, str], ...]:
        """Return three things to type, each with what it shows."""
        titles = {story.name: story.title for story in self.stories}
        return (
            *((f"{COMMAND} {name}", titles[name]) for name in TO_TRY),
            (f"{COMMAND} {MISSPELT}", "A name misspelt"),
        )


@asynccontextmanager
async def opened_stage(  # noqa: PLR0913 -- the options of `demo`
    clock: Clock,
    *,
    port: int = 0,
    sims: int = FLEET,
    accounts: int = 1,
    over_http: bool = False,
    bots: BotSubprocesses | None = None,
) -> AsyncIterator[Stage]:
    """Serve stand-ins and page while the block lasts; port 0 takes a free one for the page.

    With two `accounts` the second is a partner's, which not everybody may see.
    `over_http` lets the bot be reached by signed HTTP; whoever starts it sets `slack.request_url`.
    `bots` runs the bots that the page can kill and start. Raises OSError where the port is
    taken.
    """
    stories = all_stories()
    kores = open_accounts(clock, accounts, sims // accounts)
    kore, *others = kores.values()
    partner = next(iter(others), None)
    features = app_features()
    workspace = Workspace(
        clock, shortcuts=features.shortcuts, unfurl_domains=features.unfurl_domains
    )
    slack = SlackApi(
        workspace,
        bot_token=f"xoxb-{secrets.token_hex(16)}",
        app_token=f"xapp-{secrets.token_hex(16)}",
        signing_secret=secrets.token_hex(16),
        scopes=granted_scopes(features.scopes, features.optional_scopes),
        subscribed=features.events,
    )
    control, delivery = KoreControl(kore.faults), DeliveryControl(slack.dispatcher)
    theirs = KoreControl(partner.faults) if partner else None
    controls = Controls(workspace, control, kore.events, delivery, bots, slack.faults, theirs)
    async with AsyncExitStack() as stack:
        opened = asyncio.Event()
        page = Gate(Starlette(routes=page_routes(controls, stories=stories)), opened)
        url = await stack.enter_async_context(serving(page, port=port))
        urls = [await stack.enter_async_context(serving(each.app)) for each in kores.values()]
        slack_url = await stack.enter_async_context(serving(slack.app))
        stack.push_async_callback(slack.aclose)
        stack.push_async_callback(kore.events.aclose)
        settings = kore_settings(kores, urls) | (RULES if partner else {})
        settings |= _settings(slack, slack_url, over_http=over_http)
        yield Stage(
            url, page, kore, partner, urls[0], control, slack, workspace, settings, stories, opened
        )


class Gate:
    """ASGI middleware: lets requests wait until the bots hear what is typed.

    What Slack cannot deliver it sends again only after a minute.
    """

    def __init__(self, app: ASGIApp, opened: asyncio.Event) -> None:
        self._app = app
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, when it is time."""
        if scope["type"] == "http":
            await self._opened.wait()
        await self._app(scope, receive, send)


def _settings(api: SlackApi, slack_url: str, *, over_http: bool) -> dict[str, str]:
    via = {"SLACK_SIGNING_SECRET": api.signing_secret}
    return {
        "SLACK_API_URL": f"{slack_url}/api/",
        "SLACK_BOT_TOKEN": api.bot_token,
        **(via if over_http else {"SLACK_APP_TOKEN": api.app_token}),
        "PORT": "0",
        # nobody waits a quarter of an hour to see something happen
        "SIMSESSIONS_DIGEST_LEAST": "60s",
        "SIMSESSIONS_WATCH_INTERVAL": "5s",
        # what is off by itself can be tried here
        "SIMSESSIONS_PREFIX_CHANNELS": PREFIX_CHANNEL,
        "SIMSESSIONS_UNFURL_LINKS": "yes",
        # the demo's own folder: it lasts as long as the demo unless somebody names another
        "SIMSESSIONS_DATA_MAY_BE_LOST": "yes",
    }


Environment = Mapping[str, str]


class Demo(Stage, kw_only=True):
    """The stage, and the bot that runs in this loop."""

    bot: Bot


class SubprocessDemo(Stage, kw_only=True):
    """The stage, and the bots that run as processes of their own."""

    bots: BotSubprocesses


@asynccontextmanager
async def running_demo(
    *, accounts: int = 1, settings: Environment | None = None, clock: Clock | None = None
) -> AsyncIterator[Demo]:
    """Run all of it in this loop while the block lasts.

    `settings` are the bot's beside those that lead it to the stand-ins; nothing of the
    environment is read.
    """
    clock = clock or SystemClock()
    with data_folder(None) as folder:
        async with opened_stage(clock, accounts=accounts) as stage:
            env = {**stage.settings, "SIMSESSIONS_DATA_DIR": str(folder), **(settings or {})}
            async with running_bot(load_settings(env, env_file=None), clock) as bot:
                stage.opened.set()
                yield Demo(**asdict(stage), bot=bot)


@asynccontextmanager
async def running_subprocesses(  # noqa: PLR0913 -- the command's own options
    port: int = 0,
    *,
    bots: int = 1,
    data: Path | None = None,
    sims: int = FLEET,
    accounts: int = 1,
    over_http: bool = False,
    settings: Environment | None = None,
) -> AsyncIterator[SubprocessDemo]:
    """Run the same with so many bots as processes of their own, all on one store.

    `data` is the store's folder; None makes one that is deleted with the demo. Signed HTTP reaches
    one bot. Raises OSError where the port is taken.
    """
    processes = BotSubprocesses(bots)
    with data_folder(data) as folder:
        async with opened_stage(
            SystemClock(),
            port=port,
            sims=sims,
            accounts=accounts,
            over_http=over_http,
            bots=processes,
        ) as stage:
            env = {**stage.settings, "SIMSESSIONS_DATA_DIR": str(folder), **(settings or {})}
            if over_http:
                env["PORT"] = str(free_port())
                stage.slack.request_url = f"http://127.0.0.1:{env['PORT']}{EVENTS_PATH}"
            async with processes.running(env, stage.workspace.publish):
                stage.opened.set()
                yield SubprocessDemo(**asdict(stage) | {"settings": env}, bots=processes)


@contextmanager
def data_folder(wanted: Path | None) -> Iterator[Path]:
    """Return the folder of the store: the one wanted, or one that is deleted with the block."""
    if wanted is not None:
        yield wanted
        return
    with TemporaryDirectory(prefix="simsessions-demo-") as made:
        yield Path(made)
