"""Bots as processes of their own: started, killed, started again.

A bot's process is `python -m bot.demo.subprocesses`: it reads its settings from the environment,
writes `ready`, and stops when its standard input ends, so that none outlives the demo.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import bot
from bot.emulators.slack.state import Change
from bot.settings import NAMES_OF_OURS, load_settings

ROOT = Path(bot.__file__).parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 15.0
READY = b"ready\n"
Publish = Callable[[Change], None]


class BotDidNotStart(Exception):
    """A bot's process ended, or printed nothing, before it was ready; its log says why."""


@dataclass(slots=True)
class _Bot:
    """One bot: its process, if it was started, and the task that waits for its end."""

    number: int
    process: asyncio.subprocess.Process | None = None
    waiting: asyncio.Task[None] | None = None
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.returncode is None


class BotSubprocesses:
    """So many bots with the same settings; `number` counts from 1. Raises KeyError for others."""

    def __init__(self, count: int = 1) -> None:
        self._bots = {number: _Bot(number) for number in range(1, count + 1)}
        self._env: Mapping[str, str] = {}
        self._publish: Publish = lambda _: None

    @asynccontextmanager
    async def running(self, env: Mapping[str, str], publish: Publish) -> AsyncIterator[None]:
        """Start all, and stop them at the end; each start and end is published."""
        self._env, self._publish = env, publish
        try:
            await asyncio.gather(*map(self.start, self._bots))
            yield
        finally:
            await asyncio.gather(*map(self.stop, self._bots))

    def state(self) -> list[dict[str, object]]:
        """Return each bot's number, process id and whether it runs, as the page needs it."""
        return [
            {
                "number": one.number,
                "pid": one.process.pid if one.process and one.is_running else None,
                "running": one.is_running,
            }
            for one in self._bots.values()
        ]

    async def start(self, number: int = 1) -> None:
        """Start a bot that does not run and wait until it is ready. Raises BotDidNotStart."""
        one = self._bots[number]
        async with one.starting:
            if one.is_running:
                return
            one.process = await _spawned(self._env)
            one.waiting = asyncio.create_task(self._wait(one.process))
            await _ready(one.process)
            self._publish_state()

    def kill(self, number: int = 1) -> None:
        """End a bot as `kill -9` does; what it was doing stays undone."""
        one = self._bots[number]
        if one.process and one.is_running:
            one.process.kill()

    async def stop(self, number: int = 1) -> None:
        """Stop a bot in order: it finishes what is under way."""
        one = self._bots[number]
        if one.process is None or one.waiting is None:
            return
        if one.process.stdin:
            one.process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.shield(one.waiting)
        except TimeoutError:
            self.kill(number)
            await one.waiting

    async def ended(self, number: int = 1) -> None:
        """Wait until a bot's process has ended."""
        waiting = self._bots[number].waiting
        if waiting:
            await asyncio.shield(waiting)

    async def _wait(self, process: asyncio.subprocess.Process) -> None:
        await process.wait()
        self._publish_state()

    def _publish_state(self) -> None:
        self._publish(Change("bots", {"bots": self.state()}))


async def _spawned(env: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        env=_inherited() | {"PYTHONPATH": str(ROOT)} | dict(env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # else Ctrl-C would reach the bot before the demo stops it
    )


async def _ready(process: asyncio.subprocess.Process) -> None:
    line = b""
    if process.stdout:
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await process.stdout.readline()
        except TimeoutError:
            process.kill()
    if line != READY:
        raise BotDidNotStart


def _inherited() -> dict[str, str]:
    """Return the environment without what might be settings of a real bot."""
    ours = (*NAMES_OF_OURS, "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


async def _serve() -> None:
    from bot.app.run import running_bot  # noqa: PLC0415 -- only the bot's own process needs it

    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        loop.remove_reader(sys.stdin.fileno())
        stopped.set()

    loop.add_reader(sys.stdin.fileno(), stop)
    async with running_bot(load_settings(env_file=None)) as started:
        sys.stdout.buffer.write(READY)
        sys.stdout.buffer.flush()
        await started.until(stopped)


def _main() -> None:
    from bot.ops.logging import configure_logging  # noqa: PLC0415 -- only the bot's own process

    configure_logging("WARNING", form="text")
    asyncio.run(_serve())


if __name__ == "__main__":
    _main()
