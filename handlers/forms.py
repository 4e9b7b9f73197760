"""A form that was sent off: answered with its faults in time, or by its window a little later."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from slack_bolt.async_app import AsyncAck

from bot.blocks.kit import Block, Screen, View
from bot.blocks.modals import notice_view, words_of
from bot.services import Modal
from bot.struct import Struct
from handlers.payloads import Context
from handlers.replies import Reply, attempt

IN_TIME = 1.5
"""Seconds that the answer to a form waits for KORE; Slack gives up after three."""
SETTLED = 0.5
"""Seconds after which an answer has surely reached the modal."""
F = TypeVar("F")


class FormWindow(Struct, Generic[F]):
    """How a form is saved and drawn. `save` returns what is said of it, or the faults by field."""

    name: str
    title: str
    save: Callable[[], Awaitable[Screen | dict[F, str]]]
    draw: Callable[[dict[F, str], Sequence[Block]], View]
    errors: Callable[[dict[F, str]], Mapping[str, str]]
    checking: Callable[[], View]


async def send_form(window: FormWindow[F], context: Context, modal: Modal, ack: AsyncAck) -> None:
    """Save a form, and answer Slack as far as that is done in time."""
    sent = Sent(window, context, modal)
    saving = context.services.tasks.start(sent.save(), name=window.name)
    await asyncio.wait({saving}, timeout=IN_TIME)
    await ack(**sent.answer())
    sent.answered.set()


class Sent(Generic[F]):
    """A form that was sent off, until its modal says what came of it."""

    def __init__(self, window: FormWindow[F], context: Context, modal: Modal) -> None:
        self.answered = asyncio.Event()
        self._window = window
        self._context = context
        self._modal = modal
        self._saved: Screen | None = None
        self._faults: dict[F, str] = {}
        self._note: Sequence[Block] = ()
        self._is_over = False
        self._is_late = False

    async def save(self) -> None:
        """Save it, and say what came of it where the answer could not wait for that."""
        await attempt(self._window.name, self._save, self._tell, self._context)
        self._is_over = True
        if self._is_late:
            await self.answered.wait()
            await self._context.services.clock.sleep(SETTLED)
            await self._modal.show(self._view())

    def answer(self) -> dict[str, Any]:
        """Return what Slack is answered: the faults, what was saved, or that it takes longer."""
        if not self._is_over:
            self._is_late = True
            return {"response_action": "update", "view": self._window.checking()}
        if self._faults:
            errors = dict(self._window.errors(self._faults))
            return {"response_action": "errors", "errors": errors}
        return {"response_action": "update", "view": self._view()}

    async def _save(self) -> None:
        outcome = await self._window.save()
        if isinstance(outcome, Screen):
            self._saved = outcome
        else:
            self._faults = outcome

    async def _tell(self, reply: Reply) -> None:
        self._note = words_of(reply.screen)

    def _view(self) -> View:
        if self._saved:
            return notice_view(self._window.title, self._saved)
        return self._window.draw(self._faults, self._note)
