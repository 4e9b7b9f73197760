"""What a rule is, a function from evidence to findings; and the engine that runs them all.

To add one: write `bot/diagnosis/rules/<rule_id>.py` with a function of that name under `@rule`,
yield `Finding`s from it, and test it in `tests/bot/diagnosis/rules/test_<rule_id>.py` with a table
of what fires and a table of what must not. The engine finds the file by itself; where its findings
stand among those of one severity is said in `ORDER`.

    @rule(About(title="Flapping", fires="more than …", severities=(Severity.WARNING,)))
    def flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:

Most rules look at one SIM alone. A closing rule also sees what the others found; a group rule
looks at several SIMs that were asked for together.
"""

import importlib
import logging
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

from bot.diagnosis import rules
from bot.diagnosis.contrast import Member
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.thresholds import OURS, Thresholds
from bot.kore.models import DataSession
from bot.struct import Struct, field, replace

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

    `rate_plan` is the SID of its plan, `plan_name` what that is called, where it is known; `since`
    is when it came to the device that it is in, but for renewals of its session.
    """

    sim_sid: str
    current: DataSession | None
    findings: tuple[Finding, ...]
    rate_plan: str | None = None
    name: str = ""
    since: datetime | None = None
    plan_name: str | None = None


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
GroupCheck = Callable[[Sequence[Case], Thresholds, Sequence[Member]], Iterable[tuple[str, Finding]]]


class About(Struct):
    """What people are told of a rule.

    `title` names it where no finding does. `fires` has the names of its thresholds in braces.
    `source` is for rules without thresholds. `explains` names the rules
    whose findings stand under this one's, without a next step.
    """

    title: str
    fires: str
    severities: tuple[Severity, ...]
    thresholds: tuple[str, ...] = ()
    source: str = OURS
    explains: tuple[str, ...] = ()


class Rule(Struct):
    """Looks at one SIM alone; `check` is a Check."""

    name: str
    about: About
    check: Callable[..., Iterable[Any]]


class ClosingRule(Rule):
    """Looks at one SIM and at what all other rules found; `check` is a ClosingCheck."""


class GroupRule(Rule):
    """Looks at several SIMs; yields (`sim_sid`, finding) for those that it concerns.

    It is given others too, that were not asked for and are only compared with those that were.
    `check` is a GroupCheck.
    """


def rule(about: About) -> Callable[[Check], Rule]:
    """Make a rule of a function and name it after the function."""
    return lambda check: Rule(check.__name__, about, check)


def closing_rule(about: About) -> Callable[[ClosingCheck], ClosingRule]:
    """Make a rule that runs last and sees the findings of all others."""
    return lambda check: ClosingRule(check.__name__, about, check)


def group_rule(about: About) -> Callable[[GroupCheck], GroupRule]:
    """Make a rule over several SIMs."""
    return lambda check: GroupRule(check.__name__, about, check)


ORDER = (
    "sim_not_active",
    "no_rate_plan",
    "plan_blocks_data",
    "data_limit",
    "twin_imei",
    "imei_changed",
    "common_outage",
    "cancel_countdown",
    "change_stuck",
    "reset_pending",
    "barred_after_flapping",
    "never_seen",
    "ghost_session",
    "gone_silent",
    "impossible_travel",
    "flapping",
    "attach_without_data",
    "uplink_only",
    "parallel_networks",
    "country_changed",
    "radio_fallback",
    "usage_spike",
    "degraded",
    "operator_hopping",
    "ready_will_bill",
    "reconnects_often",
    "cell_hopping",
    "idle_session",
    "idle_timeout",
    "legacy_radio",
    "healthy",
)
_PLACES = {name: place for place, name in enumerate(ORDER)}


def rule_order(name: str) -> tuple[int, str]:
    """Return a rule's place, to sort by."""
    return _PLACES.get(name, len(ORDER)), name


RuleBroke = Callable[[str], None]
log = logging.getLogger(__name__)


def ignore_broken(name: str) -> None:
    """Ignore that a rule broke; it stands in the log."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Find the rules of every file in `bot/diagnosis/rules/`, in the order of the answer."""
    found = pkgutil.iter_modules(rules.__path__, f"{rules.__name__}.")
    modules = [importlib.import_module(each.name) for each in found]
    every = [each for module in modules for each in vars(module).values()]
    return tuple(
        sorted((r for r in every if isinstance(r, Rule)), key=lambda r: rule_order(r.name))
    )


@cache
def title_of(name: str) -> str:
    """Return what people read for a rule; for one that is gone, what its name says."""
    titles = (each.about.title for each in all_rules() if each.name == name)
    return next(titles, name.replace("_", " "))


@cache
def rules_of(kind: type[Rule]) -> tuple[Rule, ...]:
    """Return the rules of one kind, in the order of the answer."""
    return tuple(each for each in all_rules() if type(each) is kind)


def diagnose(
    evidence: Evidence, limits: Thresholds, rule_broke: RuleBroke = ignore_broken
) -> tuple[Finding, ...]:
    """Return every finding about one SIM, the cause first.

    A rule that breaks is logged, told to `rule_broke` by its name, and skipped.
    """
    found = _run(Rule, rule_broke, evidence, limits)
    return _told(found + _run(ClosingRule, rule_broke, evidence, limits, tuple(found)))


def diagnose_together(
    cases: Sequence[Case],
    limits: Thresholds,
    rule_broke: RuleBroke = ignore_broken,
    peers: Sequence[Member] = (),
) -> list[tuple[Finding, ...]]:
    """Return the findings of each case, with those added that show only over several SIMs.

    `peers` are compared with the cases, and nothing is told of them.
    """
    added: dict[str, list[Finding]] = {case.sim_sid: [] for case in cases}
    for sim_sid, finding in _run(GroupRule, rule_broke, cases, limits, peers):
        if sim_sid in added:
            added[sim_sid].append(finding)
    return [_told([*_still_true(case, added[case.sim_sid])]) for case in cases]


def _still_true(case: Case, added: Sequence[Finding]) -> Iterable[Finding]:
    """Return all findings of a case; it is not healthy where one that is grave was added."""
    grave = any(finding.severity > Severity.INFO for finding in added)
    closing = {rule.name for rule in rules_of(ClosingRule)} if grave else ()
    return (*(each for each in case.findings if each.rule not in closing), *added)


def _run(kind: type[Rule], rule_broke: RuleBroke, *given: object) -> list[Any]:
    """Return what all rules of a kind say, and nothing of one that breaks."""
    found: list[Any] = []
    for rule in rules_of(kind):
        try:
            found += list(rule.check(*given))
        except Exception:  # the other rules still have something to say
            log.exception("rule-broke", extra={"rule": rule.name})
            rule_broke(rule.name)
    return found


def _told(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Draw the chain, and order: what stands, what is explained, what is over; the gravest first.

    Those that group rules added may explain what stood alone, so it is drawn anew each time.
    """
    every = [_explained(each, found) for each in found]
    return tuple(sorted(every, key=_order))


def _explained(finding: Finding, found: Iterable[Finding]) -> Finding:
    if finding.when is When.OVER:
        return replace(finding, next_step=None)
    reasons = [each.rule for each in found if _explains(each, finding)]
    if not reasons:
        return finding
    return replace(finding, explained_by=min(reasons, key=rule_order), next_step=None)


def _explains(one: Finding, other: Finding) -> bool:
    speaks = one.severity > Severity.INFO if one.explains is None else one.explains
    return one.when is When.NOW and speaks and other.rule in explained_rules(one.rule)


def _order(finding: Finding) -> tuple[bool, bool, int, tuple[int, str]]:
    over, explained = finding.when is When.OVER, finding.explained_by is not None
    return over, explained, -finding.severity, rule_order(finding.rule)


@cache
def explained_rules(name: str) -> frozenset[str]:
    """Return the rules whose findings stand under those of the rule of that name."""
    return frozenset(next((r.about.explains for r in all_rules() if r.name == name), ()))
