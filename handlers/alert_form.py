"""The modal in which an alert is made or changed: opened, drawn anew, sent off."""

from functools import partial
from typing import Any
from uuid import uuid4

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.alerts.alert import (
    MENTIONED,
    Alert,
    AlertField,
    AlertValues,
    Faults,
    Field,
    alert_from_values,
    interval_fault,
    usual_interval,
    valid_values,
    validate,
    values_of,
)
from bot.blocks import ids
from bot.blocks.alert_setup import ALERT, causes_to_choose, form_view, saved_screen
from bot.blocks.kit import Choice, Screen, View, option
from bot.digests.form import FormField, FormValues
from bot.digests.sim_selection import SelectedSims
from bot.digests.subscription import SelectionKind
from bot.errors import NotAllowed, OldButton
from bot.services import Actor, Services
from bot.struct import replace
from handlers.digest_form import on_zone, save_and_announce, text_of, validate_form
from handlers.interactions import (
    FormWindow,
    form_in,
    known_zone,
    on_choice,
    on_form_sent,
)
from handlers.lookups import note_action
from handlers.payloads import Body, Context, Listener, from_click, part, parts, text_in

NOT_THEIRS = "Only its maker and the people in its channel may change an alert."
FASTEST_PER_SECOND = 20.0
"""SIMs that are scanned in a second at most, where nothing else is set."""
MENTIONS = (AlertField.FIRST, AlertField.SECOND)


async def save(
    context: Context, values: AlertValues, form: ids.SubscriptionForm
) -> Screen | Faults:
    """Keep the alert and tell its channel; return what is said of it, or what is wrong.

    Raises StoreError, NoSuchAlert, NotAllowed, NotYours and AskedTooOften.
    """
    services = context.services
    before, chosen, wrong = await validate_form(
        context, values.base, form, services.alerts.alerts, NOT_THEIRS
    )
    if chosen:
        wrong |= interval_fault(values, _shortest(chosen, services))
    if wrong or chosen is None:
        return wrong
    about = before or _new(context, values, chosen)
    after = alert_from_values(values, replace(about, selection=chosen.selection))
    if after.webhook not in services.webhooks.names:  # the form does not show it, or it is forged
        after = replace(after, webhook=about.webhook)
    return await _kept(context, before, after) or saved_screen(
        after, chosen.count, services.alerts.per_second, is_new=before is None
    )


def _shortest(chosen: SelectedSims, services: Services) -> Any:  # noqa: ANN401 -- a timedelta
    """Return how often so many SIMs can be scanned at most; of how many is not known, as few."""
    per_second = services.alerts.per_second or FASTEST_PER_SECOND
    fast = usual_interval(0, per_second)
    return max(fast, usual_interval(chosen.count or 0, per_second) / 2)


def _new(context: Context, values: AlertValues, chosen: SelectedSims) -> Alert:
    return Alert(
        id=uuid4().hex[:12],
        team=context.services.alerts.team,
        channel=values.base.channel,
        name=values.base.name,
        made_by=context.request.user,
        made_at=context.services.clock.now(),
        selection=chosen.selection,
    )


async def _kept(context: Context, before: Alert | None, after: Alert) -> Faults:
    """Save it and tell the channel; where the channel cannot be posted to, the alert is undone."""
    services, by = context.services, context.request.user
    store, now, deed = services.alerts.alerts, services.clock.now(), "changed" if before else "made"
    line = ALERT.announced_screen(after, by, deed)

    async def keep() -> None:
        await (store.change(after) if before else store.add(after))
        note_action(context, f"alert {deed} {after.id}")

    undo = partial(store.change, before) if before else partial(store.remove, after, by, now)
    return await save_and_announce(context, after, line, keep, undo)


def values_in(view: Body) -> AlertValues:
    """Return all that is filled in, fields that are not shown now included. Raises OldButton."""
    inputs = part(part(view, "state"), "values")

    def found(name: Field) -> Body | None:
        block = ALERT.block_of(name)
        return part(part(inputs, block), block) if block in inputs else None

    known: dict[str, Any] = dict(form_in(view).kept)
    known |= {name.value: _text_of(text) for name in FormField if (text := found(name)) is not None}
    own: dict[str, Any] = {
        name.value: _text_of(text) for name in AlertField if (text := found(name)) is not None
    }
    shown = (part(found(name) or {}, "selected_option") for name in MENTIONS)
    own["names"] = tuple((text_in(one, "value"), _words_of(one)) for one in shown)
    causes = parts(found(AlertField.CAUSES) or {}, "selected_options")
    own["causes"] = tuple(dict.fromkeys(text_in(each, "value") for each in causes))
    try:
        if not {each.value for each in causes_to_choose()}.issuperset(own["causes"]):
            raise OldButton
        known["which"] = SelectionKind(known["which"])
        base = FormValues(**{k: v for k, v in known.items() if k in _BASE})
        return valid_values(AlertValues(base=base, **own))
    except (KeyError, TypeError, ValueError) as error:
        raise OldButton from error


_BASE = frozenset(
    name.value
    for name in FormField
    if name not in {FormField.EVERY, FormField.WHEN_QUIET, FormField.HOURS, FormField.DAY}
)


def _words_of(chosen: Body) -> str:
    return text_in(part(chosen, "text"), "text")


def _text_of(inputs: Body) -> str:
    """Return what was typed or chosen, or the moment in epoch seconds; "" where nothing was."""
    at = inputs.get("selected_date_time")
    return str(at) if isinstance(at, int) else text_of(inputs)


def register_alert_form(app: AsyncApp, services: Services) -> None:
    """Attach the listeners of the modal."""
    app.action(ALERT.block_of(FormField.WHICH))(
        on_choice("alert_choice", "Alert", _redrawn, services)
    )
    app.options(ALERT.block_of(FormField.ZONE))(on_zone(services))
    for group in MENTIONS:
        app.options(ALERT.block_of(group))(on_mention(services))
    app.view(ids.ALERT_FORM)(on_form_sent("Alert", _window, services))


async def first_view(context: Context, form: ids.SubscriptionForm, found: Alert | None) -> View:
    """Draw the window of an alert, or of a new one."""
    service, channel = context.services.alerts, context.request.channel
    if found is not None:
        values = values_of(found, context.services.clock.now())
        names = await service.channels.names_of((values.first, values.second))
        values = replace(values, names=names)
    else:
        at = "" if channel.startswith("D") else channel
        values = AlertValues(base=FormValues(channel=at, zone=await known_zone(context)))
    return form_view(values, form, webhooks=context.services.webhooks.names)


async def _redrawn(context: Context, view: Body) -> View:
    await context.authorize()
    webhooks = context.services.webhooks.names
    return form_view(values_in(view), form_in(view), webhooks=webhooks)


def on_mention(services: Services) -> Listener:
    """Return the listener that offers whom to mention: user groups, or an id that was typed."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        try:
            await Context(actor, from_click(body), services).authorize()
        except NotAllowed:
            await ack(options=[])
            return
        typed = text_in(body, "value").strip().removeprefix("@")
        groups = await services.alerts.channels.groups()
        found = [Choice(id_, f"@{name}") for id_, name in groups if typed.casefold() in name]
        if MENTIONED.fullmatch(typed.upper()):
            found.append(Choice(typed.upper(), typed.upper()))
        await ack(options=[option(choice) for choice in found[:100]])

    return listener


def _window(context: Context, view: Body) -> FormWindow[Field]:
    """Return the form that was sent off. Raises OldButton."""
    values, form = values_in(view), form_in(view)
    here = context.for_request(replace(context.request, channel=form.at))
    services = context.services
    return FormWindow(
        listing=ALERT,
        form=form,
        context=here,
        faults=validate(values, services.clock.now()),
        save=lambda: save(here, values, form),
        draw=lambda faults, note: form_view(
            values, form, faults, note, webhooks=services.webhooks.names
        ),
    )
