"""Errors to replies: the one place where an exception becomes a sentence."""

import logging
from dataclasses import replace

from bot.blocks.errors import error_screen
from bot.errors import AskedTooOften, BotError, NotAllowed, TookTooLong, UserError
from bot.ops.request_context import request_id
from handlers.reply import Reply, showing

log = logging.getLogger(__name__)


def to_reply(error: Exception, *, asked: str = "") -> tuple[Reply, str]:
    """Say what went wrong, and name it for the metrics; `asked` is what was typed.

    An error that nobody planned for shows a reference: the request's id, which stands in the log
    beside its cause.
    """
    if isinstance(error, TimeoutError):
        error = TookTooLong()
    if not isinstance(error, BotError):
        reference = request_id()
        log.error("unplanned-error", exc_info=error, extra={"reference": reference})
        return showing(error_screen(error, reference)), "unplanned"
    level = logging.INFO if isinstance(error, UserError) else logging.WARNING
    about = {"kind": error.kind, "why": str(error), "cause": repr(error.__cause__)}
    log.log(level, "planned-error", extra=about)
    reply = showing(error_screen(error, asked=asked))
    quiet = isinstance(error, AskedTooOften) and error.is_said
    aside = isinstance(error, AskedTooOften | NotAllowed)
    return replace(reply, quiet=quiet, aside=aside), error.kind
