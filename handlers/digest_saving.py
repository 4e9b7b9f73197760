"""Checks what only others can tell of a digest's form, and keeps the digest."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from bot.blocks.digest_list import MOST, saved_screen, told_screen
from bot.blocks.ids import DigestForm
from bot.blocks.kit import Screen
from bot.digests.chooser import Choice, NoSuchSims
from bot.digests.draft import Draft, Faults, Field, field_of
from bot.digests.lost_channel import told, trouble_of
from bot.digests.subscription import Subscription
from bot.digests.subscriptions import NameTaken
from bot.digests.zones import zone_named
from bot.errors import BotError, NotAllowed
from bot.services import Services
from handlers.digests import permit, tell_channel
from handlers.request import Request
from handlers.who import acting

NOTHING_SAVED = "Nothing was saved, and what you typed is still here."


async def save(
    draft: Draft, form: DigestForm, request: Request, services: Services
) -> Screen | Faults:
    """Keep the digest and tell its channel; give what is said of it, or what is wrong.

    Raises StoreError, NoSuchDigest, NotYours and AskedTooOften.
    """
    desk = services.digests
    services.rate.take(f"{request.team}:{request.user}")  # each asks KORE, as a look-up does
    before = await desk.subscriptions.get(form.id) if form.id else None
    if before:
        await permit(before, request, services)
    wrong = await _of_name(draft, before, services)
    of_channel, chosen = await asyncio.gather(_of_channel(draft, services), _sims(draft, services))
    wrong |= of_channel | ({} if isinstance(chosen, Choice) else chosen)
    if wrong or not isinstance(chosen, Choice):
        return wrong
    after = _filled_in(draft, chosen, before, request, services)
    return await _kept(before, after, request, services) or saved_screen(
        after, services.clock.now(), chosen.count, is_new=before is None
    )


async def _of_name(draft: Draft, before: Subscription | None, services: Services) -> Faults:
    desk = services.digests
    others = await desk.subscriptions.in_channel(desk.team, draft.channel)
    stays = before is not None and before.channel == draft.channel
    if len(others) >= MOST and not stays:
        return {Field.CHANNEL: f"That channel has {MOST} digests, which is the most."}
    return {}


async def _of_channel(draft: Draft, services: Services) -> Faults:
    """Tell whether the person may ask for that channel, and whether the bot can post there."""
    actor = acting()
    try:
        if actor is not None:
            services.access.check(replace(actor, channel=draft.channel, in_view=False))
        await services.admission.sight_in(draft.channel)
    except NotAllowed as error:
        return {Field.CHANNEL: error.sentence}
    trouble = await services.digests.places.trouble(draft.channel)
    return {Field.CHANNEL: told(trouble)} if trouble else {}


async def _sims(draft: Draft, services: Services) -> Choice | Faults:
    try:
        return await services.digests.chooser.choose(draft)
    except NoSuchSims as error:
        return {error.field: error.sentence}
    except BotError as error:
        return {field_of(draft.which): f"{error.sentence} {NOTHING_SAVED}"}


def _filled_in(
    draft: Draft,
    choice: Choice,
    before: Subscription | None,
    request: Request,
    services: Services,
) -> Subscription:
    desk = services.digests
    made = before or Subscription(
        id=uuid4().hex[:12],
        team=desk.team,
        channel=draft.channel,
        name=draft.name,
        made_by=request.user,
        made_at=services.clock.now(),
        selection=choice.selection,
        cadence=draft.cadence,
        grace=desk.grace,
    )
    return replace(
        made,
        channel=draft.channel,
        name=" ".join(draft.name.split()),
        selection=choice.selection,
        cadence=draft.cadence,
        zone=zone_named(draft.zone),
        quiet_hours=draft.quiet_hours,
        when_quiet=draft.when_quiet,
    )


async def _kept(
    before: Subscription | None, after: Subscription, request: Request, services: Services
) -> Faults:
    """Keep it and tell the channel; a channel that cannot be told gets no digest either."""
    keep = services.digests.subscriptions
    try:
        await (keep.change(after) if before else keep.add(after))
    except NameTaken as error:
        return {Field.NAME: error.sentence}
    deed = "changed" if before else "made"
    line = told_screen(after, request.user, deed, services.clock.now())
    try:
        await tell_channel(after, line, services)
    except BotError as error:
        trouble = trouble_of(error)
        if trouble is None:
            return {}
        await (keep.change(before) if before else keep.remove(after))
        return {Field.CHANNEL: told(trouble)}
    return {}
