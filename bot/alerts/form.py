"""The form of an alert: its values as somebody filled them in, and the fault of each field. Pure.

The SIMs, the name, the zone and the quiet hours are filled in, and checked, as those of a digest.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.alerts.alert import Alert, Maintenance
from bot.diagnosis.rule import Severity
from bot.digests.form import (
    FormField,
    FormValues,
    check_name,
    check_quiet_hours,
    check_sims,
    check_zone,
    selection_values,
)
from bot.digests.schedule import zone_named
from bot.struct import Struct, field, replace

MOST_MAINTENANCE = timedelta(days=60)
MOST_MINUTES, LAST_MOMENT = 24 * 60, 1 << 33
MENTIONED = re.compile(r"[SUW][A-Z0-9]{6,20}")
"""The id of whom an alert mentions."""
AUTOMATIC = "auto"
CRITICAL, WARNING = "critical", "warning"


class AlertField(StrEnum):
    """The fields that a digest's form does not have."""

    LEAST = "least"
    CAUSES = "causes"
    HOLD = "hold"
    INTERVAL = "interval"
    FIRST = "first"
    FROM = "mention_from"
    SECOND = "second"
    AFTER = "after"
    BEGIN = "begin"
    END = "end"
    WEBHOOK = "webhook"


Field = FormField | AlertField
Faults = dict[Field, str]


class AlertValues(Struct):
    """What was filled in; `base` holds what a digest's form has too. Durations are minutes.

    `names` says under which name each id that is mentioned is shown.
    """

    base: FormValues = field(default_factory=FormValues)
    least: str = WARNING
    causes: tuple[str, ...] = ()
    hold: str = "0"
    interval: str = AUTOMATIC
    first: str = ""
    mention_from: str = CRITICAL
    second: str = ""
    after: str = "15"
    begin: str = ""
    end: str = ""
    webhook: str = ""
    names: tuple[tuple[str, str], ...] = ()

    @property
    def maintenance(self) -> tuple[Maintenance, ...]:
        """The window in which nothing is opened, if one is set."""
        if not (self.begin and self.end):
            return ()
        return (Maintenance(_moment(self.begin), _moment(self.end)),)


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def values_of(alert: Alert, now: datetime) -> AlertValues:
    """Return what must be filled in to get this alert; a window that is over is left out."""
    quiet = alert.quiet_hours
    base = replace(
        selection_values(alert.selection),
        name=alert.name,
        zone=alert.zone,
        quiet_from=f"{quiet.start:%H:%M}" if quiet else "",
        quiet_to=f"{quiet.end:%H:%M}" if quiet else "",
        channel=alert.channel,
    )
    window = next((each for each in alert.maintenance if each.end > now), None)
    return AlertValues(
        base=base,
        least=_word(alert.least),
        causes=alert.causes,
        hold=_minutes(alert.hold),
        interval=_minutes(alert.interval) if alert.interval else AUTOMATIC,
        first=next(iter(alert.mention_first), ""),
        mention_from=_word(alert.mention_from),
        second=next(iter(alert.mention_second), ""),
        after=_minutes(alert.escalate_after),
        begin=f"{window.start.timestamp():.0f}" if window else "",
        end=f"{window.end.timestamp():.0f}" if window else "",
        webhook=alert.webhook or "",
    )


def _word(severity: Severity) -> str:
    return CRITICAL if severity is Severity.CRITICAL else WARNING


def _minutes(length: timedelta) -> str:
    return f"{length.total_seconds() / 60:.0f}"


def filled_in(values: AlertValues, alert: Alert) -> Alert:
    """Return the alert with what was filled in, but for its SIMs."""
    base = values.base
    return replace(
        alert,
        channel=base.channel,
        name=" ".join(base.name.split()),
        causes=values.causes,
        least=_severity(values.least),
        hold=timedelta(minutes=int(values.hold)),
        zone=zone_named(base.zone),
        quiet_hours=base.quiet_hours,
        maintenance=values.maintenance,
        mention_first=(values.first,) if values.first else (),
        mention_second=(values.second,) if values.second else (),
        mention_from=_severity(values.mention_from),
        escalate_after=timedelta(minutes=int(values.after)),
        interval=None if values.interval == AUTOMATIC else timedelta(minutes=int(values.interval)),
        webhook=values.webhook or None,
    )


def _severity(word: str) -> Severity:
    return Severity.CRITICAL if word == CRITICAL else Severity.WARNING


def checked(values: AlertValues) -> AlertValues:
    """Return values that the form can give, within what can be meant. Raises ValueError."""
    lengths = [values.hold, values.after]
    lengths += [] if values.interval == AUTOMATIC else [values.interval]
    moments = filter(None, (values.begin, values.end))
    mentions = filter(None, (values.first, values.second))
    if not (
        all(0 <= int(minutes) <= MOST_MINUTES for minutes in lengths)
        and all(0 <= int(seconds) <= LAST_MOMENT for seconds in moments)
        and all(map(MENTIONED.fullmatch, mentions))
    ):
        raise ValueError
    return replace(values, base=values.base.checked())


def validate(values: AlertValues, now: datetime) -> Faults:
    """Return the fault of each field as far as nobody must be asked for it."""
    checks = (check_name, check_sims, check_zone, check_quiet_hours)
    found: Faults = {name: words for check in checks for name, words in check(values.base)}
    return found | dict(_check_window(values, now)) | dict(_check_second(values))


def _check_window(values: AlertValues, now: datetime) -> Iterator[tuple[Field, str]]:
    if values.begin and not values.end:
        yield AlertField.END, "Say until when, or leave both empty."
    if values.end and not values.begin:
        yield AlertField.BEGIN, "Say from when, or leave both empty."
    for window in values.maintenance:
        if window.end <= window.start:
            yield AlertField.END, "It must end after it begins. Choose a later time."
        elif window.end <= now:
            yield AlertField.END, "That is already in the past. Choose a later time."
        elif window.end - window.start > MOST_MAINTENANCE:
            yield AlertField.END, f"Maintenance can last {MOST_MAINTENANCE.days} days at most."


def _check_second(values: AlertValues) -> Iterator[tuple[Field, str]]:
    if values.second and not values.first:
        yield AlertField.FIRST, "Choose whom to mention first, too."


def interval_fault(values: AlertValues, shortest: timedelta) -> Faults:
    """Return what is wrong with how often so many SIMs are to be scanned."""
    if values.interval == AUTOMATIC or timedelta(minutes=int(values.interval)) >= shortest:
        return {}
    minutes = -(-shortest.total_seconds() // 60)
    return {
        AlertField.INTERVAL: f"So many SIMs can be scanned every {minutes:.0f} min at the soonest. "
        "Choose a longer time, or automatic."
    }
