"""What is done with a digest, whoever starts it: a command, a mention or a button; its buttons.

They stand under a digest, in a list of them, and in the Home tab.
"""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.blocks import ids
from bot.blocks.csv_files import SlackFile, digest_file, head_line, page_lines, sent_screen
from bot.blocks.digest import details_screen
from bot.blocks.digest_setup import (
    DIGEST,
    announced_screen,
    capitalized,
    list_screen,
    next_run_text,
)
from bot.blocks.format import MRKDWN
from bot.digests.archive import Archive
from bot.digests.digest import ScannedSim
from bot.digests.subscription import PauseReason, Subscription
from bot.ops.tasks import WorkerThread
from bot.services import Visibility
from bot.struct import replace
from handlers.digest_form import first_view
from handlers.interactions import Click, SubscriptionKind, announce, permit, read_value
from handlers.payloads import Context
from handlers.replies import Reply


async def list_reply(context: Context) -> Reply:
    """List the channel's digests; in a direct message those that the person made."""
    await context.authorize()
    request, digests = context.request, context.services.digests
    is_direct = request.channel.startswith("D") or not request.channel
    if is_direct:
        every = await digests.subscriptions.made_by(digests.team, request.user)
    else:
        every = await digests.subscriptions.in_channel(digests.team, request.channel)
    now, percents = context.services.clock.now(), await digests.percents()
    where = "that you made" if is_direct else "in this channel"
    return Reply(list_screen(every, now, percents, where=where, places=is_direct))


async def pause(context: Context, subscription: Subscription) -> Reply:
    """Pause it, and tell the channel."""
    if not await context.services.digests.subscriptions.pause(subscription):
        return Reply(DIGEST.done_screen(subscription, "is already paused."))
    return await _changed(context, replace(subscription, paused=PauseReason.ASKED), "paused")


async def resume(context: Context, subscription: Subscription) -> Reply:
    """Resume it, and tell the channel."""
    if not await context.services.digests.subscriptions.resume(subscription):
        return Reply(DIGEST.done_screen(subscription, "is not paused."))
    return await _changed(context, replace(subscription, paused=None), "resumed")


async def remove(context: Context, subscription: Subscription) -> Reply:
    """Remove it, end what is under way, and tell the channel."""
    await context.services.digests.subscriptions.remove(subscription)
    await _announce(context, subscription, "removed", context.services.clock.now())
    return Reply(
        DIGEST.done_screen(subscription, "has been removed. What it posted stays in the channel.")
    )


async def now(context: Context, subscription: Subscription) -> Reply:
    """Start a run that is posted at once."""
    digests = context.services.digests
    if not await digests.post_now(subscription):
        percent = (await digests.percents()).get(subscription.id, 0)
        return Reply(DIGEST.done_screen(subscription, f"is already being made: {percent} %."))
    where = f"<#{subscription.channel}>"
    return Reply(DIGEST.done_screen(subscription, f"is being compiled. I'll post it in {where}."))


async def preview(context: Context, subscription: Subscription) -> Reply:
    """Start a run that only the asker sees."""
    accounts = (await context.visibility(for_all=False)).accounts
    await context.services.digests.preview(subscription, context.request.user, accounts)
    return Reply(
        DIGEST.done_screen(
            subscription,
            "is being compiled. I'll send it to you as a direct message; nothing of it is kept.",
        )
    )


async def _changed(context: Context, subscription: Subscription, what: str) -> Reply:
    at = context.services.clock.now()
    await _announce(context, subscription, what, at)
    next_run = (
        "" if subscription.paused else f" {capitalized(next_run_text(subscription, at, MRKDWN))}."
    )
    return Reply(DIGEST.done_screen(subscription, f"is {what}.{next_run}"))


async def _announce(context: Context, subscription: Subscription, what: str, at: datetime) -> None:
    line = announced_screen(subscription, context.request.user, what, at)
    await announce(context, subscription.team, subscription.channel, line)


DIGESTS = SubscriptionKind(
    DIGEST,
    list_reply,
    lambda services: services.digests.subscriptions,
    first_view,
    {"pause": pause, "resume": resume, "remove": remove, "now": now, "preview": preview},
)


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
    run = read_value(ids.DigestRun, value)
    await permit(context, await context.services.digests.subscriptions.get(run.id))
    return run, await context.visibility(for_all=False)


@asynccontextmanager
async def _file(
    run: ids.DigestRun, archive: Archive, executor: WorkerThread, to: Visibility
) -> AsyncIterator[SlackFile]:
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
