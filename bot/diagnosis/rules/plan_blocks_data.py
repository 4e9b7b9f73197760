"""The rate plan does not let the SIM have data, at all or where it is."""

from collections.abc import Iterable
from typing import NamedTuple

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import HOME, country, is_home_network, network_name, packets
from bot.diagnosis.rule import SILENT_OR_EMPTY, About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession, RatePlan

SOURCE = (
    "KORE: the plan's data_enabled, national_roaming_enabled and international_roaming, "
    "https://github.com/korewireless/kore-openapi"
)
_USED_TO = 3  # sessions with data there, after which the plan evidently does not block it


class DataBlock(NamedTuple):
    """Why there is no data; `place` names the sessions that it holds for, where not for all."""

    title: str
    says: str
    known: dict[str, Value]
    place: str | None = None
    next_step: str = "Give the SIM a rate plan that allows data where it is."


@rule(
    About(
        title="The plan blocks data",
        fires="the rate plan has data switched off; or the current session is abroad (outside USA, "
        "PRI, VIR) and the plan has no data in international_roaming; or it is in the USA on "
        "another network than T-Mobile and the plan has no national roaming. Info where data "
        "flows all the same",
        severities=(Severity.CRITICAL, Severity.INFO),
        source=SOURCE,
        explains=(*SILENT_OR_EMPTY, "country_changed", "operator_hopping"),
    )
)
def plan_blocks_data(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find a plan that forbids data; what the plan does not tell forbids nothing."""
    plan, current = evidence.rate_plan, evidence.current
    reason = plan and (_no_data(plan) or (current and _not_here(plan, current)))
    if not plan or not reason:
        return
    flows = reason.place is not None and _flows(evidence, reason.place)
    yield Finding(
        rule="plan_blocks_data",
        severity=Severity.INFO if flows else Severity.CRITICAL,
        title=reason.title,
        says=reason.says + " Data flows all the same." * flows,
        next_step=reason.next_step,
        source=SOURCE,
        evidence={"rate_plan": plan.unique_name or plan.friendly_name or plan.sid, **reason.known},
    )


def _no_data(plan: RatePlan) -> DataBlock | None:
    if plan.data_enabled is not False:
        return None
    step = "Give the SIM a rate plan with data."
    return DataBlock("The plan has no data", "It is {rate_plan}.", {}, next_step=step)


def _not_here(plan: RatePlan, current: DataSession) -> DataBlock | None:
    place = _place(current)
    if place is None or place == "home":
        return None
    if place == "national":
        if plan.national_roaming_enabled is not False:
            return None
        says = "The SIM is on {network}, its rate plan is {rate_plan}."
        known: dict[str, Value] = {"network": network_name(current)}
        return DataBlock("The plan has no national roaming", says, known, place)
    allowed = plan.international_roaming
    if allowed is None or "data" in {each.strip().lower() for each in allowed}:
        return None
    says = "The SIM is in {country}, its rate plan is {rate_plan}."
    return DataBlock("The plan has no data abroad", says, {"country": place}, place)


def _place(session: DataSession) -> str | None:
    """Return `home`, `national` or the country abroad; None where that is unknown."""
    here = country(session.operator_country)
    if here is None or here not in HOME:
        return here
    at_home = is_home_network(session)
    return None if at_home is None else "home" if at_home else "national"


def _flows(evidence: Evidence, place: str) -> bool:
    """Return whether the newest sessions there of which packets are known had some."""
    there = (s for s in evidence.sessions or () if _place(s) == place)
    counted = [counts for s in there if (counts := packets(s)) is not None][:_USED_TO]
    return len(counted) == _USED_TO and all(any(counts) for counts in counted)
