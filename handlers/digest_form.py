"""The window in which a digest is made or changed: opened, drawn anew, sent off, answered.

A form that is sent off is answered with faults on its fields where they are known in time; where
KORE takes longer, the window says so and shows the form again, as it was, if there are any.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.digest_form import block_of, checking_view, errors_of, form_view, title_of
from bot.blocks.digest_list import MOST, announced_screen, saved_screen
from bot.blocks.errors import error_screen
from bot.blocks.ids import DigestForm
from bot.blocks.kit import Block, Choice, View, option
from bot.blocks.modals import loading_view, notice_view, words_of
from bot.blocks.screen import Screen
from bot.digests.form import FieldErrors, FormField, FormValues, field_of, validate, values_of
from bot.digests.schedule import Frequency, all_zones, offered, zone_named
from bot.digests.selection import SelectionKind
from bot.digests.service import pause_reason, problem_words
from bot.digests.sim_selection import NoSuchSims, SelectedSims
from bot.digests.subscription import Subscription, WhenQuiet
from bot.digests.subscriptions import NameTaken
from bot.errors import BotError, NotAllowed, OldButton
from bot.services import Services
from handlers.digests import permit, tell_channel
from handlers.payloads import Body, Request, acting, from_click, part, text_in
from handlers.replies import Reply, attempt

NOTHING_SAVED = "Nothing was saved, and what you typed is still here."


async def save(
    draft: FormValues, form: DigestForm, request: Request, services: Services
) -> Screen | FieldErrors:
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
    wrong |= of_channel | ({} if isinstance(chosen, SelectedSims) else chosen)
    if wrong or not isinstance(chosen, SelectedSims):
        return wrong
    after = _filled_in(draft, chosen, before, request, services)
    return await _kept(before, after, request, services) or saved_screen(
        after, services.clock.now(), chosen.count, is_new=before is None
    )


async def _of_name(
    draft: FormValues, before: Subscription | None, services: Services
) -> FieldErrors:
    desk = services.digests
    others = await desk.subscriptions.in_channel(desk.team, draft.channel)
    stays = before is not None and before.channel == draft.channel
    if len(others) >= MOST and not stays:
        return {FormField.CHANNEL: f"That channel has {MOST} digests, which is the most."}
    return {}


async def _of_channel(draft: FormValues, services: Services) -> FieldErrors:
    """Return whether the person may ask for that channel, and whether the bot can post there."""
    actor = acting()
    try:
        if actor is not None:
            services.access.check(replace(actor, channel=draft.channel, in_view=False))
        await services.admission.sight_in(draft.channel)
    except NotAllowed as error:
        return {FormField.CHANNEL: error.sentence}
    trouble = await services.digests.channels.trouble(draft.channel)
    return {FormField.CHANNEL: problem_words(trouble)} if trouble else {}


async def _sims(draft: FormValues, services: Services) -> SelectedSims | FieldErrors:
    try:
        return await services.digests.selector.select(draft)
    except NoSuchSims as error:
        return {error.field: error.sentence}
    except BotError as error:
        return {field_of(draft.which): f"{error.sentence} {NOTHING_SAVED}"}


def _filled_in(
    draft: FormValues,
    choice: SelectedSims,
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
        schedule=draft.schedule,
        grace=desk.grace,
    )
    return replace(
        made,
        channel=draft.channel,
        name=" ".join(draft.name.split()),
        selection=choice.selection,
        schedule=draft.schedule,
        zone=zone_named(draft.zone),
        quiet_hours=draft.quiet_hours,
        when_quiet=draft.when_quiet,
    )


async def _kept(
    before: Subscription | None, after: Subscription, request: Request, services: Services
) -> FieldErrors:
    """Keep it and tell the channel; a channel that cannot be told gets no digest either."""
    keep = services.digests.subscriptions
    try:
        await (keep.change(after) if before else keep.add(after))
    except NameTaken as error:
        return {FormField.NAME: error.sentence}
    deed = "changed" if before else "made"
    line = announced_screen(after, request.user, deed, services.clock.now())
    try:
        await tell_channel(after, line, services)
    except BotError as error:
        why = pause_reason(error)
        if why is None:
            return {}
        await (keep.change(before) if before else keep.remove(after))
        return {FormField.CHANNEL: problem_words(why)}
    return {}


Submission = Mapping[str, Any]
_PLAIN = ("value", "selected_time", "selected_conversation")
_KINDS = {
    FormField.WHICH: SelectionKind,
    FormField.EVERY: Frequency,
    FormField.WHEN_QUIET: WhenQuiet,
}


def form_in(view: Submission) -> ids.DigestForm:
    """Return which digest the window is about. Raises OldButton."""
    try:
        return ids.DigestForm.from_value(text_in(view, "private_metadata"))
    except ValidationError as error:
        raise OldButton from error


def draft_in(view: Submission) -> FormValues:
    """Return all that is filled in, fields that are not shown now included. Raises OldButton."""
    filled: dict[str, Any] = dict(form_in(view).kept)
    values = part(part(view, "state"), "values")
    for name in FormField:
        block = block_of(name)
        if block in values:
            filled[name.value] = _text(part(part(values, block), block))
    try:
        filled |= {name.value: kind(filled[name.value]) for name, kind in _KINDS.items()}
        return FormValues(**filled)
    except (KeyError, TypeError, ValueError) as error:
        raise OldButton from error


def _text(value: Mapping[str, Any]) -> str:
    """Return what was typed or chosen; "" where nothing was."""
    chosen = text_in(part(value, "selected_option"), "value")
    return chosen or next(filter(None, (text_in(value, name) for name in _PLAIN)), "")


IN_TIME = 1.5
"""Seconds that the answer to a form waits for KORE; Slack gives up after three."""
SETTLED = 0.5
"""Seconds after which an answer has surely reached the window."""

Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Find = Callable[[], Awaitable[Subscription]]


def register_digest_form(app: AsyncApp, services: Services) -> None:
    """Attach the listeners of the window."""
    all_zones()  # read now, for an answer to what is typed has no time for it
    for name in (FormField.WHICH, FormField.EVERY):
        app.action(block_of(name))(on_choice(services))
    app.options(block_of(FormField.ZONE))(on_typing(services))
    app.view(ids.DIGEST_FORM)(on_sent(services))


async def open_form(request: Request, services: Services, find: Find | None = None) -> None:
    """Open the window at once and fill it then: with what `find` gives, else for a new digest.

    Raises SlackError; what goes wrong after the opening is said in the window.
    """
    form = ids.DigestForm(at=request.channel)
    title = title_of(form) if find is None else title_of(ids.DigestForm(id=""))
    window = await services.windows.open(request.trigger, loading_view(title))

    async def fill() -> None:
        await window.show(await _first_view(form, request, services, find))

    async def tell(reply: Reply) -> None:
        await window.show(notice_view(title, reply.screen))

    await attempt("digest_form", fill, tell, services)


async def _first_view(
    form: ids.DigestForm, request: Request, services: Services, find: Find | None
) -> View:
    if find is None:
        zone = await services.digests.channels.zone_of(request.user)
        known = zone if zone in all_zones() else "UTC"
        return form_view(FormValues(channel=request.channel, zone=known), form)
    found = await find()
    await permit(found, request, services)
    return form_view(values_of(found), form.model_copy(update={"id": found.id}))


def on_choice(services: Services) -> Listener:
    """Return the listener that shows the fields of what was chosen."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        view = part(body, "view")
        window = services.windows.opened(text_in(view, "id"))

        async def redraw() -> None:
            await window.show(form_view(draft_in(view), form_in(view)))

        async def tell(reply: Reply) -> None:
            await window.show(notice_view("Digest", reply.screen))

        work = attempt("digest_choice", redraw, tell, services)
        services.tasks.start(work, name="digest_choice")

    return listener


def on_typing(services: Services) -> Listener:
    """Return the listener that offers time zones for what is being typed."""

    async def listener(ack: AsyncAck, payload: Body) -> None:
        zones = offered(text_in(payload, "value"), services.clock.now())
        await ack(options=[option(Choice(name, words)) for name, words in zones])

    return listener


def on_sent(services: Services) -> Listener:
    """Return the listener for the form that was sent off."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        view = part(body, "view")
        try:
            draft, form = draft_in(view), form_in(view)
        except OldButton as error:
            await ack(response_action="update", view=notice_view("Digest", error_screen(error)))
            return
        wrong = validate(draft, services.digests.min_interval, services.clock.now())
        if wrong:
            await ack(response_action="errors", errors=errors_of(wrong))
            return
        request = replace(from_click(body), channel=form.at)
        sent = Sent(draft, form, request, text_in(view, "id"), services)
        saving = services.tasks.start(sent.save(), name="digest_saved")
        await asyncio.wait({saving}, timeout=IN_TIME)
        await ack(**sent.answer())
        sent.answered.set()

    return listener


class Sent:
    """A form that was sent off, until its window says what came of it."""

    def __init__(
        self,
        draft: FormValues,
        form: ids.DigestForm,
        request: Request,
        view: str,
        services: Services,
    ) -> None:
        self.answered = asyncio.Event()
        self._draft = draft
        self._form = form
        self._request = request
        self._window = services.windows.opened(view)
        self._services = services
        self._saved: Screen | None = None
        self._faults: FieldErrors = {}
        self._note: Sequence[Block] = ()
        self._is_over = False
        self._is_late = False

    async def save(self) -> None:
        """Keep the digest, and say what came of it where the answer could not wait for that."""
        await attempt("digest_saved", self._save, self._tell, self._services)
        self._is_over = True
        if self._is_late:
            await self.answered.wait()
            await self._services.clock.sleep(SETTLED)
            await self._window.show(self._view())

    def answer(self) -> dict[str, Any]:
        """Return what Slack is answered: the faults, what was saved, or that it takes longer."""
        if not self._is_over:
            self._is_late = True
            return {"response_action": "update", "view": checking_view(self._form)}
        if self._faults:
            return {"response_action": "errors", "errors": errors_of(self._faults)}
        return {"response_action": "update", "view": self._view()}

    async def _save(self) -> None:
        outcome = await save(self._draft, self._form, self._request, self._services)
        if isinstance(outcome, Screen):
            self._saved = outcome
        else:
            self._faults = outcome

    async def _tell(self, reply: Reply) -> None:
        self._note = words_of(reply.screen)

    def _view(self) -> View:
        if self._saved:
            return notice_view(title_of(self._form), self._saved)
        return form_view(self._draft, self._form, self._faults, self._note)
