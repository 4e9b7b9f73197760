"""Runs every rule there is over one SIM, or over several together; the cause first."""

import importlib
import logging
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

from bot.diagnosis import rules
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Case, ClosingRule, Finding, GroupRule, Rule, Severity, When
from bot.diagnosis.thresholds import Thresholds
from bot.struct import replace

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


def place(name: str) -> tuple[int, str]:
    """Return a rule's place, to sort by."""
    return _PLACES.get(name, len(ORDER)), name


T = TypeVar("T")
AnyRule = Rule | ClosingRule | GroupRule
RuleBroke = Callable[[str], None]
log = logging.getLogger(__name__)


def count_nothing(name: str) -> None:
    """Ignore that a rule broke; it stands in the log."""


@cache
def all_rules() -> tuple[AnyRule, ...]:
    """Find the rules of every file in `bot/diagnosis/rules/`, in the order of the answer."""
    found = pkgutil.iter_modules(rules.__path__, f"{rules.__name__}.")
    modules = [importlib.import_module(each.name) for each in found]
    every = [each for module in modules for each in vars(module).values()]
    return tuple(sorted((r for r in every if isinstance(r, AnyRule)), key=lambda r: place(r.name)))


@cache
def rules_of(kind: type[T]) -> tuple[T, ...]:
    """Return the rules of one kind, in the order of the answer."""
    return tuple(each for each in all_rules() if isinstance(each, kind))


def diagnose(
    evidence: Evidence, limits: Thresholds, rule_broke: RuleBroke = count_nothing
) -> tuple[Finding, ...]:
    """Return every finding about one SIM, the cause first.

    A rule that breaks is logged, told to `rule_broke` by its name, and skipped.
    """
    found: list[Finding] = []
    for rule in rules_of(Rule):
        found += _run(rule, rule.check, rule_broke, evidence, limits)
    seen = tuple(found)
    for closing in rules_of(ClosingRule):
        found += _run(closing, closing.check, rule_broke, evidence, limits, seen)
    return _told(found)


def diagnose_together(
    cases: Sequence[Case],
    limits: Thresholds,
    rule_broke: RuleBroke = count_nothing,
    peers: Iterable[Case] = (),
) -> list[tuple[Finding, ...]]:
    """Return the findings of each case, with those added that show only over several SIMs.

    `peers` are compared with the cases, and nothing is told of them.
    """
    added: defaultdict[str, list[Finding]] = defaultdict(list)
    every = (*cases, *peers)
    for rule in rules_of(GroupRule):
        for sim_sid, finding in _run(rule, rule.check, rule_broke, every, limits):
            added[sim_sid].append(finding)
    return [_told([*_still_true(case, added[case.sim_sid])]) for case in cases]


def _still_true(case: Case, added: Sequence[Finding]) -> Iterable[Finding]:
    """Return all findings of a case; it is not healthy where one that is grave was added."""
    grave = any(finding.severity > Severity.INFO for finding in added)
    closing = {rule.name for rule in rules_of(ClosingRule)} if grave else ()
    return (*(each for each in case.findings if each.rule not in closing), *added)


def _run(
    rule: AnyRule, check: Callable[..., Iterable[T]], rule_broke: RuleBroke, *given: object
) -> list[T]:
    try:
        return list(check(*given))
    except Exception:  # the other rules still have something to say
        log.exception("rule-broke", extra={"rule": rule.name})
        rule_broke(rule.name)
        return []


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
    return replace(finding, explained_by=min(reasons, key=place), next_step=None)


def _explains(one: Finding, other: Finding) -> bool:
    speaks = one.severity > Severity.INFO if one.explains is None else one.explains
    return one.when is When.NOW and speaks and other.rule in explained_rules(one.rule)


def _order(finding: Finding) -> tuple[bool, bool, int, tuple[int, str]]:
    over, explained = finding.when is When.OVER, finding.explained_by is not None
    return over, explained, -finding.severity, place(finding.rule)


@cache
def explained_rules(name: str) -> frozenset[str]:
    """Return the rules whose findings stand under those of the rule of that name."""
    return frozenset(next((r.about.explains for r in all_rules() if r.name == name), ()))
