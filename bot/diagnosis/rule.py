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
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.diagnosis.contrast import Member
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.thresholds import OURS, Thresholds
from bot.kore.models import DataSession
from bot.struct import Struct, field

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


class When(StrEnum):
    """Whether a finding still holds. What lies before the SIM's recovery is over."""

    NOW = "now"
    OVER = "over"


class Finding(Struct):
    """What a rule found, how it knows, and what to do next.

    `says` is a sentence with the names of `evidence` in braces, `{starts} starts since {first}`:
    whoever draws it escapes each value and renders times in the reader's own zone. `explains` is
    whether it explains what its rule usually does; None: unless it is a mere remark. The engine
    fills in `explained_by`, the rule of the finding that it stands under, and takes `next_step`
    away from what is explained or over.
    """

    rule: str
    severity: Severity
    title: str
    says: str
    next_step: str | None
    source: str
    evidence: Mapping[str, Value] = field(default_factory=dict)
    when: When = When.NOW
    explains: bool | None = None
    explained_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it holds now and nothing else explains it."""
        return self.when is When.NOW and self.explained_by is None


class Case(Struct):
    """One of several SIMs asked for together: its current session, and what was found alone.

    `since` is when it came to the device that it is in, but for renewals of its session.
    `peer` is for a SIM that was not asked for, and is only compared with those that were.
    """

    sim_sid: str
    current: DataSession | None
    findings: tuple[Finding, ...]
    rate_plan: str | None = None
    name: str = ""
    peer: Member | None = None
    since: datetime | None = None


def cause_of(findings: Sequence[Finding]) -> Finding | None:
    """Return the cause: the gravest finding that stands; None where no finding is a warning.

    A mere remark is a cause only where it explains something graver.
    """
    first = next(iter(findings), None)
    if first is None or not first.stands:
        return None
    explains = any(f.explained_by == first.rule and f.severity > Severity.INFO for f in findings)
    return first if first.severity > Severity.INFO or explains else None


SILENT_OR_EMPTY = (
    "barred_after_flapping",
    "never_seen",
    "gone_silent",
    "ghost_session",
    "attach_without_data",
    "uplink_only",
    "idle_session",
    "flapping",
    "degraded",
)
"""What shows of a SIM that may not connect, or gets no data; for `About.explains`."""

Check = Callable[[Evidence, Thresholds], Iterable[Finding]]
ClosingCheck = Callable[[Evidence, Thresholds, tuple[Finding, ...]], Iterable[Finding]]
GroupCheck = Callable[[Sequence[Case], Thresholds], Iterable[tuple[str, Finding]]]


class About(Struct):
    """What people are told of a rule.

    `fires` has the names of its thresholds in braces. `source` is for rules without thresholds.
    `explains` names the rules whose findings stand under this one's, without a next step.
    """

    fires: str
    severities: tuple[Severity, ...]
    thresholds: tuple[str, ...] = ()
    source: str = OURS
    explains: tuple[str, ...] = ()


class Rule(Struct):
    """Looks at one SIM alone."""

    name: str
    about: About
    check: Check


class ClosingRule(Struct):
    """Looks at one SIM and at what all other rules found."""

    name: str
    about: About
    check: ClosingCheck


class GroupRule(Struct):
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
