"""A device on a radio that is being switched off in the USA."""

from collections.abc import Iterable

from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import generation, mcc, network_name
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import Thresholds

LEGACY = frozenset({2, 3})
USA_MCCS = range(310, 317)
SOURCE = (
    "T-Mobile US: 3G off since 2022-07-01, 2G shrinking since 2025, https://www.lightreading.com/"
    "2g3g4g/t-mobile-umts-lte-network-shut-downs-likely-affect-more-than-1m-devices/d/d-id/778732"
)


@rule(
    About(
        title="On 2G or 3G, which is being switched off",
        fires="the newest session is on 2G or 3G in the USA (mcc 310 to 316)",
        severities=(Severity.INFO,),
        source=SOURCE,
    )
)
def legacy_radio(evidence: Evidence, _limits: Thresholds) -> Iterable[Finding]:
    """Find a newest session on 2G or 3G on a network of the USA."""
    newest = evidence.current
    if newest is None or mcc(newest) not in USA_MCCS:
        return
    number = generation(newest.radio_link)
    if number not in LEGACY:
        return
    yield Finding(
        rule="legacy_radio",
        severity=Severity.INFO,
        title=f"On {number}G, which is being switched off",
        says="On {radio} with {network} since {since}; in the USA 3G is off since July 2022 and 2G "
        "is shrinking.",
        next_step="Plan to replace a modem that has no LTE; let one that has it prefer LTE.",
        source=SOURCE,
        evidence={
            "radio": newest.radio_link,
            "network": network_name(newest),
            "since": newest.start,
        },
    )
