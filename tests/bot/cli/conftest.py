"""The command line as a process of its own, against the stand-in for KORE over real sockets."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.emulators.serve import serving
from bot.emulators.slack.api import SlackApi
from bot.emulators.slack.workspace import Workspace
from bot.settings import PREFIX, WITHOUT_PREFIX
from bot.slack.manifest import bot_scopes

ROOT = Path(__file__).parent.parent.parent.parent


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Kore:
    """The stand-in, and the settings that lead to it."""

    api: KoreApi
    url: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            "KORE_API_URL": self.url,
            "KORE_TOKEN_URL": f"{self.url}{TOKEN_PATH}",
            "KORE_CLIENT_ID": self.api.client_id,
            "KORE_CLIENT_SECRET": self.api.client_secret,
        }


@dataclass(frozen=True, slots=True)
class Slack:
    """The stand-in for Slack, and the settings that lead to it."""

    api: SlackApi
    url: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            "SLACK_API_URL": f"{self.url}/api/",
            "SLACK_BOT_TOKEN": "xoxb-stand-in",
            "SLACK_APP_TOKEN": "xapp-stand-in",
        }


Simsessions = Callable[..., Coroutine[Any, Any, Done]]


@pytest.fixture
async def kore() -> AsyncIterator[Kore]:
    """Serve the stand-in for KORE."""
    api = KoreApi(SystemClock(), stories=all_stories())
    async with serving(api.app) as url:
        yield Kore(api, url)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """Serve the stand-in for Slack, with every scope of the manifest."""
    api = SlackApi(
        Workspace(SystemClock()),
        bot_token="xoxb-stand-in",
        app_token="xapp-stand-in",
        signing_secret="signing-secret",
        scopes=frozenset.union(*bot_scopes()),
    )
    async with serving(api.app) as url:
        yield Slack(api, url)
        await api.aclose()


def strangers() -> dict[str, str]:
    """Return this process's environment without our own settings."""
    ours = {field.upper() for field in WITHOUT_PREFIX}
    return {k: v for k, v in os.environ.items() if k not in ours and not k.startswith(PREFIX)}


def kept_in(folder: Path) -> dict[str, str]:
    """Return the settings that keep the store in a folder, wherever that is."""
    return {"SIMSESSIONS_DATA_DIR": str(folder), "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


@pytest.fixture
def simsessions(tmp_path: Path) -> Simsessions:
    """Return a function that runs a command line in an empty folder and waits for its end."""

    async def run(*arguments: str, typed: str = "", **settings: str) -> Done:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=tmp_path,
            env=strangers() | {"PYTHONPATH": str(ROOT)} | kept_in(tmp_path / "data") | settings,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(typed.encode())
        return Done(process.returncode or 0, out.decode(), err.decode())

    return run
