"""A device that is alive, but with far fewer packets, or far more or fewer starts than usual."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.diagnosis.anomalies import silence_of, storm_of
from bot.diagnosis.evidence import Evidence
from bot.diagnosis.rhythm import DAY, HOUR, Contact, Rhythm, usual_high, usual_low
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import OURS, Thresholds

_STARTS_AT_LEAST = 8
_LATELY = 8 * HOUR
_WHILE = 3 * HOUR
_FEW_KNOWN, _WELL_KNOWN = 3, 8
_COUNTS = 20  # packets; fewer say nothing
_BEFORE = 4 * DAY  # by then it is not yet usual itself
_FAR, _STEADY = 2, 20  # times the longest interval; contacts that show how long that is
_LONG_OPEN, _LONGER_OPEN = DAY, 2 * DAY
_MOST_OF = 0.75  # of that time; short sessions need not span its beginning


@rule(
    About(
        title="Connects or sends unusually",
        fires="in the last 24 h, and at the same rate in the last 8 h, the SIM began more than "
        "{degraded_starts_times} times as many sessions as on a usual day; or its last three "
        "intervals are each over twice the longest that was usual; or a day's packets "
        "are under {degraded_percent} % of the least that is usual for a session, or for the "
        "time that it was open",
        severities=(Severity.WARNING,),
        thresholds=("degraded_starts_times", "degraded_percent"),
    )
)
def degraded(evidence: Evidence, limits: Thresholds) -> Iterable[Finding]:
    """Find a SIM that is not itself, though it still connects."""
    silence, storm = silence_of(evidence, limits), storm_of(evidence, limits)
    if (silence and silence.is_due(evidence.now)) or (storm and storm.is_unusual):
        return
    rhythm = evidence.rhythm
    found = [*_many_starts(rhythm, limits), *_few_starts(rhythm), *_few_packets(rhythm, limits)]
    yield from found[:1]


def _many_starts(rhythm: Rhythm, limits: Thresholds) -> Iterable[Finding]:
    starts = rhythm.started_within(DAY)
    if starts < _STARTS_AT_LEAST:
        return
    days = rhythm.counts(rhythm.now - DAY, DAY)
    usual = usual_high(days)
    line = max(_STARTS_AT_LEAST, (usual + 1) * limits.degraded_starts_times)
    lately = rhythm.started_within(_LATELY)
    if len(days) < _FEW_KNOWN or starts < line or lately * DAY / _LATELY < line:
        return
    yield Finding(
        rule="degraded",
        severity=Severity.WARNING,
        title="Connects far more often than usual",
        says="{starts} session starts in the last 24 h; usually at most {usual} a day, over the "
        "{days} days before.",
        next_step="Read the device's log: something ends its sessions; check signal and antenna.",
        source=limits.sources["degraded_starts_times"],
        evidence={"starts": starts, "days": len(days), "usual": int(usual)},
    )


def _few_starts(rhythm: Rhythm) -> Iterable[Finding]:
    """Find one that still connects, though each time far later than it used to."""
    least = min(rhythm.intervals[-_FEW_KNOWN:], default=0.0)
    if len(rhythm.starts) < _STEADY or least <= _FAR * rhythm.typical or rhythm.is_always_on:
        return
    first = bisect_left(rhythm.starts, rhythm.now - _BEFORE)
    before = Rhythm(rhythm.contacts[: min(first, len(rhythm.starts) - _FEW_KNOWN)], rhythm.now)
    if len(before.starts) < _STEADY or least <= _FAR * before.longest:
        return
    yield Finding(
        rule="degraded",
        severity=Severity.WARNING,
        title="Connects far less often than usual",
        says="Its last {intervals} intervals were {least} or longer; up to {longest} is usual.",
        next_step="Look at the device's battery and signal, and at how often it is set to report.",
        source=OURS,
        evidence={
            "intervals": _FEW_KNOWN,
            "least": timedelta(seconds=least),
            "longest": timedelta(seconds=before.longest),
        },
    )


def _few_packets(rhythm: Rhythm, limits: Thresholds) -> Iterable[Finding]:
    rates = _rates_while_open(rhythm) if rhythm.is_always_on else _packets_by_contact(rhythm)
    if rates is None:
        return
    recent, usual, what = rates
    if usual < _COUNTS or recent * 100 >= usual * limits.degraded_percent:
        return
    yield Finding(
        rule="degraded",
        severity=Severity.WARNING,
        title="Far fewer packets than usual",
        says="{packets} packets {what} at most lately; before, nine of ten had {usual} or more.",
        next_step="Look at the device and its application; check signal and antenna.",
        source=limits.sources["degraded_percent"],
        evidence={"packets": round(recent), "usual": round(usual), "what": what},
    )


def _packets_by_contact(rhythm: Rhythm) -> tuple[float, float, str] | None:
    """Compare the contacts of the last day with those before."""
    first = len(rhythm.contacts) - rhythm.started_within(DAY)
    recent = [packets for each in rhythm.contacts[first:] if (packets := _closed(each))]
    if len(recent) < _FEW_KNOWN or rhythm.now - rhythm.starts[first] < _WHILE:
        return None
    earlier = rhythm.contacts[:first]
    before = _well_before(
        rhythm.now, [(each.start, packets) for each in earlier if (packets := _closed(each))], DAY
    )
    return (max(recent), usual_low(before), "in a session") if len(before) >= _WELL_KNOWN else None


def _rates_while_open(rhythm: Rhythm) -> tuple[float, float, str] | None:
    """Compare the packets a day of the sessions since a day or two with those before."""
    rates = [
        (c.sign, (c.up + c.down) * DAY / (c.sign - c.start), c.start)
        for c in rhythm.contacts
        if c.sign - c.start >= HOUR and c.up is not None and c.down is not None
    ]
    long = _LONG_OPEN if len(rates) >= _WELL_KNOWN else _LONGER_OPEN
    edge = rhythm.now - long
    recent = [each for each in rates if each[0] > edge]
    if not recent or rhythm.now - recent[0][2] < long * _MOST_OF:
        return None
    before = _well_before(rhythm.now, rates, long)
    whole = [rate for _, rate, start in recent if start <= rhythm.now - HOUR]
    return (max(whole, default=0.0), usual_low(before), "a day") if before else None


def _well_before(now: float, values: Sequence[tuple[float, ...]], least: float) -> list[float]:
    """Return known values, which stand behind their moments, from well before `now`.

    What is odd for some days is not yet usual itself.
    """
    edge = now - _BEFORE
    before = [each[1] for each in values if each[0] <= edge]
    if len(before) >= _WELL_KNOWN:
        return before
    return [each[1] for each in values if each[0] <= now - least]


def _closed(contact: Contact) -> int | None:
    """Return the packets of a contact that is done; None where they are unknown, or none."""
    if contact.is_open or contact.up is None or contact.down is None:
        return None
    return contact.up + contact.down or None
