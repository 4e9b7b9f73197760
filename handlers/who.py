"""Who is behind a payload: the person's own workspace, not the one the bot is installed in."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from handlers.request import part


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
    """Give who acts; None outside a request of Slack's."""
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
