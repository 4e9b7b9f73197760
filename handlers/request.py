"""Slack's payload as a typed request."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, where, through which URL the answer goes, and what is left of the text."""

    team: str
    user: str
    channel: str
    text: str
    response_url: str | None = None
    thread: str | None = None
    trigger: str | None = None


def from_command(payload: Mapping[str, str], text: str) -> Request:
    """Read a slash command's payload; `text` is what follows the subcommand."""
    return Request(
        team=payload.get("team_id", ""),
        user=payload["user_id"],
        channel=payload["channel_id"],
        text=text,
        response_url=payload.get("response_url"),
        trigger=payload.get("trigger_id"),
    )
