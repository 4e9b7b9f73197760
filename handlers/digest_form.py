"""The window in which a digest is made or changed: opened, drawn anew, sent off, answered.

A form that is sent off is answered with faults on its fields where they are known in time; where
KORE takes longer, the window says so and shows the form again, as it was, if there are any.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.blocks.digest_form import block_of, checking_view, errors_of, form_view, title_of
from bot.blocks.errors import error_screen
from bot.blocks.inputs import Choice, option
from bot.blocks.kit import Block, Screen, View
from bot.blocks.views import loading_view, notice_view, words_of
from bot.digests.draft import Draft, Faults, Field, draft_of, faults
from bot.digests.subscription import Subscription
from bot.digests.zones import all_zones, offered
from bot.errors import OldButton
from bot.services import Services
from handlers.answering import attempt
from handlers.digest_saving import save
from handlers.digest_state import draft_in, form_in
from handlers.digests import permit
from handlers.reply import Reply, screen_of
from handlers.request import Request, from_click, part

IN_TIME = 1.5
"""Seconds that the answer to a form waits for KORE; Slack gives up after three."""
SETTLED = 0.5
"""Seconds after which an answer has surely reached the window."""

Body = Mapping[str, Any]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Find = Callable[[], Awaitable[Subscription]]


def register_digest_form(app: AsyncApp, services: Services) -> None:
    """Attach the listeners of the window."""
    all_zones()  # read now, for an answer to what is typed has no time for it
    for name in (Field.WHICH, Field.EVERY):
        app.action(block_of(name))(on_choice(services))
    app.options(block_of(Field.ZONE))(on_typing(services))
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
        await window.show(notice_view(title, await screen_of(reply)))

    await attempt("digest_form", fill, tell, services)


async def _first_view(
    form: ids.DigestForm, request: Request, services: Services, find: Find | None
) -> View:
    if find is None:
        zone = await services.digests.places.zone_of(request.user)
        known = zone if zone in all_zones() else "UTC"
        return form_view(Draft(channel=request.channel, zone=known), form)
    found = await find()
    await permit(found, request, services)
    return form_view(draft_of(found), form.model_copy(update={"id": found.id}))


def on_choice(services: Services) -> Listener:
    """Give the listener that shows the fields of what was chosen."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        view = part(body, "view")
        window = services.windows.opened(str(view.get("id")))

        async def redraw() -> None:
            await window.show(form_view(draft_in(view), form_in(view)))

        async def tell(reply: Reply) -> None:
            await window.show(notice_view("Digest", await screen_of(reply)))

        work = attempt("digest_choice", redraw, tell, services)
        services.tasks.start(work, name="digest_choice")

    return listener


def on_typing(services: Services) -> Listener:
    """Give the listener that offers time zones for what is being typed."""

    async def listener(ack: AsyncAck, payload: Body) -> None:
        zones = offered(str(payload.get("value") or ""), services.clock.now())
        await ack(options=[option(Choice(name, words)) for name, words in zones])

    return listener


def on_sent(services: Services) -> Listener:
    """Give the listener for the form that was sent off."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        view = part(body, "view")
        try:
            draft, form = draft_in(view), form_in(view)
        except OldButton as error:
            await ack(response_action="update", view=notice_view("Digest", error_screen(error)))
            return
        wrong = faults(draft, services.digests.least, services.clock.now())
        if wrong:
            await ack(response_action="errors", errors=errors_of(wrong))
            return
        request = replace(from_click(body), channel=form.at)
        sent = Sent(draft, form, request, str(view.get("id")), services)
        saving = services.tasks.start(sent.save(), name="digest_saved")
        await asyncio.wait({saving}, timeout=IN_TIME)
        await ack(**sent.answer())
        sent.answered.set()

    return listener


class Sent:
    """A form that was sent off, until its window says what came of it."""

    def __init__(
        self, draft: Draft, form: ids.DigestForm, request: Request, view: str, services: Services
    ) -> None:
        self.answered = asyncio.Event()
        self._draft = draft
        self._form = form
        self._request = request
        self._window = services.windows.opened(view)
        self._services = services
        self._saved: Screen | None = None
        self._faults: Faults = {}
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
        """Give what Slack is answered: the faults, what was saved, or that it takes longer."""
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
        self._note = words_of(await screen_of(reply))

    def _view(self) -> View:
        if self._saved:
            return notice_view(title_of(self._form), self._saved)
        return form_view(self._draft, self._form, self._faults, self._note)
