"""A digest as somebody filled it in, and what is wrong with it, field by field. Pure.

What only KORE or Slack can tell (whether a plan, a name or a channel is there) is asked elsewhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from bot.digests.schedule import (
    DigestSchedule,
    Frequency,
    QuietHours,
    cron_line,
    next_due,
    shortest_gap,
    zone_named,
)
from bot.digests.selection import LONGEST, SelectionKind
from bot.digests.subscription import Subscription, WhenQuiet

LONGEST_NAME = 60
NINE = "09:00"
_YEAR = timedelta(days=366)


class FormField(StrEnum):
    """What can be filled in; a fault stands under one of these."""

    NAME = "name"
    WHICH = "which"
    LISTED = "listed"
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


@dataclass(frozen=True, slots=True)
class FormValues:
    """Texts as they were typed or chosen; "" where nothing was."""

    name: str = ""
    which: SelectionKind = SelectionKind.PATTERN
    listed: str = ""
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

    @property
    def chosen(self) -> str:
        """What was typed for the SIMs, in the way that was chosen."""
        texts = {
            SelectionKind.LISTED: self.listed,
            SelectionKind.PATTERN: self.pattern,
            SelectionKind.PLAN: self.plan,
            SelectionKind.STATUS: self.status,
        }
        return texts.get(self.which, "").strip()


def values_of(subscription: Subscription) -> FormValues:
    """Return what must be filled in to get this subscription."""
    chosen, cadence, quiet = (
        subscription.selection,
        subscription.schedule,
        subscription.quiet_hours,
    )
    texts = {SelectionKind.PATTERN: "", SelectionKind.PLAN: "", SelectionKind.STATUS: ""} | {
        chosen.kind: chosen.text
    }
    return FormValues(
        name=subscription.name,
        which=chosen.kind,
        listed="\n".join(one.typed for one in chosen.sims),
        pattern=texts[SelectionKind.PATTERN],
        plan=texts[SelectionKind.PLAN],
        status=texts[SelectionKind.STATUS],
        every=cadence.frequency,
        hours=str(cadence.hours),
        at=f"{cadence.at:%H:%M}",
        day=str(cadence.day),
        cron=cadence.line,
        zone=subscription.zone,
        quiet_from=f"{quiet.start:%H:%M}" if quiet else "",
        quiet_to=f"{quiet.end:%H:%M}" if quiet else "",
        when_quiet=subscription.when_quiet,
        channel=subscription.channel,
    )


def validate(draft: FormValues, least: timedelta, now: datetime) -> FieldErrors:
    """Say what is wrong with a draft, without asking anybody; `least` is between two runs."""
    checks: tuple[Callable[[], Iterator[tuple[FormField, str]]], ...] = (
        lambda: _of_name(draft),
        lambda: _of_sims(draft),
        lambda: _of_cadence(draft, least),
        lambda: _of_zone(draft),
        lambda: _of_quiet_hours(draft),
    )
    found = {field: words for check in checks for field, words in check()}
    return found or dict(_of_all_runs(draft, now))


def field_of(which: SelectionKind) -> FormField:
    """Return the field in which the SIMs are named."""
    return FormField.WHICH if which is SelectionKind.ALL else FormField(which.value)


def _of_name(draft: FormValues) -> Iterator[tuple[FormField, str]]:
    if not draft.name.strip():
        yield FormField.NAME, "Give it a name, for instance Pumps."
    if len(draft.name) > LONGEST_NAME:
        yield FormField.NAME, f"A name has at most {LONGEST_NAME} characters."


def _of_sims(draft: FormValues) -> Iterator[tuple[FormField, str]]:
    field = field_of(draft.which)
    if draft.which is not SelectionKind.ALL and not draft.chosen:
        yield field, _MISSING[draft.which]
    elif draft.which is not SelectionKind.LISTED and len(draft.chosen) > LONGEST:
        yield field, f"That has {len(draft.chosen)} characters; {LONGEST} are the most."


def _of_cadence(draft: FormValues, least: timedelta) -> Iterator[tuple[FormField, str]]:
    try:
        gap = shortest_gap(draft.schedule.cron)
    except ValueError as error:
        yield _cadence_field(draft), str(error)
        return
    if gap < least:
        yield (
            _cadence_field(draft),
            f"That comes again after {_minutes(gap)}; {_minutes(least)} is the shortest here.",
        )


def _of_zone(draft: FormValues) -> Iterator[tuple[FormField, str]]:
    try:
        zone_named(draft.zone)
    except ValueError as error:
        yield FormField.ZONE, str(error)


def _of_quiet_hours(draft: FormValues) -> Iterator[tuple[FormField, str]]:
    if draft.quiet_from and not draft.quiet_to:
        yield FormField.QUIET_TO, "Say until when, or leave both empty."
    if draft.quiet_to and not draft.quiet_from:
        yield FormField.QUIET_FROM, "Say from when, or leave both empty."
    if draft.quiet_from and draft.quiet_from == draft.quiet_to:
        yield FormField.QUIET_TO, "That is the time they begin. Give another, or leave both empty."


def _of_all_runs(draft: FormValues, now: datetime) -> Iterator[tuple[FormField, str]]:
    zone, cron = zone_named(draft.zone), draft.schedule.cron
    if next_due(cron, zone, draft.quiet_hours, now.astimezone(UTC)) is None:
        yield FormField.QUIET_TO, "Every run falls into these hours, so it would never come."


def _cadence_field(draft: FormValues) -> FormField:
    return FormField.CRON if draft.every is Frequency.CRON else FormField.EVERY


def _minutes(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    return f"{minutes} min" if minutes < 2 * 60 else f"{minutes / 60:g} h"


_MISSING = {
    SelectionKind.LISTED: "Paste SIDs (DE…), ICCIDs, IMEIs or names, one a line.",
    SelectionKind.PATTERN: "Give a name pattern, for instance pump-*.",
    SelectionKind.PLAN: "Give a rate plan: its SID (WP…) or its unique name.",
    SelectionKind.STATUS: "Choose a status.",
}
