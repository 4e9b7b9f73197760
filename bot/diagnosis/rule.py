"""What a rule is: a function from evidence to findings.

To add one: write `bot/diagnosis/rules/<rule_id>.py` with a function of that name under `@rule`,
yield `Finding`s from it, and test it in `tests/bot/diagnosis/rules/test_<rule_id>.py` with a table
of what fires and a table of what must not. The engine finds the file by itself; where its findings
stand among those of one severity is said in `bot/diagnosis/engine.py`.

    @rule(About(fires="more than {flapping_starts} starts …", severities=(Severity.WARNING,)))
    def flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:

Most rules look at one SIM alone. A closing rule also sees what the others found; a group rule
looks at several SIMs that were asked for together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.thresholds import OURS, Thresholds
from bot.kore.models import DataSession

Value = str | int | float | bool | datetime | timedelta | tuple[str, ...] | None


class Severity(IntEnum):
    """How much a finding matters; the highest is shown first."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The word in JSON and on the screen: `info`, `warning`, `critical`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, how it knows, and what to do next.

    `says` is a sentence with the names of `evidence` in braces, `{starts} starts since {first}`:
    whoever draws it escapes each value and renders times in the reader's own zone.
    """

    rule: str
    severity: Severity
    title: str
    says: str
    next_step: str
    source: str
    evidence: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One of several SIMs asked for together: its newest session, and what was found alone."""

    sim_sid: str
    newest: DataSession | None
    findings: tuple[Finding, ...]


Check = Callable[[Evidence, Thresholds], Iterable[Finding]]
ClosingCheck = Callable[[Evidence, Thresholds, tuple[Finding, ...]], Iterable[Finding]]
GroupCheck = Callable[[Sequence[Case], Thresholds], Iterable[tuple[str, Finding]]]


@dataclass(frozen=True, slots=True)
class About:
    """What people are told of a rule.

    `fires` has the names of its thresholds in braces. `source` is for rules without thresholds.
    `demoted`: a SIM that may not connect explains it, so that it is no more than info then.
    """

    fires: str
    severities: tuple[Severity, ...]
    thresholds: tuple[str, ...] = ()
    source: str = OURS
    demoted: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """Looks at one SIM alone."""

    name: str
    about: About
    check: Check


@dataclass(frozen=True, slots=True)
class ClosingRule:
    """Looks at one SIM and at what all other rules found."""

    name: str
    about: About
    check: ClosingCheck


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Looks at several SIMs; yields (`sim_sid`, finding) for those that it concerns."""

    name: str
    about: About
    check: GroupCheck


def rule(about: About) -> Callable[[Check], Rule]:
    """Make a rule of a function and name it after the function."""
    return lambda check: Rule(check.__name__, about, check)


def closing_rule(about: About) -> Callable[[ClosingCheck], ClosingRule]:
    """Make a rule that runs last and sees the findings of all others."""
    return lambda check: ClosingRule(check.__name__, about, check)


def group_rule(about: About) -> Callable[[GroupCheck], GroupRule]:
    """Make a rule over several SIMs."""
    return lambda check: GroupRule(check.__name__, about, check)
