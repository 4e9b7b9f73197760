"""The way in for commands, clicks and events: drops what came before and who may not ask."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot.blocks.replies import error_screen
from bot.errors import NotAllowed
from bot.ops.logging import begin_request
from bot.services import Request, Services
from bot.struct import replace
from handlers.home import OPENED, request_of_event, show_refusal
from handlers.mentions import question_in
from handlers.payloads import (
    Body,
    actor_of,
    from_click,
    from_command,
    is_foreign_alert,
    part,
    team_of,
    text_in,
)
from handlers.previews import OPENED as PANE_OPENED
from handlers.replies import Reply, send

log = logging.getLogger(__name__)

REVOKED = ("tokens_revoked", "app_uninstalled")
Next = Callable[[], Awaitable[BoltResponse]]
KINDS = {
    "block_actions": "click",
    "view_submission": "view",
    "view_closed": "view",
    "block_suggestion": "options",
    "shortcut": "shortcut",
    "message_action": "shortcut",
    "event_callback": "event",
}


class Middleware(AsyncMiddleware):
    """Bolt's global middleware before every listener. It never waits for anything.

    Listeners get the actor that it puts into Bolt's context. What Slack must be asked for (guests,
    user groups, shared channels) is checked after the ack, in handlers/payloads.py.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 -- Bolt's names
        next: Next,  # noqa: A002 -- the same
    ) -> BoltResponse | None:
        """Let the request through, or acknowledge it and stop it here."""
        body, kind, services = req.body, kind_of(req.body), self._services
        actor = actor_of(body, req.context.actor_team_id)
        begin_request(kind=kind, user=actor.user or "", channel=actor.channel or "")
        if kind == "event" and not is_for_us(body, services):
            services.metrics.received(kind, "not_for_us")
            return BoltResponse(status=200, body="")
        if part(body, "event").get("type") in REVOKED:  # nobody's doing that could be allowed
            return await next()
        if self._is_repeated(body, kind):
            return BoltResponse(status=200, body="")
        if is_foreign_alert(body, services.listening):  # who asked for it is checked later
            req.context["actor"] = None
            services.metrics.received(kind, "alert")
            return await next()
        try:
            req.context["actor"] = services.access.check(actor)
        except NotAllowed as error:
            self._refuse(error, body, kind)
            return BoltResponse(status=200, body="")
        services.metrics.received(kind, "taken")
        return await next()

    def _is_repeated(self, body: Body, kind: str) -> bool:
        delivery = delivery_id(body)
        if delivery is None or not self._services.deduplication.recent.before(delivery):
            return False
        log.info("seen-before")
        self._services.metrics.received(kind, "duplicate")
        return True

    def _refuse(self, error: NotAllowed, body: Body, kind: str) -> None:
        log.warning("refused", extra={"why": error.sentence, "team": team_of(body)})
        self._services.metrics.received(kind, "refused")
        if request := self._asker_of(body, kind):
            reply = Reply(error_screen(error))
            refusal: Coroutine[Any, Any, object] = send(reply, request, self._services.replying)
        elif part(body, "event").get("type") == OPENED:
            refusal = show_refusal(request_of_event(body).user, error, self._services.home_tabs)
        elif part(body, "event").get("type") == PANE_OPENED:
            trigger = text_in(part(body, "event"), "trigger_id")
            refusal = self._services.work_objects.refuse(trigger, error.sentence)
        else:
            return
        self._services.tasks.start(refusal, name="refusal")

    def _asker_of(self, body: Body, kind: str) -> Request | None:
        """Return whom to tell of a refusal: who asked, and they alone."""
        if kind == "event":
            question = question_in(body, self._services.listening)
            # a mention can come as two events
            twice = question and self._services.deduplication.recent.before(f"no:{question.key}")
            return None if question is None or twice else replace(question.request(""), aloud=False)
        request = from_command(body, "") if kind == "command" else from_click(body)
        return request if request.response_url else None


def kind_of(body: Body) -> str:
    """Name what came in; few words, for logs and metrics."""
    if "command" in body:
        return "command"
    return KINDS.get(text_in(body, "type"), "other")


def is_for_us(body: Body, services: Services) -> bool:
    """Return whether an event concerns us; most of what is said in a channel does not."""
    event = part(body, "event")
    if event.get("type") not in ("message", "app_mention"):
        return True
    if is_foreign_alert(body, services.listening):
        return services.listening_channels.may_listen(text_in(event, "channel"))
    return question_in(body, services.listening) is not None


def delivery_id(body: Body) -> str | None:
    """Return what is the same when Slack delivers the same thing again; None where nothing is.

    Slack sends an event up to four times; commands and clicks come again only by a proxy's doing.
    """
    found = body.get("event_id") or body.get("trigger_id") or part(body, "event").get("event_ts")
    return found if isinstance(found, str) else None
