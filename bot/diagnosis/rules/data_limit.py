"""The SIM is near its plan's data limit, or over it."""

from collections.abc import Iterable
from datetime import datetime

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.metering import month_start, used_bytes
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

MEGABYTE = 10**6
FULL = 100
FULL_SOURCE = "KORE: the plan's data_limit, https://github.com/korewireless/kore-openapi"
AT_THE_LIMIT = {
    "block": "The plan blocks data at the limit.",
    "throttle": "The plan throttles data at the limit.",
}
NOT_TOLD = "KORE does not tell whether the plan blocks or throttles."


@rule(
    About(
        fires="usage of the metering month, whose start is an estimate, at {data_limit_percent} % "
        "of the plan's limit (warning), at 100 % (critical)",
        severities=(Severity.WARNING, Severity.CRITICAL),
        thresholds=("data_limit_percent",),
        explains=SILENT_OR_EMPTY,
    )
)
def data_limit(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Compare the usage at home with the plan's limit; what is not told is not 0."""
    plan, start = evidence.rate_plan, month_start(evidence.sim, evidence.now)
    used = used_bytes(evidence.usage or (), start)
    if plan is None or not plan.data_limit or plan.data_limit < 0 or used is None:
        return
    percent = used * 100 // (plan.data_limit * MEGABYTE)
    if percent >= min(limits.data_limit_percent, FULL):
        strategy = (plan.data_limit_strategy or "").strip().lower()
        yield _finding(plan.data_limit, used, start, percent, strategy, limits)


def _finding(  # noqa: PLR0913, PLR0917 -- what the sentence is made of
    limit: int, used: int, start: datetime, percent: int, strategy: str, limits: Thresholds
) -> Finding:
    full = percent >= FULL
    return Finding(
        rule="data_limit",
        severity=Severity.CRITICAL if full else Severity.WARNING,
        title="Data limit reached" if full else "Data limit is near",
        says="{used_mb} of {limit_mb} MB ({percent} %) used since {month_start}. That start of the "
        "metering month is an estimate: KORE tells no activation day. "
        + AT_THE_LIMIT.get(strategy, NOT_TOLD),
        next_step="Raise the limit, choose another plan, or wait for the next metering month.",
        source=FULL_SOURCE if full else limits.source("data_limit_percent"),
        evidence={
            "used_mb": round(used / MEGABYTE, 1),
            "limit_mb": limit,
            "percent": percent,
            "month_start": start,
            "month_is_an_estimate": True,
            "strategy": strategy or None,
        },
        explains=full and strategy != "throttle",
    )
