"""The modal in which a digest is made or changed: opened, drawn anew, sent off."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.alerts.service import AlertNameTaken
from bot.blocks import ids
from bot.blocks.digest_setup import DIGEST, announced_screen, form_view, saved_screen
from bot.blocks.kit import Choice, Screen, View, option
from bot.blocks.subscriptions import MOST
from bot.digests.form import FieldErrors, FormField, FormValues, field_of, validate, values_of
from bot.digests.schedule import Frequency, zone_choices, zone_named
from bot.digests.sim_selection import NoSuchSims, SelectedSims, selector_of
from bot.digests.subscription import SelectionKind, Subscribed, Subscription, WhenQuiet
from bot.digests.subscriptions import (
    DigestService,
    N,
    NamedRepository,
    NameTaken,
    pause_reason,
    problem_words,
)
from bot.errors import BotError, NotAllowed, NotYours, OldButton
from bot.services import Actor, Request, Services
from bot.struct import replace
from handlers.interactions import (
    FormWindow,
    form_in,
    known_zone,
    on_choice,
    on_form_sent,
    permit,
)
from handlers.payloads import Body, Context, Listener, part, text_in

NOTHING_SAVED = "Nothing was saved, and what you typed is still here."


async def save(
    context: Context, values: FormValues, form: ids.SubscriptionForm
) -> Screen | FieldErrors:
    """Keep the digest and tell its channel; return what is said of it, or what is wrong.

    Raises StoreError, NoSuchDigest, NotAllowed, NotYours and AskedTooOften.
    """
    digests = context.services.digests
    before, chosen, wrong = await validate_form(context, values, form, digests.subscriptions)
    if wrong or chosen is None:
        return wrong
    now = context.services.clock.now()
    after = _filled_in(
        values, chosen, before or _new(values, chosen, context.request, digests, now)
    )
    line = announced_screen(after, context.request.user, "changed" if before else "made", now)
    store = digests.subscriptions
    keep = partial(store.change, after) if before else partial(store.add, after)
    undo = partial(store.change, before) if before else partial(store.remove, after)
    return await save_and_announce(context, after, line, keep, undo) or saved_screen(
        after, now, chosen.count, is_new=before is None
    )


async def validate_form(
    context: Context,
    values: FormValues,
    form: ids.SubscriptionForm,
    stored: NamedRepository[N],
    refusal: str | None = None,
) -> tuple[N | None, SelectedSims | None, dict[Any, str]]:
    """Return the one that is changed, which SIMs are meant, and what is wrong, by field.

    Raises StoreError, NoneOfName, NotAllowed, NotYours and AskedTooOften.
    """
    await context.authorize()
    context.take()  # each asks KORE, as a look-up does
    if form.at and not await context.checked_channel(form.at):
        if not await context.services.digests.channels.is_unknown(form.at):
            raise NotYours(refusal)
        # Slack hides from the bot who is there: nothing is granted for being there
        context = context.for_request(replace(context.request, channel=""))
    before = await stored.get(form.id) if form.id else None
    if before:
        await permit(context, before, refusal)
    wrong: dict[Any, str] = {}
    others = await stored.in_channel(context.services.digests.team, values.channel)
    if len(others) >= MOST and not (before and before.channel == values.channel):
        many = f"That channel has {MOST} {stored.noun}s, which is the most."
        wrong = {FormField.CHANNEL: many}
    of_channel, chosen = await asyncio.gather(
        _channel_faults(context, values.channel), _select_sims(values, context)
    )
    if isinstance(chosen, SelectedSims):
        return before, chosen, wrong | of_channel
    return before, None, wrong | of_channel | chosen


async def _channel_faults(context: Context, channel: str) -> dict[Any, str]:
    """Return why a person may not ask for a channel, or the bot cannot post there, by field."""
    actor, services = context.actor, context.services
    try:
        services.access.check(actor and replace(actor, channel=channel, in_view=False))
        await services.authorizer.authorize_channel(channel)
    except NotAllowed as error:
        return {FormField.CHANNEL: error.sentence}
    trouble = await services.digests.channels.post_fault(channel)
    return {FormField.CHANNEL: problem_words(trouble)} if trouble else {}


async def _select_sims(values: FormValues, context: Context) -> SelectedSims | dict[Any, str]:
    """Select among what both the asker and all in the channel may see; or the faults by field."""
    try:
        seen = (await context.visibility(for_all=False)).accounts
        theirs = context.services.authorizer.accounts_in(values.channel)
        return await selector_of(context.services.views.of(seen & theirs)).select(values)
    except NotAllowed as error:
        return {FormField.CHANNEL: error.sentence}
    except NoSuchSims as error:
        return {error.field: error.sentence}
    except BotError as error:
        return {field_of(values.which): f"{error.sentence} {NOTHING_SAVED}"}


def _new(
    values: FormValues,
    chosen: SelectedSims,
    request: Request,
    digests: DigestService,
    now: datetime,
) -> Subscription:
    return Subscription(
        id=uuid4().hex[:12],
        team=digests.team,
        channel=values.channel,
        name=values.name,
        made_by=request.user,
        made_at=now,
        selection=chosen.selection,
        schedule=values.schedule,
        grace=digests.grace,
    )


def _filled_in(
    values: FormValues, chosen: SelectedSims, subscription: Subscription
) -> Subscription:
    return replace(
        subscription,
        channel=values.channel,
        name=" ".join(values.name.split()),
        selection=chosen.selection,
        schedule=values.schedule,
        zone=zone_named(values.zone),
        quiet_hours=values.quiet_hours,
        when_quiet=values.when_quiet,
    )


async def save_and_announce(
    context: Context,
    one: Subscribed,
    line: Screen,
    keep: Callable[[], Awaitable[None]],
    undo: Callable[[], Awaitable[object]],
) -> dict[Any, str]:
    """Save it and post `line` to its channel; where that fails, the save is undone.

    Return why it is not kept, by field. Raises StoreError.
    """
    try:
        await keep()
    except (NameTaken, AlertNameTaken) as error:
        return {FormField.NAME: error.sentence}
    try:
        await context.services.replying.delivery.post(one.team, one.channel, line)
    except BotError as error:
        why = pause_reason(error)
        if why is None:
            return {}
        await undo()
        return {FormField.CHANNEL: problem_words(why)}
    return {}


_PLAIN = ("value", "selected_time", "selected_conversation")
_KINDS = {
    FormField.WHICH: SelectionKind,
    FormField.EVERY: Frequency,
    FormField.WHEN_QUIET: WhenQuiet,
}


def values_in(view: Body) -> FormValues:
    """Return all that is filled in, fields that are not shown now included. Raises OldButton."""
    fields: dict[str, Any] = dict(form_in(view).kept)
    inputs = part(part(view, "state"), "values")
    for name in FormField:
        block = DIGEST.block_of(name)
        if block in inputs:
            fields[name.value] = text_of(part(part(inputs, block), block))
    try:
        fields |= {name.value: kind(fields[name.value]) for name, kind in _KINDS.items()}
        return FormValues(**fields).checked()
    except (KeyError, TypeError, ValueError) as error:
        raise OldButton from error


def text_of(inputs: Body) -> str:
    """Return what was typed or chosen; "" where nothing was."""
    chosen = text_in(part(inputs, "selected_option"), "value")
    return chosen or next(filter(None, (text_in(inputs, name) for name in _PLAIN)), "")


def register_digest_form(app: AsyncApp, services: Services) -> None:
    """Attach the listeners of the modal."""
    for name in (FormField.WHICH, FormField.EVERY):
        app.action(DIGEST.block_of(name))(on_choice("digest_choice", "Digest", _redrawn, services))
    app.options(DIGEST.block_of(FormField.ZONE))(on_zone(services))
    app.view(ids.DIGEST_FORM)(on_form_sent("Digest", _window, services))


async def first_view(
    context: Context, form: ids.SubscriptionForm, found: Subscription | None
) -> View:
    """Draw the window of a digest, or of a new one."""
    if found is not None:
        return form_view(values_of(found), form)
    zone = await known_zone(context)
    return form_view(FormValues(channel=context.request.channel, zone=zone), form)


async def _redrawn(_context: Context, view: Body) -> View:
    return form_view(values_in(view), form_in(view))


def on_zone(services: Services) -> Listener:
    """Return the listener that offers time zones for what is being typed."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        zones = zone_choices(text_in(body, "value"), services.clock.now()) if actor else ()
        await ack(options=[option(Choice(name, words)) for name, words in zones])

    return listener


def _window(context: Context, view: Body) -> FormWindow[FormField]:
    """Return the form that was sent off. Raises OldButton."""
    values, form = values_in(view), form_in(view)
    here = context.for_request(replace(context.request, channel=form.at))
    services = context.services
    return FormWindow(
        listing=DIGEST,
        form=form,
        context=here,
        faults=validate(values, services.digests.min_interval, services.clock.now()),
        save=lambda: save(here, values, form),
        draw=lambda faults, note: form_view(values, form, faults, note),
    )
