"""Runs every rule there is over one SIM, or over several together; the gravest finding first."""

import importlib
import logging
import pkgutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TypeVar

from bot.diagnosis import rules
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rule import Case, ClosingRule, Finding, GroupRule, Rule, Severity
from bot.diagnosis.thresholds import Thresholds

ORDER = (
    "sim_not_active",
    "cancel_countdown",
    "change_stuck",
    "reset_pending",
    "ready_will_bill",
    "never_seen",
    "gone_silent",
    "ghost_session",
    "flapping",
    "barred_after_flapping",
    "attach_without_data",
    "uplink_only",
    "idle_session",
    "idle_timeout",
    "imei_changed",
    "country_changed",
    "plan_blocks_data",
    "operator_hopping",
    "cell_hopping",
    "radio_fallback",
    "legacy_radio",
    "data_limit",
    "usage_spike",
    "common_outage",
    "healthy",
)
_PLACES = {name: place for place, name in enumerate(ORDER)}


def place(name: str) -> tuple[int, str]:
    """Return a rule's place, to sort by."""
    return _PLACES.get(name, len(ORDER)), name


T = TypeVar("T")
AnyRule = Rule | ClosingRule | GroupRule
RuleBroke = Callable[[str], None]
EXPLAINS_SILENCE = "sim_not_active"
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


def diagnose(
    evidence: Evidence, limits: Thresholds, rule_broke: RuleBroke = count_nothing
) -> tuple[Finding, ...]:
    """Return every finding about one SIM, the gravest first.

    A rule that breaks is logged, told to `rule_broke` by its name, and skipped.
    """
    found: list[Finding] = []
    for rule in all_rules():
        if isinstance(rule, Rule):
            found += _run(rule, rule.check, rule_broke, evidence, limits)
    seen = tuple(found)
    for rule in all_rules():
        if isinstance(rule, ClosingRule):
            found += _run(rule, rule.check, rule_broke, evidence, limits, seen)
    return _told(found)


def diagnose_together(
    cases: Sequence[Case], limits: Thresholds, rule_broke: RuleBroke = count_nothing
) -> list[tuple[Finding, ...]]:
    """Return the findings of each case, with those added that show only over several SIMs."""
    added: defaultdict[str, list[Finding]] = defaultdict(list)
    for rule in all_rules():
        if isinstance(rule, GroupRule):
            for sim_sid, finding in _run(rule, rule.check, rule_broke, cases, limits):
                added[sim_sid].append(finding)
    return [_told([*case.findings, *added[case.sim_sid]]) for case in cases]


def _run(
    rule: AnyRule, check: Callable[..., Iterable[T]], rule_broke: RuleBroke, *given: object
) -> list[T]:
    try:
        return list(check(*given))
    except Exception:  # the other rules still have something to say
        log.exception("rule-broke", extra={"rule": rule.name})
        rule_broke(rule.name)
        return []


def _told(found: list[Finding]) -> tuple[Finding, ...]:
    """Demote what the SIM's own state explains, and order: severity, then the rules' order."""
    explained = any(finding.rule == EXPLAINS_SILENCE for finding in found)
    if explained:
        found = [_demoted(finding) for finding in found]
    return tuple(sorted(found, key=lambda f: (-f.severity, place(f.rule))))


def _demoted(finding: Finding) -> Finding:
    demoted = finding.rule not in _undemoted()
    return replace(finding, severity=Severity.INFO) if demoted else finding


@cache
def _undemoted() -> frozenset[str]:
    return frozenset(rule.name for rule in all_rules() if not rule.about.demoted)
