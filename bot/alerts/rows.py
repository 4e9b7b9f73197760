"""Alerts and incidents as the rows in which they are stored. Pure."""

from datetime import UTC, datetime
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.incident import Incident
from bot.digests.subscription import PauseReason
from bot.sims.identifier import key
from bot.store.transaction import Record
from bot.struct import Struct, replace


class IncidentCard(Struct):
    """Where an incident's card stands, and what it showed when it was edited last."""

    channel: str
    ts: str | None
    edited_at: datetime
    fingerprint: str


class StoredIncident(Struct):
    """An incident with its card; None: it has none yet.

    `cards` numbers the next card; `told` is the last event that its thread tells.
    """

    incident: Incident
    card: IncidentCard | None = None
    cards: int = 0
    told: int = 0


def alert_to_row(alert: Alert) -> dict[str, Any]:
    """Return what is stored of an alert, by column, but for its state."""
    return {
        "id": alert.id,
        "team": alert.team,
        "channel": alert.channel,
        "name": alert.name,
        "name_key": key(alert.name),
        "made_by": alert.made_by,
        "made_at": alert.made_at.timestamp(),
        "details": alert.to_json(),
        "paused": alert.paused and alert.paused.value,
    }


def alert_from_row(row: Record) -> Alert:
    """Read what some version stored; what is new since has its usual value."""
    paused = row.paused and (
        PauseReason(row.paused) if row.paused in set(PauseReason) else PauseReason.ASKED
    )
    return replace(Alert.from_json(row.details), paused=paused)


def incident_to_row(incident: Incident) -> dict[str, Any]:
    """Return what is stored of an incident, by column, but for its card."""
    resolved = incident.resolved_at
    return {
        "id": incident.id,
        "alert": incident.alert,
        "team": incident.team,
        "channel": incident.channel,
        "opened": incident.opened_at.timestamp(),
        "resolved": resolved.timestamp() if resolved else None,
        "severity": int(incident.severity),
        "details": incident.to_json(),
        "summary": incident.summary,
        "account": incident.account,
    }


def card_to_row(stored: StoredIncident) -> dict[str, Any]:
    """Return what is stored of an incident's card."""
    card = stored.card
    return {
        "id": stored.incident.id,
        "cards": stored.cards,
        "card_channel": card.channel if card else None,
        "card_ts": card.ts if card else None,
        "edited": card.edited_at.timestamp() if card else None,
        "drawn": card.fingerprint if card else None,
        "told": stored.told,
    }


def incident_from_row(row: Record) -> StoredIncident:
    """Return the incident of a row, with its card."""
    card = None
    if row.card_channel is not None:
        edited_at = datetime.fromtimestamp(row.edited or 0, UTC)
        card = IncidentCard(row.card_channel, row.card_ts, edited_at, row.drawn or "")
    incident = replace(Incident.from_json(row.details), account=row.account)
    return StoredIncident(incident, card, row.cards, row.told)
