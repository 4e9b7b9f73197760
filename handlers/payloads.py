"""Slack's payload as a typed request; nothing in a payload can make the reading fail."""

from collections.abc import Mapping
from contextvars import ContextVar
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
    """Return the workspace in which it happened; with an org-wide install only the user tells."""
    return part(payload, "team").get("id") or part(payload, "user").get("team_id") or ""


def part(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return a part of the payload; empty where it is missing or no object."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, slots=True)
class Actor:
    """What a payload surely tells of the one who acts; the rest is None."""

    team: str | None
    enterprise: str | None
    user: str | None
    channel: str | None
    in_view: bool = False
    in_shared: bool | None = None


_ACTING: ContextVar[Actor | None] = ContextVar("acting", default=None)


def begin_acting(actor: Actor) -> None:
    """Bind who acts to this context; the tasks that go on after the ack keep it."""
    _ACTING.set(actor)


def acting() -> Actor | None:
    """Return who acts; None outside a request of Slack's."""
    return _ACTING.get()


def actor_of(body: Mapping[str, Any], event_team: str | None) -> Actor:
    """Read a payload; `event_team` is what Bolt found out about an event's author.

    In a channel shared with another company `team` is where the bot is installed, and
    `user.team_id` where the person is from.
    """
    if "command" in body:
        return Actor(
            team=body.get("team_id"),
            enterprise=body.get("enterprise_id"),
            user=body.get("user_id"),
            channel=body.get("channel_id"),
        )
    if isinstance(body.get("event"), Mapping):
        return _of_event(body, part(body, "event"), event_team)
    return _of_interaction(body, part(body, "user"))


def _of_event(body: Mapping[str, Any], event: Mapping[str, Any], team: str | None) -> Actor:
    # in a shared channel the payload's enterprise is ours, whoever wrote
    told = body.get("is_ext_shared_channel")
    at_home = event.get("type") == "app_home_opened"  # nobody else reads it
    return Actor(
        team=team,
        enterprise=None if told else body.get("enterprise_id"),
        user=event.get("user"),
        channel=None if at_home else event.get("channel"),
        in_view=at_home,
        in_shared=told if isinstance(told, bool) else None,
    )


def _of_interaction(body: Mapping[str, Any], user: Mapping[str, Any]) -> Actor:
    home = part(body, "team").get("id")
    team = user.get("team_id") or home
    return Actor(
        team=team,
        enterprise=part(body, "enterprise").get("id") if team == home else None,
        user=user.get("id"),
        channel=part(body, "container").get("channel_id") or part(body, "channel").get("id"),
        in_view=isinstance(body.get("view"), Mapping),
    )
