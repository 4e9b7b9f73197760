"""The command line, in this process or in one of its own, against stand-ins over real sockets."""

import asyncio
import io
import logging
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bot.cli.main import main
from bot.clock import SystemClock
from bot.demo.partner import settings_of
from bot.demo.stories.story import all_stories
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.settings import PREFIX, WITHOUT_PREFIX
from bot.slack.identity import bot_scopes
from tests.slack_rig import SlackSide, slack_side

ROOT = Path(__file__).parent.parent.parent.parent
NONE: Mapping[str, str] = MappingProxyType({})


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
        return settings_of(self.api, self.url)


Simsessions = Callable[..., Coroutine[Any, Any, Done]]


@pytest.fixture
async def kore() -> AsyncIterator[Kore]:
    """Serve the stand-in for KORE."""
    api = KoreApi(SystemClock(), stories=all_stories())
    async with serving(api.app) as url:
        yield Kore(api, url)


@pytest.fixture
async def slack() -> AsyncIterator[SlackSide]:
    """Serve the stand-in for Slack, with every scope of the manifest."""
    async with slack_side(SystemClock()) as side:
        side.api.scopes |= frozenset.union(*bot_scopes())
        yield side


def strangers() -> dict[str, str]:
    """Return this process's environment without our own settings."""
    ours = {field.upper() for field in WITHOUT_PREFIX}
    return {k: v for k, v in os.environ.items() if k not in ours and not k.startswith(PREFIX)}


def kept_in(folder: Path) -> dict[str, str]:
    """Return the settings that keep the store in a folder, wherever that is."""
    return {"SIMSESSIONS_DATA_DIR": str(folder), "SIMSESSIONS_DATA_MAY_BE_LOST": "yes"}


@contextmanager
def root_logging() -> Iterator[None]:
    """Let the logging that a command configures end with it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        yield
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)


def run_here(arguments: tuple[str, ...], typed: str, folder: Path) -> Done:
    """Run a command line as the shell would, but for the start of a process."""
    streams = (io.TextIOWrapper(io.BytesIO(text), "utf-8") for text in (typed.encode(), b"", b""))
    stdin, out, err = streams
    with root_logging(), chdir(folder), redirect_stdout(out), redirect_stderr(err):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            code = main(list(arguments))
        out.seek(0)
        err.seek(0)
        return Done(int(code), out.read(), err.read())


@pytest.fixture
def simsessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Simsessions:
    """Return a function that runs a command line here, in a thread and an empty folder."""

    async def run(*arguments: str, typed: str = "", **settings: str) -> Done:
        with monkeypatch.context() as patch:
            for name in os.environ.keys() - strangers().keys():
                patch.delenv(name)
            for name, value in (kept_in(tmp_path / "data") | settings).items():
                patch.setenv(name, value)
            return await asyncio.to_thread(run_here, arguments, typed, tmp_path)

    return run


async def started(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, str] = NONE,
    python: str = sys.executable,
    **streams: int,
) -> asyncio.subprocess.Process:
    """Start a command line as a process of its own, with these settings and no others of ours."""
    return await asyncio.create_subprocess_exec(
        *(python, "-m", "bot", *arguments),
        cwd=folder,
        env=strangers() | {"PYTHONPATH": str(ROOT)} | settings,
        **streams,
    )


@pytest.fixture
def process(tmp_path: Path, forked: str) -> Simsessions:
    """Return a function that runs a command line as a process of its own and waits for its end."""

    async def run(*arguments: str, **settings: str) -> Done:
        kept = kept_in(tmp_path / "data") | settings
        begun = await started(
            tmp_path, *arguments, settings=kept, python=forked, stdout=PIPE, stderr=PIPE
        )
        out, err = await begun.communicate()
        return Done(begun.returncode or 0, out.decode(), err.decode())

    return run
