"""The form of a digest: its values as somebody filled them in, and the fault of each field. Pure.

What only KORE or Slack can tell (whether a plan, a name or a channel is there) is asked elsewhere.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import chain
from typing import Self

from bot.digests.schedule import (
    DAYS,
    HOURS,
    DigestSchedule,
    Frequency,
    QuietHours,
    cron_line,
    next_due,
    shortest_gap,
    zone_named,
)
from bot.digests.subscription import LONGEST, SelectionKind, Subscribed, Subscription, WhenQuiet
from bot.struct import Struct, replace

LONGEST_NAME = 60
FIELD = 3000
"""Characters that Slack lets be typed into one field: 142 ICCIDs."""
NINE = "09:00"


class FormField(StrEnum):
    """The fields of the form; a fault stands under one of them."""

    NAME = "name"
    WHICH = "which"
    LISTED = "listed"
    LISTED_2 = "listed_2"
    LISTED_3 = "listed_3"
    PATTERN = "pattern"
    PLAN = "plan"
    STATUS = "status"
    EVERY = "every"
    HOURS = "hours"
    AT = "at"
    DAY = "day"
    CRON = "cron"
    ZONE = "zone"
    QUIET_FROM = "quiet_from"
    QUIET_TO = "quiet_to"
    WHEN_QUIET = "when_quiet"
    CHANNEL = "channel"


FieldErrors = dict[FormField, str]


class FormValues(Struct):
    """Texts as they were typed or chosen; "" where nothing was."""

    name: str = ""
    which: SelectionKind = SelectionKind.PATTERN
    listed: str = ""
    listed_2: str = ""
    listed_3: str = ""
    pattern: str = ""
    plan: str = ""
    status: str = ""
    every: Frequency = Frequency.WEEKDAY
    hours: str = "4"
    at: str = NINE
    day: str = "0"
    cron: str = ""
    zone: str = "UTC"
    quiet_from: str = ""
    quiet_to: str = ""
    when_quiet: WhenQuiet = WhenQuiet.LINE
    channel: str = ""

    @property
    def schedule(self) -> DigestSchedule:
        """How often it comes. Raises ValueError, in words."""
        if self.every is Frequency.CRON:
            return DigestSchedule(self.every, line=cron_line(self.cron))
        at = time.fromisoformat(self.at or NINE)
        return DigestSchedule(self.every, hours=int(self.hours), at=at, day=int(self.day))

    @property
    def quiet_hours(self) -> QuietHours | None:
        """When nothing comes; None where both times are left empty."""
        if not (self.quiet_from and self.quiet_to):
            return None
        return QuietHours(time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_to))

    def checked(self) -> Self:
        """Return it where the form can give it. Raises ValueError."""
        if int(self.hours or HOURS[0]) not in HOURS or int(self.day or 0) not in range(len(DAYS)):
            raise ValueError
        _ = self.quiet_hours, time.fromisoformat(self.at or NINE)
        return self

    @property
    def chosen(self) -> str:
        """The text that was typed for the chosen kind of selection."""
        texts = {
            SelectionKind.LISTED: f"{self.listed}\n{self.listed_2}\n{self.listed_3}",
            SelectionKind.PATTERN: self.pattern,
            SelectionKind.PLAN: self.plan,
            SelectionKind.STATUS: self.status,
        }
        return texts.get(self.which, "").strip()


def values_of(subscription: Subscription) -> FormValues:
    """Return what must be filled in to get this subscription."""
    schedule = subscription.schedule
    return replace(
        common_values(subscription),
        every=schedule.frequency,
        hours=str(schedule.hours),
        at=f"{schedule.at:%H:%M}",
        day=str(schedule.day),
        cron=schedule.line,
        when_quiet=subscription.when_quiet,
    )


def common_values(one: Subscribed) -> FormValues:
    """Return what must be filled in of what a digest and an alert have alike."""
    selection, quiet = one.selection, one.quiet_hours
    listed = _in_fields(sim.typed for sim in selection.sims)
    typed = {selection.kind.value: selection.text} if selection.text else {}
    values = FormValues(
        name=one.name,
        which=selection.kind,
        listed=listed[0],
        listed_2=listed[1],
        listed_3=listed[2],
        zone=one.zone,
        quiet_from=f"{quiet.start:%H:%M}" if quiet else "",
        quiet_to=f"{quiet.end:%H:%M}" if quiet else "",
        channel=one.channel,
    )
    return replace(values, **typed)


def _in_fields(lines: Iterable[str]) -> list[str]:
    """Return the lines in the three fields that a list of SIMs has."""
    fields = [""]
    for line in lines:
        if len(fields[-1]) + len(line) >= FIELD:
            fields.append("")
        fields[-1] = f"{fields[-1]}\n{line}".lstrip("\n")
    return [*fields, "", ""]


def validate(values: FormValues, min_interval: timedelta, now: datetime) -> FieldErrors:
    """Return the fault of each field as far as nobody must be asked for it.

    `min_interval` is the shortest time allowed between two runs.
    """
    found = dict(
        chain(
            check_name(values),
            check_sims(values),
            _check_schedule(values, min_interval),
            check_zone(values),
            check_quiet_hours(values),
        )
    )
    return found or dict(_check_next_run(values, now))


def field_of(which: SelectionKind) -> FormField:
    """Return the field in which the SIMs are named."""
    return FormField.WHICH if which is SelectionKind.ALL else FormField(which.value)


def check_name(values: FormValues) -> Iterator[tuple[FormField, str]]:
    """Return what is wrong with the name."""
    if not values.name.strip():
        yield FormField.NAME, "Give it a name, for instance Pumps."
    if len(values.name) > LONGEST_NAME:
        yield FormField.NAME, f"A name has at most {LONGEST_NAME} characters."


def check_sims(values: FormValues) -> Iterator[tuple[FormField, str]]:
    """Return what is wrong with the SIMs that are chosen."""
    field = field_of(values.which)
    if values.which is not SelectionKind.ALL and not values.chosen:
        yield field, _MISSING[values.which]
    elif values.which is not SelectionKind.LISTED and len(values.chosen) > LONGEST:
        yield field, f"That has {len(values.chosen)} characters; the limit is {LONGEST}."


def _check_schedule(values: FormValues, min_interval: timedelta) -> Iterator[tuple[FormField, str]]:
    try:
        gap = shortest_gap(values.schedule.cron)
    except ValueError as error:
        yield _schedule_field(values), str(error)
        return
    if gap < min_interval:
        words = f"That repeats after {_duration(gap)}; the shortest allowed here is "
        yield _schedule_field(values), f"{words}{_duration(min_interval)}."


def check_zone(values: FormValues) -> Iterator[tuple[FormField, str]]:
    """Return what is wrong with the time zone."""
    try:
        zone_named(values.zone)
    except ValueError as error:
        yield FormField.ZONE, str(error)


def check_quiet_hours(values: FormValues) -> Iterator[tuple[FormField, str]]:
    """Return what is wrong with the quiet hours."""
    if values.quiet_from and not values.quiet_to:
        yield FormField.QUIET_TO, "Say until when, or leave both empty."
    if values.quiet_to and not values.quiet_from:
        yield FormField.QUIET_FROM, "Say from when, or leave both empty."
    if values.quiet_from and values.quiet_from == values.quiet_to:
        words = "That is also when they begin. Choose another time, or leave both empty."
        yield FormField.QUIET_TO, words


def _check_next_run(values: FormValues, now: datetime) -> Iterator[tuple[FormField, str]]:
    zone, cron = zone_named(values.zone), values.schedule.cron
    if next_due(cron, zone, values.quiet_hours, now.astimezone(UTC)) is None:
        yield FormField.QUIET_TO, "Every run falls into these hours, so it would never come."


def _schedule_field(values: FormValues) -> FormField:
    return FormField.CRON if values.every is Frequency.CRON else FormField.EVERY


def _duration(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 2 * 60 else f"{minutes / 60:g} h"


_MISSING = {
    SelectionKind.LISTED: "Paste SIDs (DE…), ICCIDs, IMEIs or names, one a line.",
    SelectionKind.PATTERN: "Give a name pattern, for instance pump-*.",
    SelectionKind.PLAN: "Give a rate plan: its SID (WP…) or its unique name.",
    SelectionKind.STATUS: "Choose a status.",
}
