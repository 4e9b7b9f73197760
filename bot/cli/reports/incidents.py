"""Incidents as lines: a table for people, JSON for programs."""

import json
from collections.abc import Sequence
from datetime import timedelta

from bot.alerts.incident import Incident
from bot.blocks.format import PLAIN, lasting
from bot.blocks.incident import incident_title, took_text
from bot.cli.reports.alerts import iso
from bot.cli.terminal import aligned

HEAD = ("opened (UTC)", "channel", "severity", "what", "state", "notice", "take", "end", "by")


def as_json(incident: Incident) -> str:
    """Return one incident as a JSON object; times are ISO 8601 in UTC, unknown is null."""
    return json.dumps(
        {
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
    )


def as_table(every: Sequence[Incident]) -> list[str]:
    """Return lines whose columns stand below each other, or one that says that there is nothing."""
    if not every:
        return ["No incident was open in that time."]
    return aligned(HEAD, map(_cells, every))


def _cells(incident: Incident) -> tuple[str, ...]:
    return (
        f"{incident.opened_at:%Y-%m-%d %H:%M}",
        incident.channel,
        incident.worst.word,
        incident_title(incident, PLAIN),
        incident.state.value,
        _length(incident.time_to_notice),
        _length(incident.time_to_take),
        took_text(incident),
        incident.taken_by or "-",
    )


def _length(length: timedelta | None) -> str:
    return "-" if length is None else lasting(length)


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
