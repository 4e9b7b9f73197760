"""What stands behind a digest: its SIMs in a table, and all of them as a file, to who asks.

A whole fleet goes page by page into a file on the disk and from there to Slack, so that its size
is nobody's memory.
"""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.digest_csv import DigestFile, digest_file, head_line, page_lines
from bot.blocks.digest_details import details_screen, file_screen
from bot.digests.digest import Seen
from bot.services import Services
from handlers.asking import withheld
from handlers.buttons import Click, on_click, read
from handlers.digests import permit
from handlers.reply import Reply, showing
from handlers.request import Request


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
    return Reply(lambda refused: details_screen(digest, worst, refused=refused))


async def csv(request: Request, value: str, services: Services) -> Reply:
    """Send all SIMs of a digest as a file to who clicked."""
    run = await _permitted(request, value, services)
    left_out = await withheld(request, services, for_all=False)
    async with _file(run, services, hides=left_out is not None) as file:
        sent = await services.files.to_asker(request, file)
    return showing(file_screen(file.name, is_ready=sent.is_ready))


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
        await services.off_loop.run(_begin, path)
        async for sims in services.archive.sims(run.id, run.due, hides=hides):
            await services.off_loop.run(_append, path, sims)
        yield digest_file(digest, path)


def _begin(path: Path) -> None:
    path.write_text(head_line(), encoding="utf-8", newline="")


def _append(path: Path, sims: Sequence[Seen]) -> None:
    with path.open("a", encoding="utf-8", errors="replace", newline="") as out:
        out.write(page_lines(sims))


CLICKS: Mapping[str, Click] = {ids.DIGEST_DETAILS: details, ids.DIGEST_CSV: csv}
