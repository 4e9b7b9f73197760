"""Modals (Slack calls them modals) of one person: opened by a click's trigger, then drawn anew.

A trigger lives for three seconds, so a window is opened before anything is asked, and filled later.
https://docs.slack.dev/surfaces/modals
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.slack.client import SlackClient
from bot.slack.errors import Reason, SlackRefused, TriggerExpired

View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Modal:
    """One window that was opened."""

    client: SlackClient
    id: str

    async def show(self, view: View) -> None:
        """Draw it anew; one that was closed meanwhile stays closed. Raises SlackError."""
        try:
            await self.client.call("views.update", {"view_id": self.id, "view": view})
        except SlackRefused as error:
            if error.reason is not Reason.VIEW_CLOSED:
                raise


class Modals:
    """Opens windows."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def open(self, trigger: str | None, view: View) -> Modal:
        """Open one for the person who clicked. Raises TriggerExpired or another SlackError."""
        try:
            answer = await self._client.call("views.open", {"trigger_id": trigger, "view": view})
        except SlackRefused as error:
            if error.reason is Reason.TRIGGER_EXPIRED:
                raise TriggerExpired from error
            raise
        return self.opened(answer.body["view"]["id"])

    def opened(self, view_id: str) -> Modal:
        """Return the window that something was clicked in."""
        return Modal(self._client, view_id)
