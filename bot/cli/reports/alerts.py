"""Alerts as lines: a table of them, JSON for programs, and what one would open."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bot.app.alert_once import ListedAlert, TriedAlert
from bot.blocks.alert_list import how_often, stand
from bot.blocks.format import PLAIN, count, grouped
from bot.blocks.incident import incident_title
from bot.blocks.kit import clean
from bot.cli.terminal import aligned

HEAD = ("id", "channel", "name", "SIMs", "how often", "how it stands")
_NAMED = 20


def as_json(listed: ListedAlert) -> str:
    """Return one alert as a JSON object; times are ISO 8601 in UTC, unknown is null."""
    one = listed.one
    return json.dumps(
        {
            "id": one.id,
            "name": one.name,
            "team": one.team,
            "channel": one.channel,
            "made_by": one.made_by,
            "made_at": iso(one.made_at),
            "sims": one.selection.to_json(),
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
    )


def as_table(every: Sequence[ListedAlert]) -> list[str]:
    """Return lines whose columns stand below each other, or one that says that there is nothing."""
    if not every:
        return ["There are no alerts. `/simsessions alert add` in Slack makes one."]
    return aligned(HEAD, map(_cells, every))


def _cells(listed: ListedAlert) -> tuple[str, ...]:
    one = listed.one
    return (
        one.id,
        one.channel,
        clean(one.name),
        clean(one.selection.words),
        how_often(one.interval, listed.sims),
        stand(one, listed.open),
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


def iso(moment: datetime | None) -> str | None:
    """Return a moment as programs read it; None where there is none."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
