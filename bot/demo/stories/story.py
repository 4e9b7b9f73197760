"""A SIM's story: what KORE tells of it, and the state and findings that must come of it.

To add one: write `bot/demo/stories/<plot>.py` with a `STORY` in it. The stand-in for KORE holds
it at once, the page lists it, and the tests ask whether its findings come out as it says.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

import bot.demo.stories
from bot.diagnosis.evidence import State
from bot.emulators.kore.http import Row

INFO, WARNING, CRITICAL = "info", "warning", "critical"


@dataclass(frozen=True, slots=True)
class Role:
    """One SIM of a story: its rows in KORE's payload shape and in the order of the API."""

    sim: Callable[[datetime], Row]
    sessions: Callable[[datetime], list[Row]]


@dataclass(frozen=True, slots=True)
class Story:
    """What happened to one SIM, told for any `now`.

    `name` is what a person types to see it, and `title` what a newcomer reads before. `findings`
    are all that must come out, as (rule id, severity), when the SIM is asked for together with
    `asked_with`; `cause` is the one that explains them, None where nothing is wrong. `others` are
    more SIMs that the story needs. `bytes_per_day` is the SIM's usage where its packets do not tell
    it. `conforms` is false where rows break KORE's own schema.
    """

    name: str
    title: str
    sim: Callable[[datetime], Row]
    sessions: Callable[[datetime], list[Row]]
    state: State
    findings: frozenset[tuple[str, str]]
    cause: str | None = None
    rate_plan: Callable[[datetime], Row] | None = None
    bytes_per_day: int | None = None
    registration_code: str | None = None
    others: tuple[Role, ...] = ()
    asked_with: tuple[str, ...] = ()
    conforms: bool = True


def all_stories() -> tuple[Story, ...]:
    """Find every story of this folder, by file name."""
    folder = bot.demo.stories
    names = sorted(found.name for found in pkgutil.iter_modules(folder.__path__))
    modules = (import_module(f"{folder.__name__}.{name}") for name in names if name != "story")
    return tuple(module.STORY for module in modules)
