"""What the terminal lists: alerts, incidents, digests, look-ups and rules."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

from rich.style import Style
from rich.text import Text

from bot.alerts.incident import Incident
from bot.app.subscriptions import ListedAlert, ListedDigest, TriedAlert
from bot.blocks.alert_setup import how_often, status_text
from bot.blocks.digest_setup import how_often as digest_often
from bot.blocks.digest_setup import next_run_text
from bot.blocks.digest_text import (
    changes_text,
    count_text,
    digest_headline,
    foot_text,
    incidents_text,
    outage_text,
    talkers_text,
    warnings,
    worst_text,
)
from bot.blocks.findings import rule_text
from bot.blocks.format import PLAIN, count, grouped, long_span
from bot.blocks.incident import incident_title, lasted_text
from bot.blocks.kit import clean
from bot.cli.terminal import aligned
from bot.clock import iso
from bot.diagnosis.rule import Rule, all_rules
from bot.diagnosis.thresholds import Thresholds
from bot.digests.digest import COUNTED, Digest
from bot.digests.subscription import Subscribed
from bot.setting_values import setting_text
from bot.settings import env_name
from bot.store.lookups import Lookup
from bot.struct import Struct

T = TypeVar("T")
_NAMED = 20


class ListFormat(Struct, Generic[T]):
    """How rows of one kind are listed: a table of `cells` under a `head`, or a JSON object each.

    In JSON times are ISO 8601 in UTC, and unknown is null. `nothing` is said where there is no row.
    """

    nothing: str
    head: tuple[str, ...]
    cells: Callable[[T], tuple[str, ...]]
    fields: Callable[[T], dict[str, object]]

    def lines(self, rows: Sequence[T], *, as_json: bool) -> Iterable[str]:
        """Return the lines to print."""
        if as_json:
            return (json.dumps(self.fields(row)) for row in rows)
        return aligned(self.head, map(self.cells, rows)) if rows else [self.nothing]


def _alert_fields(listed: ListedAlert) -> dict[str, object]:
    one = listed.one
    return {
        **_subscribed(one),
        "causes": list(one.causes) or None,
        "severity": one.least.word,
        "hold_seconds": one.hold.total_seconds(),
        "mentions": list(one.mention_first),
        "then_mentions": list(one.mention_second),
        "interval_seconds": one.interval and one.interval.total_seconds(),
        "webhook": one.webhook,
        "paused": one.paused and one.paused.value,
        "open_incidents": listed.open,
        "scanned_at": iso(listed.scanned_at),
    }


def _alert_cells(listed: ListedAlert) -> tuple[str, ...]:
    one = listed.one
    return (
        one.id,
        one.channel,
        clean(one.name),
        clean(one.selection.words),
        how_often(one.interval, listed.sims),
        status_text(one, listed.open),
    )


ALERTS = ListFormat(
    "There are no alerts. `/simsessions alert add` in Slack makes one.",
    ("id", "channel", "name", "SIMs", "how often", "how it stands"),
    _alert_cells,
    _alert_fields,
)


def tried_text(tried: TriedAlert) -> Iterator[str]:
    """Return what an alert would open, a line each with its SIMs beneath."""
    reading, name = tried.reading, PLAIN.data(tried.one.name)
    read = count(len(reading.read), "SIM")
    opened = count(len(tried.incidents), "incident")
    yield f"{name}: {read} read, {opened} if all of this were new."
    if reading.failed:
        yield f"{count(len(reading.failed), 'SIM')} could not be read."
    for incident in tried.incidents:
        yield f"\n{incident.severity.word}  {incident_title(incident, PLAIN)}"
        yield from (
            f"  {PLAIN.data(member.name)}, since {PLAIN.when(member.since)}"
            for member in incident.members[:_NAMED]
        )
        if (more := len(incident.members) - _NAMED) > 0:
            yield f"  and {grouped(more)} more"


def _incident_fields(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        "alert": incident.alert,
        "team": incident.team,
        "channel": incident.channel,
        "account": incident.account or None,
        "state": incident.state.value,
        "severity": incident.severity.word,
        "worst": incident.worst.word,
        "rule": incident.rule,
        "title": incident.title,
        "shared": {incident.trait: incident.value} if incident.trait else None,
        "since": iso(incident.first_at),
        "opened_at": iso(incident.opened_at),
        "taken_by": incident.taken_by,
        "resolved_at": iso(incident.resolved_at),
        "resolved_by": incident.resolved_by,
        "reopened": incident.reopened,
        "seconds_to_notice": _seconds(incident.time_to_notice),
        "seconds_to_take": _seconds(incident.time_to_take),
        "seconds_to_end": _seconds(incident.time_to_end),
        "sims": [
            {
                "sid": member.sid,
                "name": member.name,
                "since": iso(member.since),
                "back_at": iso(member.back_at),
                "times": member.times,
            }
            for member in incident.members
        ],
    }


def _incident_cells(incident: Incident) -> tuple[str, ...]:
    return (
        f"{incident.opened_at:%Y-%m-%d %H:%M}",
        incident.channel,
        incident.worst.word,
        incident_title(incident, PLAIN),
        incident.state.value,
        _length(incident.time_to_notice),
        _length(incident.time_to_take),
        lasted_text(incident),
        incident.taken_by or "-",
    )


INCIDENTS = ListFormat(
    "No incident was open in that time.",
    ("opened (UTC)", "channel", "severity", "what", "state", "notice", "take", "end", "by"),
    _incident_cells,
    _incident_fields,
)


def _length(length: timedelta | None) -> str:
    return "-" if length is None else long_span(length)


def _subscribed(one: Subscribed) -> dict[str, object]:
    """Return what an alert and a digest have alike."""
    return {
        "id": one.id,
        "name": one.name,
        "team": one.team,
        "channel": one.channel,
        "made_by": one.made_by,
        "made_at": iso(one.made_at),
        "sims": one.selection.to_json(),
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def digests(now: datetime) -> ListFormat[ListedDigest]:
    """Return how digests are listed at that time."""
    return ListFormat(
        "There are no digests. `/simsessions digest add` in Slack makes one.",
        ("id", "channel", "name", "SIMs", "how often", "next"),
        partial(_digest_cells, now=now),
        partial(_digest_fields, now=now),
    )


def _digest_fields(listed: ListedDigest, now: datetime) -> dict[str, object]:
    one = listed.one
    return {
        **_subscribed(one),
        "cron": one.schedule.cron,
        "zone": one.zone,
        "quiet_hours": one.quiet_hours.to_json() if one.quiet_hours else None,
        "when_quiet": one.when_quiet.value,
        "grace_seconds": one.grace.total_seconds(),
        "paused": one.paused and one.paused.value,
        "next_due": iso(one.next_due(now)),
        "percent": listed.percent,
    }


def digest_text(digest: Digest) -> Iterator[str]:
    """Return the lines of a digest, in the words that Slack shows too."""
    yield digest_headline(digest, PLAIN)
    yield from warnings(digest, PLAIN)
    yield from (outage_text(lost, PLAIN) for lost in digest.outages)
    yield from incidents_text(digest, PLAIN)
    yield from changes_text(digest, PLAIN)
    yield ", ".join(
        f"{grouped(digest.counts[state])} {count_text(state)}"
        for state in COUNTED
        if digest.counts.get(state)
    )
    yield from (worst_text(sim, digest, PLAIN) for sim in digest.worst.first)
    if digest.talkers:
        yield talkers_text(digest.talkers, PLAIN)
    yield foot_text(digest, PLAIN)


def _digest_cells(listed: ListedDigest, now: datetime) -> tuple[str, ...]:
    one = listed.one
    return (
        one.id,
        one.channel,
        clean(one.name),
        clean(one.selection.words),
        digest_often(one, PLAIN),
        next_run_text(one, now, PLAIN, listed.percent),
    )


def _audit_fields(row: Lookup) -> dict[str, object]:
    return {
        "at": _moment(row).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "user": row.person,
        "team": row.team,
        "channel": row.channel or None,
        "thread": row.thread,
        "entry": row.entry,
        "sim": row.sim,
        "name": row.name,
        "outcome": row.outcome,
        "ref": row.request,
    }


def _audit_cells(row: Lookup) -> tuple[str, ...]:
    return (
        f"{_moment(row):%Y-%m-%d %H:%M:%S}",
        row.person,
        row.channel or "-",
        row.entry,
        clean(row.name) if row.name else "-",
        row.sim or "-",
        row.outcome,
        row.request,
    )


AUDIT = ListFormat(
    "No look-up matches.",
    ("when (UTC)", "user", "channel", "by", "name", "SIM", "outcome", "ref"),
    _audit_cells,
    _audit_fields,
)


def _moment(row: Lookup) -> datetime:
    return datetime.fromtimestamp(row.at, UTC)


def rule_lines(thresholds: Thresholds) -> Iterator[Text]:
    """Return each rule: its name and severities, when it fires, and whose thresholds those are."""
    for rule in all_rules():
        words = rule_text(rule, thresholds)
        yield Text.assemble((words.name, Style(bold=True)), f"  {words.severity}")
        yield Text(f"  when {words.fires}")
        yield from _sources(rule, thresholds)


def _sources(rule: Rule, thresholds: Thresholds) -> Iterator[Text]:
    if not rule.about.thresholds:
        yield Text(f"  {rule.about.source}", style=Style(dim=True))
    for name in rule.about.thresholds:
        value, source = setting_text(getattr(thresholds, name)), thresholds.sources[name]
        yield Text(f"  {env_name(name)}={value}  ({source})", style=Style(dim=True))
