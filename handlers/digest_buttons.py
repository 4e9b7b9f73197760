"""The buttons of digests: under a digest, in a list of them, and in the Home tab."""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.digest import details_screen
from bot.blocks.files import DigestFile, digest_file, head_line, page_lines, sent_screen
from bot.digests.archive import Archive
from bot.digests.digest import ScannedSim
from bot.digests.subscription import Subscription
from bot.ops.tasks import WorkerThread
from bot.services import Services, Visibility
from handlers import digests
from handlers.digest_form import open_form
from handlers.digests import Operation, permit
from handlers.interactions import Click, on_opening, read, register_clicks
from handlers.payloads import Context
from handlers.replies import Reply


def register_digest_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    operations = {action: doing(operation) for action, operation in OPERATIONS.items()}
    register_clicks(app, {**operations, **CLICKS}, services)
    for action, open_ in ((ids.DIGEST_ADD, _open_new), (ids.DIGEST_EDIT, _open_to_edit)):
        app.action(ids.pattern(action))(on_opening(action, open_, services))


def doing(operation: Operation) -> Click:
    """Return what a click does: read which digest is meant, check who clicks, do it."""

    async def click(context: Context, value: str) -> Reply:
        wanted = read(ids.SubscriptionButton, value).id
        subscription = await context.services.digests.subscriptions.get(wanted)
        await permit(context, subscription)
        return await operation(context, subscription)

    return click


async def _open_new(context: Context, _value: str) -> None:
    await open_form(context)


async def _open_to_edit(context: Context, value: str) -> None:
    async def find() -> Subscription:
        wanted = read(ids.SubscriptionButton, value).id
        return await context.services.digests.subscriptions.get(wanted)

    await open_form(context, find)


OPERATIONS: Mapping[str, Operation] = {
    ids.DIGEST_PAUSE: digests.pause,
    ids.DIGEST_RESUME: digests.resume,
    ids.DIGEST_REMOVE: digests.remove,
    ids.DIGEST_NOW: digests.now,
    ids.DIGEST_PREVIEW: digests.preview,
}


async def details(context: Context, value: str) -> Reply:
    """Show the SIMs of a digest, the worst first, to who clicked."""
    run, to = await _permitted(context, value)
    archive = context.services.archive
    digest = await archive.digest(run.id, run.due, to.accounts)
    worst = await archive.worst(run.id, run.due, to.accounts, redacts=to.redaction is not None)
    return Reply(details_screen(digest, worst))


async def csv(context: Context, value: str) -> Reply:
    """Send all SIMs of a digest as a file to who clicked."""
    (run, to), services = await _permitted(context, value), context.services
    async with _file(run, services.archive, services.executor, to) as file:
        sent = await services.files.to_asker(context.request, file)
    return Reply(sent_screen(file.name, is_ready=sent.is_ready, link=sent.link))


async def _permitted(context: Context, value: str) -> tuple[ids.DigestRun, Visibility]:
    """Return which digest is meant, and what who clicked may see of it.

    Raises OldButton, NoSuchDigest, NotAllowed and NotYours.
    """
    run = read(ids.DigestRun, value)
    await permit(context, await context.services.digests.subscriptions.get(run.id))
    return run, await context.visibility(for_all=False)


@asynccontextmanager
async def _file(
    run: ids.DigestRun, archive: Archive, executor: WorkerThread, to: Visibility
) -> AsyncIterator[DigestFile]:
    """Write the file; it is gone with the end of the block. Raises DigestGone."""
    digest = await archive.digest(run.id, run.due, to.accounts)
    redacts = to.redaction is not None
    with tempfile.TemporaryDirectory(prefix="simsessions-") as folder:
        path = Path(folder, "digest.csv")
        await executor.run(_begin, path)
        async for sims in archive.sims(run.id, run.due, to.accounts, redacts=redacts):
            await executor.run(_append, path, sims)
        yield digest_file(digest, path)


def _begin(path: Path) -> None:
    path.write_text(head_line(), encoding="utf-8", newline="")


def _append(path: Path, sims: Sequence[ScannedSim]) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="") as out:
        out.write(page_lines(sims))


CLICKS: Mapping[str, Click] = {ids.DIGEST_DETAILS: details, ids.DIGEST_CSV: csv}
