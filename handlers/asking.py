"""Where people's look-ups are made: commands, mentions, shortcuts and buttons all ask here.

A report that comes from here shows what its readers may see and no more.
"""

from collections.abc import Callable, Sequence

from bot.errors import BotError
from bot.services import Services
from bot.sessions.lookup import tell_nobody
from bot.sessions.report import SessionReport
from handlers.request import Request


async def look_up(
    request: Request,  # noqa: ARG001 -- who asks
    text: str,
    services: Services,
    *,
    fresh: bool = False,
    for_all: bool | None = None,  # noqa: ARG001 -- who reads
) -> SessionReport:
    """Report on the SIM that `text` names, as SessionLookup.look_up does.

    `for_all` says that everybody in the channel will read the answer, not the asker alone; by
    default it is what `request.is_public` says.
    """
    return await services.sessions.look_up(text, fresh=fresh)


async def look_up_many(  # noqa: PLR0913 -- as SessionLookup.look_up_many, and who asks
    request: Request,  # noqa: ARG001 -- who asks
    texts: Sequence[str],
    services: Services,
    *,
    fresh: bool = False,
    newest_only: bool = False,
    for_all: bool | None = None,  # noqa: ARG001 -- who reads
    done: Callable[[], None] = tell_nobody,
) -> list[SessionReport | BotError]:
    """Report on each, in the order asked, as SessionLookup.look_up_many does."""
    return await services.sessions.look_up_many(
        texts, fresh=fresh, newest_only=newest_only, done=done
    )
