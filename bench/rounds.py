"""What the benches share: timing, figures beside their goals, memory, a store.

Things are timed in turn, A B A B …, so that a machine that changes its mind changes it for all.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds of one call of a thing, medians over the rounds."""

    cpu: float
    wall: float


def timed(
    things: Mapping[str, Callable[[], object]], rounds: int = ROUNDS, times: int = 1
) -> dict[str, Figure]:
    """Call each thing so many times a round, after one round that does not count."""

    def wrap(thing: Callable[[], object]) -> Callable[[], Awaitable[None]]:
        async def call() -> None:
            for _ in range(times):
                thing()

        return call

    figures = asyncio.run(atimed({name: wrap(thing) for name, thing in things.items()}, rounds))
    return {name: Figure(each.cpu / times, each.wall / times) for name, each in figures.items()}


async def atimed(
    things: Mapping[str, Callable[[], Awaitable[object]]], rounds: int = ROUNDS
) -> dict[str, Figure]:
    """Do the same for coroutines, once a round each, on the running loop."""
    taken: dict[str, list[Figure]] = {name: [] for name in things}
    for turn in range(rounds + 1):
        for name, thing in things.items():
            cpu, wall = time.process_time(), time.perf_counter()
            await thing()
            if turn:
                figure = Figure(time.process_time() - cpu, time.perf_counter() - wall)
                taken[name].append(figure)
    return {
        name: Figure(
            statistics.median(each.cpu for each in figures),
            statistics.median(each.wall for each in figures),
        )
        for name, figures in taken.items()
    }


async def crowd(ask: Callable[[], Awaitable[object]], in_flight: int, total: int) -> None:
    """Ask `total` times, `in_flight` at once."""
    left = iter(range(total))

    async def work() -> None:
        for _ in left:
            await ask()

    await asyncio.gather(*(work() for _ in range(in_flight)))


def show(figures: Mapping[str, Figure], what: str = "", *, times: int = 1) -> None:
    """Print what each took, of so many times in one; `what` says of what: `a call`."""
    for name, figure in figures.items():
        cpu, wall = figure.cpu / times * 1e3, figure.wall / times * 1e3
        print(f"  {name:<24} {cpu:9.3f} ms CPU, {wall:9.3f} ms wall {what}".rstrip())


def report(name: str, value: float, goal: float, unit: str = "x", *, least: bool = False) -> bool:
    """Print one figure beside its goal; return whether it is met."""
    met = value >= goal if least else value <= goal
    sign = ">=" if least else "<="
    print(f"{name:<52} {value:9.3f} {unit:<8} goal {sign} {goal:g}  {'ok' if met else 'MISSED'}")
    return met


async def share(seconds: float) -> float:
    """Return how much of a core this process takes for that long, in percent."""
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu) / (time.perf_counter() - wall) * 100


async def held(work: Awaitable[object], clock: Callable[[], float] = time.thread_time) -> float:
    """Return the longest time between two turns of the event loop until `work` is done, in ms.

    It is told in CPU, by default of the loop's own thread: other processes do not count.
    """
    longest, last = 0.0, clock()
    going = asyncio.ensure_future(work)
    while not going.done():
        await asyncio.sleep(0)
        now = clock()
        longest, last = max(longest, now - last), now
    await going
    return longest * 1e3


def resident(field: str = "VmRSS", process: int | str = "self") -> float:
    """Return what a process holds, in MB; VmHWM is the most it ever held. Linux only."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines)
    return int(status[field].split()[0]) / 1024


@contextmanager
def a_file() -> Iterator[str]:
    """Return the URL of a store that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="simsessions-bench-") as folder:
        yield f"sqlite:///{folder}/bench.db"
