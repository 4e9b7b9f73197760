"""The demo: the real bot between its two stand-ins, and the page on which a person types.

The bot reaches the workspace as it reaches Slack, over Socket Mode or signed HTTP, and KORE over
HTTP. `running_demo` runs it in this loop, for tests; `running_subprocesses` as processes of its
own, which can be killed and started again while everything else lives on.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.app.assembly import EVENTS_PATH
from bot.app.bot import Bot
from bot.app.run import running
from bot.clock import Clock, SystemClock
from bot.demo.stage import FLEET, Stage, opened_stage
from bot.demo.subprocesses import BotSubprocesses
from bot.emulators.serve import free_port
from bot.settings import load_settings

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo(Stage):
    """The stage, and the bot that runs in this loop."""

    bot: Bot


@dataclass(frozen=True, slots=True, kw_only=True)
class SubprocessDemo(Stage):
    """The stage, and the bots that run as processes of their own."""

    bots: BotSubprocesses


@asynccontextmanager
async def running_demo(  # noqa: PLR0913 -- what differs from test to test
    port: int = 0,
    *,
    sims: int = FLEET,
    accounts: int = 1,
    over_http: bool = False,
    settings: Environment | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Demo]:
    """Run all of it in this loop while the block lasts; port 0 takes a free one for the page.

    `settings` are the bot's beside those that lead it to the stand-ins; nothing of the
    environment is read. Raises OSError where the port is taken.
    """
    clock = clock or SystemClock()
    with data_folder(None) as folder:
        async with opened_stage(
            clock, port=port, sims=sims, accounts=accounts, over_http=over_http
        ) as stage:
            env = {**stage.settings, "SIMSESSIONS_DATA_DIR": str(folder), **(settings or {})}
            async with running(load_settings(env, env_file=None), clock) as bot:
                if over_http:
                    stage.slack.request_url = _request_url(bot.port)
                stage.opened.set()
                yield Demo(**_parts(stage), bot=bot)


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
                stage.slack.request_url = _request_url(int(env["PORT"]))
            async with processes.running(env, stage.workspace.publish):
                stage.opened.set()
                yield SubprocessDemo(**_parts(stage) | {"settings": env}, bots=processes)


@contextmanager
def data_folder(wanted: Path | None) -> Iterator[Path]:
    """Return the folder of the store: the one wanted, or one that is deleted with the block."""
    if wanted is not None:
        yield wanted
        return
    with TemporaryDirectory(prefix="simsessions-demo-") as made:
        yield Path(made)


def _request_url(port: int) -> str:
    return f"http://127.0.0.1:{port}{EVENTS_PATH}"


def _parts(stage: Stage) -> dict[str, Any]:
    return {each.name: getattr(stage, each.name) for each in fields(stage)}
