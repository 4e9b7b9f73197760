"""Several SIMs fell silent together, and what they share tells where to look."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.diagnosis.contrast import Member, Outage, OutageLimits, Trait, outages_of
from bot.diagnosis.fields import cell, country, known_text, network_name, networks_of
from bot.diagnosis.rule import About, Case, Finding, Severity, Value, When, group_rule
from bot.diagnosis.thresholds import Thresholds
from bot.sims.numbers import device_of
from bot.struct import replace

SILENT = frozenset({"ghost_session", "gone_silent"})
OF_ITS_OWN = frozenset({"sim_not_active", "no_rate_plan", "plan_blocks_data", "data_limit"})
MODEL_DIGITS = 8
NEXT_STEPS = {
    Trait.CELL: "Check the site's power and antenna; do not reset the devices.",
    Trait.NETWORK: "Check the operator's and KORE's status pages; do not reset the devices.",
    Trait.PLAN: "Check the rate plan in KORE's console: its limits, and whether it allows data.",
    Trait.MODEL: "Check this model's firmware rollout.",
    Trait.COUNTRY: "Check KORE's status and roaming in that country; do not reset the devices.",
    Trait.RADIO: "Check with the operator whether that radio is still on air there.",
    None: "Find out what happened then: power, server, plan; do not reset the devices.",
}


_ON = {
    Trait.CELL: "on this cell",
    Trait.NETWORK: "on {value}",
    Trait.PLAN: "with the rate plan {value}",
    Trait.MODEL: "of the device model {value}",
    Trait.COUNTRY: "in {value}",
    Trait.RADIO: "on {value}",
}


@group_rule(
    About(
        title="Common outage",
        fires="at least {outage_sims} SIMs fell silent within {outage_within}, against their "
        "rhythm, and they share what the others do not (network, cell, country, plan, device "
        "model, radio) or are {outage_percent} % of all, or of their cell; half of all, where they "
        "are on several or unknown cells and fewer than 20 SIMs, not all of them asked for, are "
        "compared. It looks at SIMs that were asked for together, looked up in the last ten "
        "minutes, or seen by the last scan",
        severities=(Severity.CRITICAL,),
        thresholds=("outage_sims", "outage_percent", "outage_within"),
        explains=(
            *sorted(SILENT),
            "barred_after_flapping",
            "attach_without_data",
            "flapping",
            "radio_fallback",
        ),
    )
)
def common_outage(
    cases: Sequence[Case], limits: Thresholds, peers: Sequence[Member] = ()
) -> Iterable[tuple[str, Finding]]:
    """Find SIMs that were lost at about the same time; each is counted once."""
    asked = {each.sim_sid: each for each in cases}
    lines = replace(outage_limits(limits), is_sample=bool(peers))
    plans = {each.rate_plan: each.plan_name for each in cases if each.plan_name}
    for outage in outages_of([*map(member_of, asked.values()), *peers], lines, asked):
        plan = plans.get(outage.value) if outage.trait is Trait.PLAN else None
        finding = _finding(replace(outage, value=plan) if plan else outage, limits)
        yield from ((sid, finding) for sid in asked if sid in outage.sids)


def outage_limits(limits: Thresholds) -> OutageLimits:
    """Return how many SIMs within how much time are an outage."""
    within = limits.outage_within.total_seconds()
    return OutageLimits(limits.outage_sims, limits.outage_percent, within)


def member_of(case: Case) -> Member:
    """Return a case as it is compared: when it was lost, if it was, and its traits."""
    session = case.current
    heard = (session.end or session.last_updated) if session else None
    return Member(
        case.sim_sid, lost_at(case.findings), heard.timestamp() if heard else None, traits_of(case)
    )


def lost_at(findings: Iterable[Finding]) -> float | None:
    """Return when a SIM fell silent without rhythm, status or plan explaining it; else None."""
    for found in findings:
        since = found.evidence.get("since")
        if (
            found.rule in SILENT
            and found.when is When.NOW
            and found.severity > Severity.INFO
            and found.explained_by not in OF_ITS_OWN
            and not found.evidence.get("at_its_usual_hour")
            and isinstance(since, datetime)
        ):
            return since.timestamp()
    return None


def traits_of(case: Case) -> dict[Trait, str]:
    """Return what is known of a SIM that others may share, in words."""
    session = case.current
    if session is None:
        return {Trait.PLAN: case.rate_plan} if case.rate_plan else {}
    device = device_of(session.imei)
    traits = {
        Trait.CELL: cell(session.cell_id),
        Trait.NETWORK: network_name(session) if networks_of((session,))[0] else None,
        Trait.PLAN: case.rate_plan,
        Trait.MODEL: device and device[:MODEL_DIGITS],
        Trait.COUNTRY: country(session.operator_country),
        Trait.RADIO: known_text(session.radio_link),
    }
    return {trait: value for trait, value in traits.items() if value}


def _finding(outage: Outage, limits: Thresholds) -> Finding:
    known: dict[str, Value] = {
        "sims": outage.silent,
        "of": outage.members,
        "well": outage.well,
        "others_silent": outage.others_silent,
        "others": outage.others,
        "asked": outage.members + outage.others,
        "trait": outage.trait.value if outage.trait else None,
        "value": outage.value,
        "first": datetime.fromtimestamp(outage.first, UTC),
        "last": datetime.fromtimestamp(outage.last, UTC),
    }
    return Finding(
        rule="common_outage",
        severity=Severity.CRITICAL,
        title=title_of(outage),
        says=_says(outage),
        next_step=NEXT_STEPS[outage.trait],
        source=limits.sources["outage_sims"],
        evidence={name: value for name, value in known.items() if value is not None},
    )


def title_of(outage: Outage) -> str:
    """Return what a SIM in an outage has."""
    return f"Common outage, {outage.silent} SIMs"


_OTHERS_OF_IT = " Only part of it is out: the others have been heard from since."


def _says(outage: Outage) -> str:
    on = f" {_ON[outage.trait]}" if outage.trait else ""
    sims = "{sims} of {of} SIMs" if outage.silent < outage.members else "All {sims} SIMs"
    says = f"{sims}{on} went silent between {{first}} and {{last}}; "
    if outage.others:
        says += "{others_silent} of {others} others did."
    else:
        says += "there is nothing to compare them with."
    if outage.silent < outage.members:
        says += _OTHERS_OF_IT if outage.well else " The others fell silent at other times."
    return says
