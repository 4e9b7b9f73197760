"""Clicks are read and answered; forms are answered with their faults in time, or a little later.

Anybody in the channel of a digest or an alert may change it, for all there read it; so may who made
it, from anywhere.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.kit import Block, Screen, UiState, View
from bot.blocks.modals import loading_view, notice_blocks, notice_view
from bot.blocks.replies import error_screen
from bot.blocks.subscriptions import SetupBlocks
from bot.digests.schedule import all_zones
from bot.digests.subscription import Subscribed
from bot.digests.subscriptions import NamedRepository
from bot.errors import BotError, NotYours, OldButton
from bot.services import Actor, Modal, Request, Services
from bot.struct import Struct
from handlers.payloads import Body, Context, Listener, from_click, part, parts, text_in
from handlers.replies import Reply, answer_later, attempt, send

IN_TIME = 1.5
"""Seconds that the answer to a form waits for KORE; Slack gives up after three."""
KEPT_IN = 2.0
"""Seconds that a form has which is kept while Slack waits."""
SETTLED = 0.5
"""Seconds after which an answer has surely reached the modal."""
Draw = Callable[[], Awaitable[View]]
Opening = Callable[[Context, str], Awaitable[None]]
Find = Callable[[], Awaitable[Any]]
F = TypeVar("F", bound=StrEnum)
log = logging.getLogger(__name__)


class FormWindow(Struct, Generic[F]):
    """How a form is saved and drawn; `faults` are those that are seen at once, by field.

    `save` returns what is said of it, or the faults that it found.
    """

    listing: SetupBlocks
    form: ids.SubscriptionForm
    context: Context
    faults: dict[F, str]
    save: Callable[[], Awaitable[Screen | dict[F, str]]]
    draw: Callable[[dict[F, str], Sequence[Block]], View]

    @property
    def name(self) -> str:
        """What saving it is called."""
        return f"{self.listing.noun}_saved"

    def errors(self, faults: dict[F, str]) -> dict[str, Any]:
        """Return the faults as Slack is answered."""
        return {"response_action": "errors", "errors": self.listing.errors_of(faults)}


def on_form_sent(
    title: str, read_window: Callable[[Context, Body], FormWindow[F]], services: Services
) -> Listener:
    """Return the listener for a form that was sent off."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        view = part(body, "view")
        try:
            window = read_window(Context(actor, from_click(body), services), view)
        except OldButton as error:
            await ack(response_action="update", view=notice_view(title, error_screen(error)))
            return
        if window.faults:
            await ack(**window.errors(window.faults))
        else:
            await _send(window, services.modals.opened(text_in(view, "id")), ack)

    return listener


async def _send(window: FormWindow[F], modal: Modal, ack: AsyncAck) -> None:
    """Save a form, and answer Slack as far as that is done in time."""
    sent = SubmittedForm(window, modal)
    saving = window.context.services.tasks.start(sent.save(), name=window.name)
    await asyncio.wait({saving}, timeout=IN_TIME)
    await ack(**sent.answer())
    sent.answered.set()


class SubmittedForm(Generic[F]):
    """A form that was sent off, until its modal says what came of it."""

    def __init__(self, window: FormWindow[F], modal: Modal) -> None:
        self.answered = asyncio.Event()
        self._window = window
        self._context = window.context
        self._modal = modal
        self._saved: Screen | None = None
        self._faults: dict[F, str] = {}
        self._note: Sequence[Block] = ()
        self._is_over = False
        self._is_late = False

    async def save(self) -> None:
        """Save it, and say what came of it where the answer could not wait for that."""
        await attempt(self._window.name, self._save, self._tell, self._context)
        self._is_over = True
        if self._is_late:
            await self.answered.wait()
            await self._context.services.clock.sleep(SETTLED)
            await self._modal.show(self._view())

    def answer(self) -> dict[str, Any]:
        """Return what Slack is answered: the faults, what was saved, or that it takes longer."""
        if not self._is_over:
            self._is_late = True
            view = self._window.listing.checking_view(self._window.form)
            return {"response_action": "update", "view": view}
        if self._faults:
            return self._window.errors(self._faults)
        return {"response_action": "update", "view": self._view()}

    async def _save(self) -> None:
        outcome = await self._window.save()
        if isinstance(outcome, Screen):
            self._saved = outcome
        else:
            self._faults = outcome

    async def _tell(self, reply: Reply) -> None:
        self._note = notice_blocks(reply.screen)

    def _view(self) -> View:
        if self._saved:
            title = self._window.listing.title_of(self._window.form)
            return notice_view(title, self._saved)
        return self._window.draw(self._faults, self._note)


async def permit(context: Context, one: Subscribed, refusal: str | None = None) -> None:
    """Check that the actor may change a digest or an alert. Raises NotAllowed and NotYours."""
    await context.authorize()
    is_ours = one.team == context.services.digests.team
    made_it = context.request.user == one.made_by
    if not (is_ours and (made_it or await context.is_in(one.channel))):
        raise NotYours(refusal)


async def announce(context: Context, team: str, channel: str, line: Screen) -> None:
    """Tell a channel what was done, if that is possible; it stands either way."""
    try:
        await context.services.replying.delivery.post(team, channel, line)
    except BotError:
        log.warning("channel-not-told", exc_info=True)


Click = Callable[[Context, str], Awaitable[Reply]]
Operation = Callable[[Context, Any], Awaitable[Reply]]
Value = TypeVar("Value", bound=UiState)


def register_clicks(app: AsyncApp, clicks: Mapping[str, Click], services: Services) -> None:
    """Attach a listener to each button, by its action id."""
    for action, click in clicks.items():
        app.action(action)(on_click(action, click, services))


def on_click(name: str, click: Click, services: Services) -> Listener:
    """Return the listener that acknowledges and then answers with `click`."""
    return on_answered(name, lambda context, body: click(context, value_of(body)), services)


def on_answered(
    name: str,
    work: Callable[[Context, Body], Awaitable[Reply]],
    services: Services,
    request_of: Callable[[Body], Request] = from_click,
) -> Listener:
    """Return the listener that acknowledges and then answers with what `work` makes of the body."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        context = Context(actor, request_of(body), services)
        answer_later(name, lambda: work(context, body), context)

    return listener


class SubscriptionKind(Struct):
    """What tells alerts and digests apart, for whoever clicks and for whoever types.

    `first_view` draws the window of one, or with None of a new one. `operations` has by word what
    is done with one; `pause` is the button `alert_pause` too.
    """

    listing: SetupBlocks
    list_reply: Callable[[Context], Awaitable[Reply]]
    stored_in: Callable[[Services], NamedRepository[Any]]
    first_view: Callable[[Context, ids.SubscriptionForm, Any], Awaitable[View]]
    operations: Mapping[str, Operation]
    refusal: str | None = None


def register_operations(app: AsyncApp, kind: SubscriptionKind, services: Services) -> None:
    """Attach the buttons of digests, or of alerts: new, edit, and what is done with one."""

    async def open_new(context: Context, _value: str) -> None:
        await open_form(context, kind)

    async def open_to_edit(context: Context, value: str) -> None:
        await open_form(context, kind, lambda: _meant(context, value, kind))

    action = kind.listing.action
    clicks = {action(word): click_of(do, kind) for word, do in kind.operations.items()}
    register_clicks(app, clicks, services)
    for name, open_ in ((action("add"), open_new), (action("edit"), open_to_edit)):
        app.action(name)(on_opening(name, open_, services))


def click_of(operation: Operation, kind: SubscriptionKind) -> Click:
    """Return what a click does: read which one is meant, check who clicks, do it."""

    async def click(context: Context, value: str) -> Reply:
        found = await _meant(context, value, kind)
        await permit(context, found, kind.refusal)
        return await operation(context, found)

    return click


async def _meant(context: Context, value: str, kind: SubscriptionKind) -> Any:  # noqa: ANN401 -- a digest or an alert
    return await kind.stored_in(context.services).get(read_value(ids.SubscriptionButton, value).id)


def form_in(view: Body) -> ids.SubscriptionForm:
    """Return which digest, or alert, a window is about. Raises OldButton."""
    return read_value(ids.SubscriptionForm, text_in(view, "private_metadata"))


def action_in(body: Body) -> Body:
    """Return what was clicked or chosen; empty where a payload does not tell."""
    return next(iter(parts(body, "actions")), {})


def value_of(body: Body) -> str:
    """Return what was clicked or chosen carries, or "" for nothing."""
    action = action_in(body)
    return text_in(action, "value") or text_in(part(action, "selected_option"), "value")


def read_value(kind: type[Value], value: str) -> Value:
    """Read a button's value. Raises OldButton."""
    try:
        return kind.from_value(value)
    except ValidationError as error:
        raise OldButton from error


def read_sims(value: str) -> tuple[str, ...]:
    """Read the SIMs that a table's button carries. Raises OldButton."""
    try:
        return read_value(ids.PackedSims, value).sids
    except ValueError as error:
        raise OldButton from error


def on_opening(name: str, open_: Opening, services: Services) -> Listener:
    """Return the listener for a click that opens a modal, by what the button carries."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        context, value = Context(actor, from_click(body), services), value_of(body)

        async def tell(reply: Reply) -> None:
            await send(reply, context.request, services.replying)

        work = attempt(name, partial(open_, context, value), tell, context)
        services.tasks.start(work, name=name)

    return listener


async def open_form(context: Context, kind: SubscriptionKind, find: Find | None = None) -> None:
    """Open the window at once and fill it then: with what `find` returns, else for a new one.

    Raises NotAllowed and SlackError; what goes wrong after the opening is said in the window.
    """
    await context.authorize()
    form = ids.SubscriptionForm(at=context.request.channel, id="" if find else None)
    title = kind.listing.title_of(form)

    async def draw() -> View:
        if find is None:
            return await kind.first_view(context, form, None)
        found = await find()
        await permit(context, found, kind.refusal)
        return await kind.first_view(context, form.model_copy(update={"id": found.id}), found)

    modal = await context.services.modals.open(context.request.trigger, loading_view(title))
    await _fill(modal, kind.listing.action("form"), title, draw, context)


def on_choice(
    name: str, title: str, draw: Callable[[Context, Body], Awaitable[View]], services: Services
) -> Listener:
    """Return the listener that draws a modal anew, with the fields of what was chosen."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        context, view = Context(actor, from_click(body), services), part(body, "view")
        modal = services.modals.opened(text_in(view, "id"))
        work = _fill(modal, name, title, partial(draw, context, view), context)
        services.tasks.start(work, name=name)

    return listener


class ModalWindow:
    """The modal of one person: opened with the first view, then shown what there is to say."""

    def __init__(self, context: Context, modal: Modal | None = None, title: str = "") -> None:
        self.context = context
        self.modal = modal
        self.title = title

    async def open(self, title: str, view: View) -> Modal:
        """Return the modal, opened unless it is. Raises TriggerExpired or another SlackError."""
        self.title = title
        if self.modal is None:
            modals, trigger = self.context.services.modals, self.context.request.trigger
            self.modal = await modals.open(trigger, view)
        return self.modal

    async def tell(self, reply: Reply) -> None:
        """Say what went wrong, in the modal if there is one."""
        if self.modal is None:
            await send(reply, self.context.request, self.context.services.replying)
            return
        try:
            await self.modal.show(notice_view(self.title, reply.screen))
        except BotError:
            log.exception("not-delivered")

    def show_later(self, name: str, show: Callable[[], Awaitable[None]]) -> None:
        """Do what shows something in it, in a task of its own."""
        work = attempt(name, show, self.tell, self.context)
        self.context.services.tasks.start(work, name=name)


Keep = Callable[[Context, Body], Awaitable[dict[str, Any]]]


def on_form_kept(title: str, keep: Keep, late: BotError, services: Services) -> Listener:
    """Return the listener for a form that is kept while Slack waits.

    `keep` is given the view, and returns what Slack is answered; `late` is said where it takes too
    long.
    """

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        try:
            context = Context(actor, from_click(body), services)
            async with asyncio.timeout(KEPT_IN):
                answer = await keep(context, part(body, "view"))
        except (BotError, TimeoutError) as error:
            log.warning("form-not-kept", extra={"form": title, "why": type(error).__name__})
            screen = error_screen(error if isinstance(error, BotError) else late)
            answer = {"response_action": "update", "view": notice_view(title, screen)}
        await ack(**answer)

    return listener


async def known_zone(context: Context) -> str:
    """Return the time zone of whoever asks; UTC where Slack names none that there is."""
    zone = await context.services.digests.channels.zone_of(context.request.user)
    return zone if zone in all_zones() else "UTC"


async def _fill(modal: Modal, name: str, title: str, draw: Draw, context: Context) -> None:
    async def fill() -> None:
        await modal.show(await draw())

    async def tell(reply: Reply) -> None:
        await modal.show(notice_view(title, reply.screen))

    await attempt(name, fill, tell, context)
