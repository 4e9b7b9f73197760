"""What a handler is given: who acts, what they ask for, and what may be used for it.

Nothing else decides who may do what: where it is not known who acts, everything is refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncAck

from bot.services import Actor, Services
from handlers.payloads import Body, Request

Listener = Callable[[AsyncAck, Body, Actor | None], Awaitable[None]]
"""Bolt passes arguments by name; `actor` is what handlers/middleware.py read, None without it."""


@dataclass(frozen=True, slots=True)
class Context:
    """One request of one actor, checked by Slack's answers only after the ack."""

    actor: Actor | None
    request: Request
    services: Services

    async def authorize(self) -> None:
        """Check that the actor may ask, before anything is done for them. Raises NotAllowed."""
        await self.services.authorizer.authorize(self.actor)

    async def redaction(self, *, for_all: bool | None = None) -> str | None:
        """Return what must be redacted in an answer, and why; None: nothing. Raises NotAllowed.

        `for_all` says that everybody in the channel will read the answer, not the asker alone; by
        default it is what `request.is_public` says.
        """
        visibility = await self.services.authorizer.authorize(
            self.actor_here, for_all=self.request.is_public if for_all is None else for_all
        )
        return visibility.redaction

    @property
    def actor_here(self) -> Actor | None:
        """The actor in the channel of the request, which a modal's payload does not tell."""
        channel = self.request.channel or None
        return self.actor and replace(self.actor, channel=self.actor.channel or channel)

    def asking(self, request: Request) -> "Context":
        """Return the same actor's context for another request."""
        return replace(self, request=request)
