"""Modals: opened with the trigger of a click, then updated.

A trigger expires after three seconds: a modal opens before anything is asked, and is filled later.
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
    """A modal that was opened."""

    client: SlackClient
    id: str

    async def show(self, view: View) -> None:
        """Update it; one that was closed meanwhile stays closed. Raises SlackError."""
        try:
            await self.client.call("views.update", {"view_id": self.id, "view": view})
        except SlackRefused as error:
            if error.reason is not Reason.VIEW_CLOSED:
                raise


class Modals:
    """Opens modals."""

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
        return self.opened(answer.text("id", inside="view"))

    def opened(self, view_id: str) -> Modal:
        """Return the modal in which something was clicked."""
        return Modal(self._client, view_id)
