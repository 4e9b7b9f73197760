"""Slack's payload as a typed request; nothing in a payload can make the reading fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks, where, through which URL the answer goes, and what is left of the text.

    `is_public` says that the message that was clicked is one that everybody sees; `aloud` that it
    was asked for all to see, so that all see the answer.
    """

    team: str
    user: str
    channel: str
    text: str
    response_url: str | None = None
    thread: str | None = None
    trigger: str | None = None
    is_public: bool = False
    aloud: bool = False


def from_command(payload: Mapping[str, Any], text: str) -> Request:
    """Read a slash command's payload; `text` is what follows the subcommand."""
    return Request(
        team=payload.get("team_id", ""),
        user=payload.get("user_id", ""),
        channel=payload.get("channel_id", ""),
        text=text,
        response_url=payload.get("response_url"),
        trigger=payload.get("trigger_id"),
    )


def from_click(payload: Mapping[str, Any]) -> Request:
    """Read a click's payload; the thread is that of the message that was clicked."""
    container = part(payload, "container")
    return Request(
        team=team_of(payload),
        user=part(payload, "user").get("id", ""),
        channel=container.get("channel_id") or part(payload, "channel").get("id", ""),
        text="",
        response_url=payload.get("response_url"),
        thread=container.get("thread_ts") or part(payload, "message").get("thread_ts"),
        trigger=payload.get("trigger_id"),
        is_public=container.get("type") == "message" and not container.get("is_ephemeral"),
    )


def from_shortcut(payload: Mapping[str, Any]) -> Request:
    """Read a shortcut's payload; it is answered for all to see, in the message's own thread."""
    message = part(payload, "message")
    return Request(
        team=team_of(payload),
        user=part(payload, "user").get("id", ""),
        channel=part(payload, "channel").get("id", ""),
        text="",
        response_url=payload.get("response_url"),
        thread=message.get("thread_ts") or payload.get("message_ts") or message.get("ts"),
        trigger=payload.get("trigger_id"),
        is_public=True,
        aloud=True,
    )


def team_of(payload: Mapping[str, Any]) -> str:
    """Give the workspace in which it happened; with an org-wide install only the user tells."""
    return part(payload, "team").get("id") or part(payload, "user").get("team_id") or ""


def part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part of the payload; empty where it is missing or no object."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}
