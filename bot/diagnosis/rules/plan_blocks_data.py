"""The rate plan does not let the SIM have data, at all or where it is."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import HOME, country
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import RatePlan

SOURCE = (
    "KORE: the plan's data_enabled and international_roaming, "
    "https://github.com/korewireless/kore-openapi"
)


@rule(
    About(
        fires="the rate plan has data disabled, or the newest session is abroad (not in USA, PRI, "
        "VIR) and the plan has no data in international_roaming",
        severities=(Severity.CRITICAL,),
        source=SOURCE,
        explains=(*SILENT_OR_EMPTY, "country_changed"),
    )
)
def plan_blocks_data(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find a plan that forbids data; what the plan does not tell forbids nothing."""
    plan = evidence.rate_plan
    reason = plan and (_no_data(plan) or _no_roaming(plan, _abroad(evidence)))
    if not plan or not reason:
        return
    title, says, known = reason
    yield Finding(
        rule="plan_blocks_data",
        severity=Severity.CRITICAL,
        title=title,
        says=says,
        next_step="Give the SIM a rate plan that allows data where it is.",
        source=SOURCE,
        evidence={"rate_plan": plan.unique_name or plan.friendly_name or plan.sid, **known},
    )


def _abroad(evidence: Evidence) -> str | None:
    newest = evidence.newest
    here = country(newest.operator_country) if newest else None
    return None if here in HOME else here


def _no_data(plan: RatePlan) -> tuple[str, str, dict[str, Value]] | None:
    if plan.data_enabled is not False:
        return None
    return "The plan has no data", "The rate plan {rate_plan} has data disabled.", {}


def _no_roaming(plan: RatePlan, abroad: str | None) -> tuple[str, str, dict[str, Value]] | None:
    allowed = plan.international_roaming
    if abroad is None or allowed is None or "data" in {each.strip().lower() for each in allowed}:
        return None
    says = "The SIM is in {country}; the rate plan {rate_plan} has no data abroad."
    return "The plan has no data abroad", says, {"country": abroad}
