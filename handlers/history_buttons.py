"""The buttons of a history: History itself, CSV file, Picture, and sharing a file.

A file goes to the asker alone, as the history does; for all to see it takes another click.
"""

from collections.abc import Mapping
from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.history_files import (
    HistoryFile,
    csv_file,
    picture_file,
    sent_screen,
    shared_screen,
)
from bot.services import Services
from handlers.asking import look_up
from handlers.buttons import Click, on_click, read
from handlers.histories import history_reply
from handlers.reply import Reply, showing
from handlers.request import Request


def register_history_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


async def history(request: Request, value: str, services: Services) -> Reply:
    """Show the history to who clicked, beside the answer that the button stands under."""
    asked = read(ids.Window, value)
    report = await look_up(request, asked.sid, services, for_all=False)
    return await history_reply(report, asked.days, services)


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send a CSV file of all sessions to who clicked."""
    return await _send(request, ids.FileKind.CSV, read(ids.Window, value), services)


async def timeline(request: Request, value: str, services: Services) -> Reply:
    """Send the picture of the timeline to who clicked."""
    return await _send(request, ids.FileKind.PICTURE, read(ids.Window, value), services)


async def share_file(request: Request, value: str, services: Services) -> Reply:
    """Make the file anew and share it where the button was clicked."""
    asked = read(ids.ShareFile, value)
    file = await MAKERS[asked.kind](request, asked, services, for_all=True)
    await services.files.to_channel(request, file)
    return _in_place(file)


async def _send(
    request: Request, kind: ids.FileKind, window: ids.Window, services: Services
) -> Reply:
    file = await MAKERS[kind](request, window, services, for_all=False)
    sent = await services.files.to_asker(request, file)
    is_elsewhere = sent.channel != request.channel
    share = ids.ShareFile(sid=window.sid, days=window.days, kind=kind) if is_elsewhere else None
    return showing(sent_screen(file, share, is_ready=sent.is_ready))


def _in_place(file: HistoryFile) -> Reply:
    screen = shared_screen(file)
    return Reply(lambda _refused: screen, replace=True)


async def _csv(
    request: Request, window: ids.Window, services: Services, *, for_all: bool
) -> HistoryFile:
    report = await look_up(request, window.sid, services, for_all=for_all)
    by = request.user if for_all else None
    return await services.off_loop.run(csv_file, report, window.days, shared_by=by)


async def _picture(
    request: Request, window: ids.Window, services: Services, *, for_all: bool
) -> HistoryFile:
    report = await look_up(request, window.sid, services, for_all=for_all)
    by = request.user if for_all else None
    png = await services.studio.timeline(report, days=window.days)
    return await services.off_loop.run(picture_file, report, window.days, png, shared_by=by)


class Make(Protocol):
    """Makes a file; `for_all` of one that is shared with everybody in the channel."""

    async def __call__(
        self, request: Request, window: ids.Window, services: Services, *, for_all: bool
    ) -> HistoryFile:
        """Look the SIM up and write the file."""


MAKERS: Mapping[ids.FileKind, Make] = {ids.FileKind.CSV: _csv, ids.FileKind.PICTURE: _picture}
CLICKS: Mapping[str, Click] = {
    ids.HISTORY: history,
    ids.CSV: csv,
    ids.TIMELINE: timeline,
    ids.SHARE_FILE: share_file,
}
