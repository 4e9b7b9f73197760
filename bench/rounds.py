"""Times things in turn, A B A B …, so that a machine that changes its mind changes it for all."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Figure:
    """Seconds of one thing, medians over the rounds."""

    cpu: float
    wall: float


def timed(things: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, Figure]:
    """Call each thing once a round, after one round that does not count."""

    def wrap(thing: Callable[[], object]) -> Callable[[], Awaitable[None]]:
        async def call() -> None:
            thing()

        return call

    return asyncio.run(atimed({name: wrap(thing) for name, thing in things.items()}, rounds))


async def atimed(
    things: Mapping[str, Callable[[], Awaitable[object]]], rounds: int = ROUNDS
) -> dict[str, Figure]:
    """Do the same for coroutines, on the running loop."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in things}
    for turn in range(rounds + 1):
        for name, thing in things.items():
            cpu, wall = time.process_time(), time.perf_counter()
            await thing()
            if turn:
                taken[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    return {name: _median(pairs) for name, pairs in taken.items()}


def _median(pairs: list[tuple[float, float]]) -> Figure:
    return Figure(
        statistics.median(cpu for cpu, _ in pairs), statistics.median(wall for _, wall in pairs)
    )


def report(name: str, value: float, goal: float, unit: str = "x", *, least: bool = False) -> bool:
    """Print one figure beside its goal, and tell whether it is met."""
    met = value >= goal if least else value <= goal
    sign = ">=" if least else "<="
    print(f"{name:<52} {value:9.3f} {unit:<8} goal {sign} {goal:g}  {'ok' if met else 'MISSED'}")
    return met
