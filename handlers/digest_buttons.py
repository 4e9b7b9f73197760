"""The buttons of digests: under a digest, in a list of them, and in the Home tab."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.csv_files import DigestFile, digest_file, head_line, page_lines
from bot.blocks.digest import details_screen, file_screen
from bot.digests.digest import ScannedSim
from bot.digests.subscription import Subscription
from bot.services import Services
from handlers import digests
from handlers.clicks import Click, Listener, on_click, read, value_of
from handlers.digest_form import open_form
from handlers.digests import Deed, permit
from handlers.lookups import withheld
from handlers.payloads import Body, Request, from_click
from handlers.replies import Reply, attempt, send


def register_digest_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, deed in DEEDS.items():
        app.action(ids.pattern(action))(on_click(action, doing(deed), services))
    app.action(ids.pattern(ids.DIGEST_ADD))(on_add(services))
    app.action(ids.pattern(ids.DIGEST_EDIT))(on_edit(services))


def doing(deed: Deed) -> Click:
    """Return what a click does: read which digest is meant, check who clicks, do it."""

    async def click(request: Request, value: str, services: Services) -> Reply:
        wanted = read(ids.DigestButton, value).id
        one = await services.digests.subscriptions.get(wanted)
        await permit(one, request, services)
        return await deed(one, request, services)

    return click


def on_add(services: Services) -> Listener:
    """Return the listener that opens the window for a new digest."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request = from_click(body)
        opening(ids.DIGEST_ADD, lambda: open_form(request, services), request, services)

    return listener


def on_edit(services: Services) -> Listener:
    """Return the listener that opens the window of a digest."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, value = from_click(body), value_of(body)

        async def find() -> Subscription:
            wanted = read(ids.DigestButton, value).id
            return await services.digests.subscriptions.get(wanted)

        opening(ids.DIGEST_EDIT, lambda: open_form(request, services, find), request, services)

    return listener


def opening(
    name: str, work: Callable[[], Awaitable[None]], request: Request, services: Services
) -> None:
    """Go on with the opening of a window in a task; a window that does not open is said."""

    async def tell(reply: Reply) -> None:
        await send(reply, request, services)

    services.tasks.start(attempt(name, work, tell, services), name=name)


DEEDS: Mapping[str, Deed] = {
    ids.DIGEST_PAUSE: digests.pause,
    ids.DIGEST_RESUME: digests.resume,
    ids.DIGEST_REMOVE: digests.remove,
    ids.DIGEST_NOW: digests.now,
    ids.DIGEST_PREVIEW: digests.preview,
}


def register_digest_details(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, click in CLICKS.items():
        app.action(ids.pattern(action))(on_click(action, click, services))


async def details(request: Request, value: str, services: Services) -> Reply:
    """Show the SIMs of a digest, the worst first, to who clicked."""
    run = await _permitted(request, value, services)
    left_out = await withheld(request, services, for_all=False)
    digest = await services.archive.digest(run.id, run.due)
    worst = await services.archive.worst(run.id, run.due, hides=left_out is not None)
    return Reply(details_screen(digest, worst))


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send all SIMs of a digest as a file to who clicked."""
    run = await _permitted(request, value, services)
    left_out = await withheld(request, services, for_all=False)
    async with _file(run, services, hides=left_out is not None) as file:
        sent = await services.files.to_asker(request, file)
    return Reply(file_screen(file.name, is_ready=sent.is_ready))


async def _permitted(request: Request, value: str, services: Services) -> ids.DigestRun:
    """Read which digest is meant. Raises OldButton, NoSuchDigest and NotYours."""
    run = read(ids.DigestRun, value)
    await permit(await services.digests.subscriptions.get(run.id), request, services)
    return run


@asynccontextmanager
async def _file(
    run: ids.DigestRun, services: Services, *, hides: bool
) -> AsyncIterator[DigestFile]:
    """Write the file; it is gone with the end of the block. Raises DigestGone."""
    digest = await services.archive.digest(run.id, run.due)
    with tempfile.TemporaryDirectory(prefix="simsessions-") as folder:
        path = Path(folder, "digest.csv")
        await services.executor.run(_begin, path)
        async for sims in services.archive.sims(run.id, run.due, hides=hides):
            await services.executor.run(_append, path, sims)
        yield digest_file(digest, path)


def _begin(path: Path) -> None:
    path.write_text(head_line(), encoding="utf-8", newline="")


def _append(path: Path, sims: Sequence[ScannedSim]) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="") as out:
        out.write(page_lines(sims))


CLICKS: Mapping[str, Click] = {ids.DIGEST_DETAILS: details, ids.DIGEST_CSV: csv}
