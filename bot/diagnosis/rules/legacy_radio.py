"""A device on a radio that is being switched off in the USA."""

from collections.abc import Iterable

from bot.diagnosis.evidence import WINDOW, Evidence
from bot.diagnosis.fields import generation, mcc, network_name
from bot.diagnosis.rule import About, Finding, Severity, Value, rule
from bot.diagnosis.thresholds import Thresholds
from bot.kore.models import DataSession

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
    how_long, known = _how_long(evidence, number)
    yield Finding(
        rule="legacy_radio",
        severity=Severity.INFO,
        title=f"On {number}G, which is being switched off",
        says=f"On {number}G in the USA {how_long}, now {{radio}} with {{network}}; 3G has been off "
        "there since July 2022, and 2G is shrinking.",
        next_step="Plan to replace a modem that has no LTE; let one that has it prefer LTE.",
        source=SOURCE,
        evidence={
            "radio": newest.radio_link,
            "network": network_name(newest),
            **known,
        },
    )


def _how_long(evidence: Evidence, number: int) -> tuple[str, dict[str, Value]]:
    """Say since when it is on that generation there, or where all that is known is, how long."""

    def is_so(session: DataSession) -> bool | None:
        here, on = mcc(session), generation(session.radio_link)
        return None if here is None or on is None else here in USA_MCCS and on == number

    run, made = evidence.streak_of(is_so), evidence.sim.date_created
    first, is_new = run[-1].start, made is not None and made > evidence.now - WINDOW
    known = [session for session in evidence.in_order if is_so(session) is not None]
    if len(run) < len(known) or is_new or first is None:
        return "since {since}", {"since": first}
    return "for at least {held}", {"held": evidence.now - first}
