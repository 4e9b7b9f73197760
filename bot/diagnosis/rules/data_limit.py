"""The SIM is near one of its plan's data limits, or over it."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import UsageKind, month_start, used_bytes
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import RatePlan

MEGABYTE = 10**6
FULL = 100
FULL_SOURCE = "KORE: the plan's data_limit, https://github.com/korewireless/kore-openapi"
AT_THE_LIMIT = {
    "block": "The plan blocks data at the limit.",
    "throttle": "The plan throttles data at the limit.",
}
NOT_TOLD = "KORE does not tell whether the plan blocks or throttles."


class Used(NamedTuple):
    """What was used of one limit, in bytes and MB."""

    kind: UsageKind
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """How much of it."""
        return self.used * FULL // (self.limit * MEGABYTE)


@rule(
    About(
        title="Data limit near or reached",
        fires="usage in the metering month, whose start is an estimate, has reached "
        "{data_limit_percent} % (warning) or 100 % (critical) of one of the plan's limits: at "
        "home, national or international roaming",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("data_limit_percent",),
        explains=SILENT_OR_EMPTY,
    )
)
def data_limit(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Compare each usage with its own limit; unknown usage is not 0."""
    plan = evidence.rate_plan
    fullest = (
        max(_all_used(evidence, plan), key=lambda used: used.percent, default=None)
        if plan
        else None
    )
    if plan and fullest and fullest.percent >= min(limits.data_limit_percent, FULL):
        yield _finding(evidence, plan, fullest, limits)


def _all_used(evidence: Evidence, plan: RatePlan) -> Iterable[Used]:
    since = month_start(evidence.sim, evidence.now)
    allowed = {
        UsageKind.HOME: plan.data_limit,
        UsageKind.NATIONAL: plan.national_roaming_data_limit,
        UsageKind.INTERNATIONAL: plan.international_roaming_data_limit,
    }
    for kind, limit in allowed.items():
        used = used_bytes(evidence.usage or (), since, kind)
        if limit and limit > 0 and used is not None:
            yield Used(kind, used, limit)


def _finding(evidence: Evidence, plan: RatePlan, used: Used, limits: Thresholds) -> Finding:
    full, strategy = used.percent >= FULL, (plan.data_limit_strategy or "").strip().lower()
    return Finding(
        rule="data_limit",
        severity=Severity.CRITICAL if full else Severity.WARNING,
        title="Data limit reached" if full else "Data limit is near",
        says="{used_mb} of {limit_mb} MB ({percent} %) used {where}. The metering month "
        "began {month_start}, an estimate: KORE does not tell the activation day. "
        + AT_THE_LIMIT.get(strategy, NOT_TOLD),
        next_step="Raise the limit, choose another plan, or wait for the next metering month.",
        source=FULL_SOURCE if full else limits.sources["data_limit_percent"],
        evidence={
            "used_mb": round(used.used / MEGABYTE, 1),
            "limit_mb": used.limit,
            "percent": used.percent,
            "where": used.kind.value,
            "month_start": month_start(evidence.sim, evidence.now),
            "month_is_an_estimate": True,
            "strategy": strategy or None,
        },
        explains=full and strategy != "throttle",
    )
