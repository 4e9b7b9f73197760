"""The buttons of an incident's card, and the windows that two of them open.

Whoever is in the channel may act, for it is theirs; what comes back from Slack is checked each
time. What was done stands on the card and in its thread, with who did it.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.alerts.alert import Alert, Mute
from bot.alerts.incident import (
    HOUR,
    Incident,
    next_monday,
    redacted_incident,
    resolve,
    snooze,
    take,
    take_if_unchanged,
)
from bot.alerts.incident_repository import NoSuchIncident
from bot.blocks import ids
from bot.blocks.incident import acted_screen, not_taken_screen
from bot.blocks.kit import View
from bot.blocks.modals import (
    ENDS,
    HAND_OVER_TITLE,
    MAY_NOT,
    MONDAY,
    MOST_REASON,
    MUTE_TITLE,
    MUTED,
    NOT_HERE,
    ON_IT,
    PERSON,
    REASON,
    UNTIL,
    details_view,
    hand_over_view,
    mute_view,
)
from bot.blocks.report import already_screen, is_person
from bot.errors import NotAllowed, NotYours, OldButton, TookTooLong
from bot.services import Services
from bot.struct import replace
from handlers.interactions import Click, Keep, on_form_kept, on_opening, read_value, register_clicks
from handlers.lookups import note_action
from handlers.payloads import Body, Context, part, text_in, typed_in
from handlers.replies import Reply

LATE = "That took longer than Slack waits. Look at the card; if nothing changed, try again."
NOT_THEIRS = "Only people in an incident's channel may act on it."

Act = Callable[[Alert, Incident], Incident]


def register_incident_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button, and to the windows."""
    register_clicks(app, CLICKS, services)
    for action, draw in WINDOWS.items():
        app.action(action)(on_opening(action, partial(open_window, draw), services))
    for callback, (title, keep) in FORMS.items():
        app.view(callback)(on_form_kept(title, form_handler(keep), TookTooLong(LATE), services))


async def permitted_incident(context: Context, id_: str) -> Incident:
    """Return an incident that the actor may act on: of a channel where they are, and may see.

    Raises NotAllowed, NotYours and NoSuchIncident.
    """
    accounts = (await context.visibility(for_all=False)).accounts
    request, alerts = context.request, context.services.alerts
    incident = (await alerts.incidents.get(id_)).incident
    if incident.account not in accounts:
        raise NoSuchIncident
    here = incident.team == alerts.team and bool(request.user)
    if not here or not (
        _stands_there(context, incident)
        or await alerts.channels.is_member(incident.channel, request.user)
    ):
        raise NotYours(NOT_THEIRS)
    return incident


def _stands_there(context: Context, incident: Incident) -> bool:
    """Return whether a message of the incident's own channel was clicked, as Slack says."""
    return context.request.is_public and context.request.channel == incident.channel


async def _acted(context: Context, id_: str, what: str, act: Act) -> tuple[Incident, bool]:
    """Act; return what became of the incident, and whether that changed it."""
    before = await permitted_incident(context, id_)
    note_action(context, f"{what} {id_}")
    after = await context.services.alerts.alerts.act(id_, act)
    return after, after.seq != before.seq


async def _done(context: Context, id_: str, what: str, act: Act) -> Reply:
    """Act, and tell only who clicked; where it changed nothing, say so."""
    after, changed = await _acted(context, id_, what, act)
    return Reply(acted_screen(after, changed=changed))


async def take_it(context: Context, value: str) -> Reply:
    """Take the incident."""
    by, now = _who(context)
    asked = read_value(ids.IncidentTake, value)

    def act(_: Alert, incident: Incident) -> Incident:
        return take_if_unchanged(incident, by, now, asked.seen)

    after, changed = await _acted(context, asked.id, "incident take", act)
    if after.is_open and after.taken_by not in {by, None}:
        return Reply(not_taken_screen(after))
    if after.is_open and not changed:
        return Reply(already_screen(after.taken_at))
    return Reply(acted_screen(after, changed=changed))


async def snooze_it(context: Context, value: str) -> Reply:
    """Let it mention nobody for an hour, or until Monday."""
    asked = read_value(ids.IncidentSnooze, value)
    by, now = _who(context)

    def act(alert: Alert, incident: Incident) -> Incident:
        until = next_monday(now, alert.zone) if asked.monday else now + HOUR
        return snooze(incident, by, now, until)

    return await _done(context, asked.id, "incident snooze", act)


async def resolve_it(context: Context, value: str) -> Reply:
    """Say that it is over."""
    by, now = _who(context)
    id_ = read_value(ids.IncidentButton, value).id
    return await _done(context, id_, "incident resolve", lambda _, i: resolve(i, by, now))


def _who(context: Context) -> tuple[str, datetime]:
    return context.request.user, context.services.clock.now()


CLICKS: Mapping[str, Click] = {
    ids.INCIDENT_TAKE: take_it,
    ids.INCIDENT_SNOOZE: snooze_it,
    ids.INCIDENT_RESOLVE: resolve_it,
}

DrawWindow = Callable[[Context, ids.IncidentView], Awaitable[View]]


async def draw_hand_over(context: Context, asked: ids.IncidentView) -> View:
    """Draw the window in which a person is chosen."""
    await permitted_incident(context, asked.id)
    return hand_over_view(asked)


async def draw_mute(context: Context, asked: ids.IncidentView) -> View:
    """Draw the window in which a SIM, a reason and an end are chosen."""
    return mute_view(asked, await _shown(context, asked.id))


async def draw_details(context: Context, asked: ids.IncidentView) -> View:
    """Draw the window that shows all of it."""
    return details_view(await _shown(context, asked.id))


async def _shown(context: Context, id_: str) -> Incident:
    """Return an incident as the actor may see it."""
    incident = await permitted_incident(context, id_)
    redacts = await context.redaction(for_all=False) is not None
    return redacted_incident(incident) if redacts else incident


WINDOWS: Mapping[str, DrawWindow] = {
    ids.INCIDENT_HAND_OVER: draw_hand_over,
    ids.INCIDENT_MUTE: draw_mute,
    ids.INCIDENT_DETAILS: draw_details,
}


async def open_window(draw: DrawWindow, context: Context, value: str) -> None:
    """Open a window; it is drawn before, from the store alone."""
    id_ = read_value(ids.IncidentButton, value).id
    asked = ids.IncidentView(id=id_, channel=context.request.channel)
    view = await draw(context, asked)
    await context.services.modals.open(context.request.trigger, view)


Faults = dict[str, str]
"""What is wrong in a window, by block."""
KeepForm = Callable[[Context, str, Body], Awaitable[Faults]]


async def hand_over(context: Context, id_: str, values: Body) -> Faults:
    """Hand an incident over to who was chosen. Raises OldButton, and as `permitted_incident`."""
    incident, alerts = await permitted_incident(context, id_), context.services.alerts
    to = text_in(_field(values, PERSON), "selected_user")
    if not is_person(to):
        raise OldButton
    if incident.taken_by == to and not incident.snoozed_until:
        return {PERSON: ON_IT}
    if await alerts.channels.is_outside(incident.channel, to):
        return {PERSON: NOT_HERE}
    if not await _may_act(context, incident, to):
        return {PERSON: MAY_NOT}
    by, now = _who(context)
    note_action(context, f"incident hand over {id_}")
    await alerts.alerts.act(id_, lambda _, i: take(i, by, now, to))
    return {}


async def _may_act(context: Context, incident: Incident, user: str) -> bool:
    """Return whether somebody else may use the bot at the card, and see the incident's account."""
    if context.actor is None:
        return False
    actor = replace(
        context.actor, user=user, channel=incident.channel, in_view=False, is_direct=False
    )
    try:
        visibility = await context.services.authorizer.authorize(actor)
    except NotAllowed:
        return False
    return incident.account in visibility.accounts


async def mute_sim(context: Context, id_: str, values: Body) -> Faults:
    """Mute the SIM that was chosen. Raises OldButton, and as `permitted_incident`."""
    incident, alerts = await permitted_incident(context, id_), context.services.alerts.alerts
    sid, end = (_chosen(values, name) for name in (MUTED, UNTIL))
    if incident.member(sid) is None or end not in {each.value for each in ENDS}:
        raise OldButton
    by, now = _who(context)
    zone = (await alerts.get(incident.alert)).zone
    until = next_monday(now, zone) if end == MONDAY else now + timedelta(hours=int(end))
    reason = typed_in(_field(values, REASON), MOST_REASON)
    note_action(context, f"incident mute {id_}")
    await alerts.mute(id_, Mute(sid, by, now, until, reason))
    return {}


def _field(values: Body, name: str) -> Body:
    return part(part(values, name), name)


def _chosen(values: Body, name: str) -> str:
    return text_in(part(_field(values, name), "selected_option"), "value")


FORMS: Mapping[str, tuple[str, KeepForm]] = {
    ids.HAND_OVER_VIEW: (HAND_OVER_TITLE, hand_over),
    ids.MUTE_VIEW: (MUTE_TITLE, mute_sim),
}


def form_handler(keep: KeepForm) -> Keep:
    """Return what keeps a window's form and closes it, or says there what is wrong."""

    async def kept(context: Context, view: Body) -> dict[str, Any]:
        asked = read_value(ids.IncidentView, text_in(view, "private_metadata"))
        wrong = await keep(context, asked.id, part(part(view, "state"), "values"))
        return {"response_action": "errors", "errors": wrong} if wrong else {}

    return kept
