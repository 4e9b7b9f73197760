"""Says that one SIM is being looked up, as soon as that takes long."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from bot.blocks.errors import looking_up_screen
from bot.errors import BotError
from handlers.context import Context
from handlers.replies import InterruptedWork, Shown

log = logging.getLogger(__name__)


class Waiting:
    """While the block lasts, tell who asked that it does; what was said aloud becomes the answer.

    `shown` is the message that the answer takes the place of: where all see it, and once it stands.
    """

    def __init__(self, context: Context, text: str) -> None:
        self._context = context
        self._text = text
        self._task: asyncio.Task[None] | None = None
        self.shown: Shown | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._say(), name="looking-up")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled() and (broke := self._task.exception()):
                log.error("progress-broke", exc_info=broke)

    def failed(self, error: BotError) -> Exception:
        """Return the error so that it takes the place of what was shown."""
        return InterruptedWork(error, self.shown) if self.shown else error

    async def _say(self) -> None:
        services, request = self._context.services, self._context.request
        progress: Shown = services.progress.begin(request, in_channel=request.aloud)
        await services.clock.sleep(next(progress.pauses()))
        if request.aloud:
            self.shown = progress
        await progress.show(looking_up_screen(self._text))
