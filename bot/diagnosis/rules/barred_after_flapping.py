"""Many tries, then nothing: networks bar SIMs that retry too often."""

from collections.abc import Iterable
from datetime import timedelta

from bot.diagnosis.anomalies import last_storm_of, silence_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.fields import is_low_power
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import HOUR, Thresholds

_OF_THE_LONGEST = 1.25
_BETWEEN_TRIES = timedelta(days=1)


@rule(
    About(
        title="Barred by the network",
        fires="60 minutes had more than {barred_starts} session starts, far more than usual for "
        "this SIM, and none has begun since: for more than {barred_quiet_after}, and longer "
        "than its rhythm explains",
        severities=(Severity.CRITICAL,),
        thresholds=("barred_starts", "barred_quiet_after"),
        explains=(
            "flapping",
            "gone_silent",
            "ghost_session",
            "attach_without_data",
            "uplink_only",
            "degraded",
            "radio_fallback",
            "idle_session",
        ),
    )
)
def barred_after_flapping(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find flapping that ended in silence."""
    storm, silence = last_storm_of(evidence, limits), silence_of(evidence, limits)
    if storm is None or silence is None or not storm.is_unusual:
        return
    quiet_for, rhythm = evidence.now - storm.last, evidence.rhythm
    if silence.since - storm.last > HOUR:  # it was let in and stayed
        return
    missed_none = silence.due_at is None and not silence.is_due(evidence.now)
    if quiet_for <= max(limits.barred_quiet_after, _explained(evidence)):
        return
    if missed_none and rhythm.is_known:
        return
    yield Finding(
        rule="barred_after_flapping",
        severity=Severity.CRITICAL,
        title="Barred by the network",
        says="{starts} session starts between {first} and {last}; none for {quiet_for} since; "
        "networks bar SIMs that retry too often (limit {limit} an hour): let them back off 5, 10, "
        "15, 20, 30, 60 min.",
        next_step="Stop the device's retries, then ask KORE to unblock the SIM.",
        source=limits.sources["barred_quiet_after"],
        evidence={
            "starts": storm.starts,
            "first": storm.first,
            "last": storm.last,
            "quiet_for": quiet_for,
            "limit": limits.barred_starts,
        },
    )


def _explained(evidence: Evidence) -> timedelta:
    """Return how long a silence its rhythm explains, after as many tries as that."""
    rhythm = evidence.rhythm
    if rhythm.is_known:
        usual = rhythm.longest_away if rhythm.is_always_on else rhythm.longest
        return timedelta(seconds=usual * _OF_THE_LONGEST)
    sleeps = evidence.current and is_low_power(evidence.current.radio_link)
    return _BETWEEN_TRIES if sleeps else timedelta(0)
