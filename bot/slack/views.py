"""Views: modals, opened with the trigger of a click, and the Home tab of each person.

A trigger expires after three seconds: a modal opens before anything is asked, and is filled later:
https://docs.slack.dev/surfaces/modals. Slack says when a Home tab is opened, never when it is left:
it is redrawn for as long as people may be looking at it. `hash` keeps an older view from replacing
a newer one: https://docs.slack.dev/reference/methods/views.publish
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

from cachetools import TTLCache

from bot.clock import Clock
from bot.slack.client import SlackClient, part, text_in
from bot.slack.errors import (
    Reason,
    SlackError,
    SlackOutcomeUnknown,
    SlackRefused,
    TriggerExpired,
)
from bot.struct import Struct

View = Mapping[str, Any]
log = logging.getLogger(__name__)


LOOK_AFTER = (0.0, 1.0)
"""Seconds before each look for a modal in doubt: Slack may still be at work on it."""


class Modal(Struct):
    """A modal that was opened."""

    client: SlackClient
    id: str

    async def show(self, view: View) -> None:
        """Update it; one that was closed meanwhile stays closed. Raises SlackError."""
        try:
            body = {"view_id": self.id, "view": view}
            await self.client.call("views.update", body, idempotent=True)
        except SlackRefused as error:
            if error.reason is not Reason.VIEW_CLOSED:
                raise


class Modals:
    """Opens modals. Each has an id of ours, by which one is found that Slack may have opened."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def open(self, trigger: str | None, view: View) -> Modal:
        """Open one for the person who clicked. Raises TriggerExpired or another SlackError."""
        ours = uuid4().hex
        body = {"trigger_id": trigger, "view": {**view, "external_id": ours}}
        try:
            answer = await self._client.call("views.open", body)
        except SlackOutcomeUnknown:
            if found := await self._found(ours, view):
                return found
            raise
        except SlackRefused as error:
            if error.reason is Reason.TRIGGER_EXPIRED:
                raise TriggerExpired from error
            raise
        return self.opened(answer.text("id", inside="view"))

    async def _found(self, ours: str, view: View) -> Modal | None:
        """Return one that may be open, drawn again; None where it is not, or Slack does not say."""
        for pause in LOOK_AFTER:
            await self._clock.sleep(pause)
            body = {"external_id": ours, "view": {**view, "external_id": ours}}
            with suppress(SlackError):
                answer = await self._client.call("views.update", body, idempotent=True)
                return self.opened(answer.text("id", inside="view"))
        return None

    def opened(self, view_id: str) -> Modal:
        """Return the modal in which something was clicked."""
        return Modal(self._client, view_id)


REDRAW_SECONDS = 60.0
SETTLING_SECONDS = 1.0
OPEN_SECONDS = 600.0
KEPT_SECONDS = 3600.0
MAX_TABS = 5000

Redraw = Callable[[], object]


class _Published(Struct):
    hash: str | None = None
    view: str = ""


class HomeTabs:
    """Publishes Home tabs; `run` redraws those that were opened in the last ten minutes."""

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        timer = clock.monotonic
        self._open: TTLCache[str, Redraw] = TTLCache(MAX_TABS, OPEN_SECONDS, timer=timer)
        self._published: TTLCache[str, _Published] = TTLCache(MAX_TABS, KEPT_SECONDS, timer=timer)
        self._changed: set[str] = set()
        self._news = asyncio.Event()

    def opened(self, user: str, redraw: Redraw, known_hash: str | None = None) -> None:
        """Record that somebody opened theirs; `known_hash` is that of the view they see."""
        self._open[user] = redraw
        self._published[user] = _Published(known_hash)

    def redraw(self, user: str | None) -> None:
        """Have it redrawn if somebody may be looking at it; never waits."""
        if redraw := self._open.get(user or ""):
            redraw()

    def changed(self, user: str) -> None:
        """Have it redrawn in a moment: what changes together is drawn once."""
        if user in self._open:
            self._changed.add(user)
            self._news.set()

    async def run(self) -> None:
        """Have all that are open redrawn once a minute, and whose changed at once; until cancelled.

        Slack takes about 100 views a minute.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._each_minute(), name="home-tabs-each-minute")
            group.create_task(self._when_changed(), name="home-tabs-when-changed")

    async def _when_changed(self) -> None:
        while True:
            await self._news.wait()
            await self._clock.sleep(SETTLING_SECONDS)
            self._news.clear()
            users, self._changed = self._changed, set()
            for user in users:
                self.redraw(user)

    async def _each_minute(self) -> None:
        while True:
            await self._clock.sleep(REDRAW_SECONDS)
            for user in tuple(self._open):
                self.redraw(user)

    async def publish(self, user: str, view: View) -> bool:
        """Publish a view, unless the tab shows the same already. Raises SlackError.

        Return False where another view came in between: draw it again, from what is known now.
        """
        text = json.dumps(view, sort_keys=True)
        before = self._published.get(user, _Published())
        if text == before.view:
            return True
        about = {"hash": before.hash} if before.hash else {}
        body = {"user_id": user, "view": view} | about
        try:
            answer = await self._client.call("views.publish", body, idempotent=True)
        except SlackRefused as error:
            if error.reason is not Reason.VIEW_CHANGED:
                raise
            self._published[user] = _Published()
            return False
        found = text_in(part(answer.body, "view"), "hash")
        self._published[user] = _Published(found or None, text)
        return True


class WorkObjects:
    """Shows SIMs as Slack's Work Objects: in previews of links, and in the pane beside."""

    def __init__(self, client: SlackClient) -> None:
        self._client = client

    async def unfurl(
        self,
        message: Mapping[str, Any],
        cards: Mapping[str, Sequence[Any]],
        entities: Sequence[View],
    ) -> None:
        """Show previews as entities; where Slack takes none, as the cards. Raises SlackError.

        `message` names it by channel and ts, or a draft by unfurl_id and source.
        """
        plain = {**message, "unfurls": {url: {"blocks": list(card)} for url, card in cards.items()}}
        rich = plain | {"metadata": {"entities": list(entities)}}
        try:
            await self._client.call("chat.unfurl", rich, idempotent=True)
        except SlackRefused as error:
            log.warning("no-work-objects", extra={"why": error.error})
            await self._client.call("chat.unfurl", plain, idempotent=True)

    async def present(self, trigger: str, entity: View) -> None:
        """Fill the pane of whoever opened an entity. Raises SlackError."""
        body = {"trigger_id": trigger, "metadata": entity}
        await self._client.call("entity.presentDetails", body, idempotent=True)

    async def refuse(self, trigger: str, sentence: str) -> None:
        """Say in the pane why there is nothing to see; where Slack refuses, the log says so."""
        error = {"status": "custom", "custom_title": "Not shown", "custom_message": sentence}
        body = {"trigger_id": trigger, "error": error}
        try:
            await self._client.call("entity.presentDetails", body, idempotent=True)
        except SlackError as refused:
            log.warning("pane-not-told", extra={"why": str(refused)})
