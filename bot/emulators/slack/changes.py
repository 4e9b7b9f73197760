"""Notifies whoever listens, a web page above all, of what changed in the workspace."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bot.emulators.slack.ids import Json


@dataclass(frozen=True, slots=True)
class Change:
    """What happened. `only_for` is a person's id where nobody else may know of it.

    Kinds: message, message_changed, message_deleted, view_opened, view_changed, view_errors,
    view_closed, home, delivery_failed, file, channel.
    """

    kind: str
    data: Json = field(default_factory=dict)
    only_for: str | None = None

    def to_json(self) -> Json:
        """Return the change as a web page reads it."""
        return {"kind": self.kind, **self.data}


class Subscription:
    """An async iterator of changes; it hears everything from its making until it is closed."""

    def __init__(self, changes: "Changes") -> None:
        self._changes = changes
        self._queue: asyncio.Queue[Change | None] = asyncio.Queue()

    def put(self, change: Change | None) -> None:
        """Queue a change; None ends the iteration."""
        self._queue.put_nowait(change)

    def close(self) -> None:
        """Stop listening; a waiting reader is let go."""
        self._changes.forget(self)
        self.put(None)

    def __aiter__(self) -> AsyncIterator[Change]:
        return self

    async def __anext__(self) -> Change:
        change = await self._queue.get()
        if change is None:
            raise StopAsyncIteration
        return change

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Changes:
    """Hands every change to every subscription."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()

    def subscribe(self) -> Subscription:
        """Listen from now on."""
        subscription = Subscription(self)
        self._subscriptions.add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Send nothing more there."""
        self._subscriptions.discard(subscription)

    def publish(self, change: Change) -> None:
        """Notify all."""
        for subscription in tuple(self._subscriptions):
            subscription.put(change)

    def close(self) -> None:
        """Let every reader go."""
        for subscription in tuple(self._subscriptions):
            subscription.close()
