"""What an answer is: a screen, who sees it, and what is shown while it is worked on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Protocol, Self

from bot.blocks import ids
from bot.blocks.kit import Screen
from bot.blocks.replies import error_screen, looking_up_screen
from bot.errors import (
    AlreadyShared,
    AskedTooOften,
    BotError,
    NotAllowed,
    NotShared,
    Restarting,
    TookTooLong,
    UserError,
)
from bot.ops.logging import name_answer, request_fields, request_id
from bot.services import SHARED_SECONDS, ReplyServices, Request
from bot.struct import Struct, replace
from handlers.payloads import Context

log = logging.getLogger(__name__)


class ShownMessage(Protocol):
    """A message that is shown already, while the answer is worked on."""

    @property
    def in_channel(self) -> bool:
        """Whether it is for all, and can be edited."""

    @property
    def ts(self) -> str:
        """The ts of the message that is edited; "" where there is none."""

    def pauses(self) -> Iterator[float]:
        """Return the seconds before each showing."""

    async def show(self, screen: Screen) -> None:
        """Show how far it is."""

    async def finish(self, screen: Screen) -> None:
        """Put the answer in its place."""

    async def settle(self) -> None:
        """See to it that the answer stays there."""


class Reply(Struct):
    """A screen for the asker.

    `in_channel` is for all to see, `replace` takes the place of the message that was clicked. A
    `quiet` one is no message: the asker has read the same a moment ago. One `aside` is for the
    asker alone, even where it was asked aloud. `shown` is the message that it takes the place of.
    `later` waits for what was not known yet, and returns the reply that brings this up to date.
    """

    screen: Screen
    in_channel: bool = False
    replace: bool = False
    quiet: bool = False
    aside: bool = False
    shown: ShownMessage | None = None
    later: "Callable[[], Awaitable[Reply | None]] | None" = None

    def ts_for(self, request: Request) -> str:
        """Return the ts of the message whose place it takes; "" where it is a new one."""
        return self.shown.ts if self.shown else request.clicked if self.replace else ""


async def send(reply: Reply, request: Request, replying: ReplyServices) -> bool:
    """Deliver a reply, return whether it is out. Raises NotShared where it was for all.

    What was asked aloud is answered aloud, or else to the asker alone.
    """
    if reply.quiet:
        return True
    try:
        await _send(reply, request, replying)
    except BotError as error:
        log.exception("not-delivered")
        if reply.in_channel and not (reply.replace or request.aloud):
            raise NotShared from error
        return False
    return True


async def _send(reply: Reply, request: Request, replying: ReplyServices) -> None:
    if reply.shown or (request.aloud and not reply.aside):
        shown = reply.shown or replying.progress.begin(request, in_channel=True)
        await shown.finish(reply.screen)
        return
    await replying.delivery.deliver(
        request, reply.screen, in_channel=reply.in_channel, replace=reply.replace
    )


@asynccontextmanager
async def shared_once(context: Context, value: str) -> AsyncIterator[None]:
    """Claim the sharing of what a button under a message carries; what fails may be shared again.

    Raises AlreadyShared where that was claimed in the last minutes, and has not failed so far.
    """
    request, shared = context.request, context.services.shared
    key = f"share:{request.channel}:{request.clicked}:{value}"
    if not await shared.is_first(key, within=SHARED_SECONDS):
        raise AlreadyShared
    try:
        yield
    except BaseException:
        await shared.forget(key)
        raise


async def share_once(context: Context, value: str, make: Callable[[], Awaitable[Reply]]) -> Reply:
    """Share what `make` makes, and return it as what is sent already. Raises AlreadyShared."""
    async with shared_once(context, value):
        reply = await make()
        await send(reply, context.request, context.services.replying)
    return replace(reply, quiet=True)


class InterruptedWork(Exception):
    """What went wrong while a message showed the progress: the error takes its place."""

    def __init__(self, error: BotError, shown: ShownMessage) -> None:
        super().__init__(str(error))
        self.error = error
        self.shown = shown


class RetryFailed(Exception):
    """What went wrong again: the error takes the place of the one whose Retry was pressed."""

    def __init__(self, error: BotError | InterruptedWork, retry: ids.Retry) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry = retry


def to_reply(
    error: Exception, *, asked: str = "", retry: ids.Retry | None = None
) -> tuple[Reply, str]:
    """Return what to say of an error, and its name for the metrics; `asked` is what was typed.

    An error that nobody planned for shows a reference: the request's id, which stands in the log
    beside its cause.
    """
    if isinstance(error, RetryFailed):
        reply, kind = to_reply(error.error, asked=error.retry.text, retry=error.retry)
        return replace(reply, replace=True), kind
    if isinstance(error, InterruptedWork):
        reply, kind = to_reply(error.error, asked=asked, retry=retry)
        return replace(reply, shown=error.shown), kind
    if isinstance(error, TimeoutError):
        error = TookTooLong()
    if not isinstance(error, BotError):
        reference = request_id()
        log.error("unplanned-error", exc_info=error, extra={"reference": reference})
        return Reply(error_screen(error, reference, retry=retry)), "unplanned"
    about = {"kind": error.kind, "cause": type(error.__cause__).__name__}
    if isinstance(error, UserError):  # its sentence may quote what was typed
        log.info("planned-error", extra=about)
    else:
        log.warning("planned-error", extra=about | {"why": error.sentence})
    reply = Reply(error_screen(error, asked=asked, retry=retry))
    quiet = isinstance(error, AskedTooOften) and error.is_said
    aside = isinstance(error, AskedTooOften | NotAllowed)
    return replace(reply, quiet=quiet, aside=aside), error.kind


PATIENCE_SECONDS = 60.0

Work = Callable[[], Awaitable[Reply]]
Tell = Callable[[Reply], Awaitable[None]]


def answer_later(name: str, work: Work, context: Context) -> None:
    """Go on with `work` in a task of our own; its reply goes to the asker.

    Called before the ack is sent, and never raises: an exception there would cost the ack.
    """
    context.services.questions.begin(context.request)
    context.services.tasks.start(answer(name, work, context), name=name)


async def answer(name: str, work: Work, context: Context) -> None:
    """Do `work` within a minute and send its reply, or what went wrong instead of it.

    Where this process is killed meanwhile, or Slack takes no answer, whoever asked is told later.
    """
    services, request = context.services, context.request
    newest = services.replying.newest
    services.questions.begin(request)

    async def tell(reply: Reply) -> None:
        newest.put(request, reply.ts_for(request))
        is_out = await send(reply, request, services.replying)
        (services.questions.end if is_out else services.questions.leave)(request)
        if reply.shown:
            await reply.shown.settle()

    async def do() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            reply = await work()
        await tell(reply)
        if reply.later:
            with suppress(BotError):  # what is known stands already
                fuller = await reply.later()
                if fuller and newest.is_newest(request, fuller.ts_for(request)):
                    await tell(fuller)

    await attempt(name, do, tell, context)


async def attempt(
    name: str, do: Callable[[], Awaitable[None]], tell: Tell, context: Context
) -> None:
    """Do it for an actor who may ask, time it, and `tell` them what went wrong if something does.

    Every listener that does something does it here.
    """
    name_answer(name)
    services = context.services
    started, outcome = services.clock.monotonic(), "cancelled"
    try:
        outcome = await _attempt(do, tell, context)
    except asyncio.CancelledError:
        # only the draining of the tasks cancels: Slack will not ask anybody else
        await tell(Reply(error_screen(Restarting())))
        raise
    finally:
        # what was asked may have turned out to be something else
        name = request_fields().get("answer", name)
        services.metrics.answered(name, outcome, services.clock.monotonic() - started)
        log.info("answered", extra={"answer": name, "outcome": outcome})
    if context.actor:
        services.home_tabs.redraw(context.actor.user)


async def _attempt(do: Callable[[], Awaitable[None]], tell: Tell, context: Context) -> str:
    try:
        await context.authorize()
        context.take_text(len(context.request.text))
        await do()
    except Exception as error:  # noqa: BLE001 -- the edge: nobody may be left without an answer
        asked, run = context.request.text, request_fields()["answer"]
        retry = ids.Retry(run=run, text=asked) if 0 < len(asked) <= ids.RETYPED else None
        reply, outcome = to_reply(error, asked=asked, retry=retry)
        await tell(reply)
        return outcome
    return "ok"


class WaitingMessage:
    """While the block lasts, tell who asked that it does; the answer takes the place of that.

    `shown` is the message that says so, once it does. A command's cannot be replaced: its words
    stay true above the answer.
    """

    def __init__(self, context: Context, text: str) -> None:
        self._context = context
        self._text = text
        self._task: asyncio.Task[None] | None = None
        self.shown: ShownMessage | None = None

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
            self._task = None

    def failed(self, error: BotError) -> Exception:
        """Return the error so that it takes the place of what was shown."""
        return InterruptedWork(error, self.shown) if self.shown else error

    def begin(self) -> ShownMessage:
        """Return a message that is not posted yet."""
        request = self._context.request
        progress = self._context.services.replying.progress
        return progress.begin(request, in_channel=request.aloud, replace=request.instead)

    async def _say(self) -> None:
        services, request, progress = self._context.services, self._context.request, self.begin()
        await services.clock.sleep(next(progress.pauses()))
        self.shown = progress
        stays = not (request.aloud or request.instead)
        await progress.show(looking_up_screen(self._text, stays=stays))
