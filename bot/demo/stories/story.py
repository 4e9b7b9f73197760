"""A SIM's story: what KORE tells of it, and the state and findings that must come of it.

To add one: write a function under `@story` in the file of its theme. The stand-in for KORE holds
it at once, the page lists it, and the tests ask whether its findings come out as it says.
"""

import pkgutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import bot.demo.stories
from bot.diagnosis.evidence import State
from bot.emulators.kore.account import Plot, Role
from bot.emulators.kore.cards import Card
from bot.emulators.kore.http import Row

INFO, WARNING, CRITICAL = "info", "warning", "critical"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WELL = {"healthy": INFO}

Tale = Callable[[Card, datetime], list[Row]]
"""The sessions of a card at a moment, in KORE's payload shape; `Card.always_on` is one."""


class Story(Plot, kw_only=True):
    """What happened to one SIM, told for any `now`.

    `name` is what a person types to see it, and `title` what a newcomer reads before. `findings`
    are all that must come out, as (rule id, severity), when the SIM is asked for together with
    `asked_with`; `cause` is the one that explains them, None where nothing is wrong. `conforms` is
    false where rows break KORE's own schema.
    """

    name: str
    title: str
    state: State
    findings: frozenset[tuple[str, str]]
    cause: str | None = None
    asked_with: tuple[str, ...] = ()
    conforms: bool = True


def story(  # noqa: PLR0913 -- what a story has to say
    card: Card,
    title: str,
    state: State,
    findings: Mapping[str, str],
    *,
    sim: Mapping[str, Any] | None = None,
    fleet: Sequence[Card] = (),
    others: Sequence[Role] = (),
    **more: Any,  # noqa: ANN401 -- fields of Story
) -> Callable[[Tale], Story]:
    """Make a story of what a function tells of a card's sessions.

    `findings` are severities by rule; the first explains all, where it is more than an info. `sim`
    is what `Card.sim` is told besides the moment, `fleet` are cards of which the same function
    tells and that are asked for too, and `more` are fields of the story.
    """
    cause = next((rule if how != INFO else None for rule, how in findings.items()), None)

    def telling(tell: Tale) -> Story:
        return Story(
            name=card.name,
            title=title,
            sim=lambda now: card.sim(now, **sim or {}),
            sessions=lambda now: tell(card, now),
            state=state,
            findings=frozenset(findings.items()),
            cause=cause,
            others=(*(_role(each, tell) for each in fleet), *others),
            **({"asked_with": tuple(each.name for each in fleet)} | more),
        )

    return telling


def _role(card: Card, tell: Tale) -> Role:
    return Role(card.sim, lambda now: tell(card, now))


def day_by_day(
    card: Card,
    until: datetime,
    **changes: Any,  # noqa: ANN401 -- what rhythm takes
) -> list[Row]:
    """Return a closed session a day, of nearly a day each; the newest ended at `until`."""
    return card.rhythm(until, every=DAY, lasting=DAY, shorter_by=1, **changes)


def reports(
    card: Card,
    until: datetime,
    *,
    hours: int = 6,
    minutes: int = 20,
    **changes: Any,  # noqa: ANN401 -- what rhythm takes
) -> list[Row]:
    """Return a report of some minutes every few hours; the newest ended at `until`."""
    return card.rhythm(until, every=hours * HOUR, lasting=minutes * MINUTE, **changes)


def nothing(_card: Card, _now: datetime) -> list[Row]:
    """Return no session."""
    return []


def all_stories() -> tuple[Story, ...]:
    """Find every story of this folder, in the order of the names that they are bound to."""
    folder = bot.demo.stories
    files = (
        import_module(f"{folder.__name__}.{i.name}") for i in pkgutil.iter_modules(folder.__path__)
    )
    told = {
        plot: each for file in files for plot, each in vars(file).items() if isinstance(each, Story)
    }
    return tuple(told[plot] for plot in sorted(told))
