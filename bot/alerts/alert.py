"""A channel's alert: which SIMs, which causes, whom it mentions when; and the form for it. Pure.

The SIMs, the name, the zone and the quiet hours are filled in, and checked, as those of a digest.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.diagnosis.rule import Severity
from bot.digests.form import (
    FormField,
    FormValues,
    check_name,
    check_quiet_hours,
    check_sims,
    check_zone,
    common_values,
)
from bot.digests.schedule import zone_named
from bot.digests.subscription import Subscribed
from bot.struct import Struct, field, from_json, replace, to_json

KIND = "alert"
"""The kind of job that scans for one; its args are {"alert": id}."""
ESCALATE_AFTER = timedelta(minutes=15)
WELL_FOR = timedelta(minutes=5)
_MINUTE = timedelta(minutes=1)
_INTERVALS = ((300, 5 * _MINUTE), (1_000, 10 * _MINUTE), (10_000, 15 * _MINUTE))
"""How often so many SIMs are scanned by default; beyond them 15 min for each 10,000."""
_LEAST_PAUSE = 2  # a scan may take half of the time between two


class Maintenance(Struct):
    """A span of time in which nothing is opened."""

    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Return whether a moment lies in it."""
        return self.start <= moment < self.end


class Mute(Struct):
    """A SIM that an alert does not speak of until then: who said so, and why."""

    sid: str
    by: str
    at: datetime
    until: datetime
    reason: str


class Alert(Subscribed, kw_only=True, omit_defaults=True):
    """One alert, which mentions nobody in its quiet hours.

    `causes` are rules by name, none of them: all. `hold` is how long a cause must stand before it
    counts, beyond what its rule waits for by itself. `mention_first` are ids of user groups or
    people; those of `mention_second` are mentioned where nobody has taken an incident for
    `escalate_after`. `interval` is None for the usual one. `well` is how long all of an incident
    must be back before it is resolved. `webhook` names one of the settings'.
    """

    causes: tuple[str, ...] = ()
    least: Severity = Severity.WARNING
    hold: timedelta = timedelta(0)
    maintenance: tuple[Maintenance, ...] = ()
    mention_first: tuple[str, ...] = ()
    mention_second: tuple[str, ...] = ()
    mention_from: Severity = Severity.CRITICAL
    escalate_after: timedelta = ESCALATE_AFTER
    interval: timedelta | None = None
    well: timedelta = WELL_FOR
    webhook: str | None = None
    mutes: tuple[Mute, ...] = ()

    @property
    def job_key(self) -> str:
        """The key of the job that scans for it."""
        return f"{KIND}:{self.id}"

    @property
    def looks_for(self) -> tuple[object, ...]:
        """Which SIMs it is about, and what of them; what was read for others says nothing."""
        return self.selection, self.causes, self.least

    def is_maintained_at(self, moment: datetime) -> bool:
        """Return whether a moment lies in a maintenance window."""
        return any(window.covers(moment) for window in self.maintenance)

    def muted_at(self, moment: datetime) -> dict[str, Mute]:
        """Return what holds then of what was muted, by SID."""
        return {mute.sid: mute for mute in self.mutes if moment < mute.until}

    def mentions(self, severity: Severity) -> bool:
        """Return whether somebody is mentioned for an incident that grave."""
        return bool(self.mention_first) and severity >= self.mention_from


def usual_interval(sims: int, per_second: float | None = None) -> timedelta:
    """Return how often so many SIMs are scanned: as KORE allows, if that is slower."""
    usual = next((every for most, every in _INTERVALS if sims <= most), None)
    usual = usual or _INTERVALS[-1][1] * (sims / _INTERVALS[-1][0])
    if not per_second:
        return usual
    return max(usual, timedelta(seconds=sims / per_second * _LEAST_PAUSE))


class IllSince(NamedTuple):
    """Since when a SIM has a cause of a family, and since when that is seen: epoch seconds.

    `known` is what nobody is told of: it was so before the alert, or somebody resolved it; at most
    as grave as `severity`, unless it is a silence that lasts.
    """

    family: str
    since: float
    seen: float
    known: bool = False
    severity: int = 0


class AlertState(Struct, omit_defaults=True):
    """What an alert has seen so far.

    `ill` is by SID. `primed` is false until the first scan is over: what is wrong already then is
    not opened, and so with each of the `accounts` that were read. `blind_since` is set while KORE
    does not answer, of some accounts (`blind`) or of all; `scanned_at` is the last scan's. `called`
    is when people were reminded last, or others called, by what time brought: epoch seconds.
    `begun_at` is the first scan's.
    """

    ill: dict[str, IllSince]
    primed: bool = False
    blind_since: datetime | None = None
    scanned_at: datetime | None = None
    sims: int = 0
    accounts: tuple[str, ...] = ("",)
    blind: tuple[str, ...] = ()
    called: dict[str, float] = field(default_factory=dict)
    begun_at: datetime | None = None

    def knows(self, account: str) -> bool:
        """Return whether an account was scanned before."""
        return self.primed and account in self.accounts

    def to_json(self) -> str:
        """Return what is stored."""
        return to_json(self).decode()

    @classmethod
    def from_json(cls, stored: str | None) -> "AlertState":
        """Read what some version stored; nothing yet is a new alert's."""
        return from_json(cls, stored) if stored else cls({})


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
    window = next((each for each in alert.maintenance if each.end > now), None)
    return AlertValues(
        base=common_values(alert),
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


def alert_from_values(values: AlertValues, alert: Alert) -> Alert:
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


def valid_values(values: AlertValues) -> AlertValues:
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
    if values.second and not values.first:
        found[AlertField.FIRST] = "Fill in Mention too: it says whom to mention first."
    return found | dict(_check_window(values, now))


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


def interval_fault(values: AlertValues, shortest: timedelta) -> Faults:
    """Return what is wrong with how often so many SIMs are to be scanned."""
    if values.interval == AUTOMATIC or timedelta(minutes=int(values.interval)) >= shortest:
        return {}
    minutes = -(-shortest.total_seconds() // 60)
    return {
        AlertField.INTERVAL: f"So many SIMs can be scanned every {minutes:.0f} min at the soonest. "
        "Choose a longer time, or automatic."
    }
