"""The buttons of digests: under a digest, in a list of them, and in the Home tab."""

from collections.abc import Awaitable, Callable, Mapping

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks import ids
from bot.digests.subscription import Subscription
from bot.services import Services
from handlers import digests
from handlers.answering import attempt
from handlers.buttons import Body, Click, Listener, on_click, read, value_of
from handlers.digest_form import open_form
from handlers.digests import Deed, permit
from handlers.reply import Reply, send
from handlers.request import Request, from_click


def register_digest_buttons(app: AsyncApp, services: Services) -> None:
    """Attach a listener to each button."""
    for action, deed in DEEDS.items():
        app.action(ids.pattern(action))(on_click(action, doing(deed), services))
    app.action(ids.pattern(ids.DIGEST_ADD))(on_add(services))
    app.action(ids.pattern(ids.DIGEST_EDIT))(on_edit(services))


def doing(deed: Deed) -> Click:
    """Give what a click does: read which digest is meant, check who clicks, do it."""

    async def click(request: Request, value: str, services: Services) -> Reply:
        wanted = read(ids.DigestButton, value).id
        one = await services.digests.subscriptions.get(wanted)
        await permit(one, request, services)
        return await deed(one, request, services)

    return click


def on_add(services: Services) -> Listener:
    """Give the listener that opens the window for a new digest."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request = from_click(body)
        opening(ids.DIGEST_ADD, lambda: open_form(request, services), request, services)

    return listener


def on_edit(services: Services) -> Listener:
    """Give the listener that opens the window of a digest."""

    async def listener(ack: AsyncAck, body: Body) -> None:
        await ack()
        request, value = from_click(body), value_of(body)

        async def find() -> Subscription:
            wanted = read(ids.DigestButton, value).id
            return await services.digests.subscriptions.get(wanted)

        opening(ids.DIGEST_EDIT, lambda: open_form(request, services, find), request, services)

    return listener


def opening(
    name: str, work: Callable[[], Awaitable[None]], request: Request, services: Services
) -> None:
    """Go on with the opening of a window in a task; a window that does not open is said."""

    async def tell(reply: Reply) -> None:
        await send(reply, request, services)

    services.tasks.start(attempt(name, work, tell, services), name=name)


DEEDS: Mapping[str, Deed] = {
    ids.DIGEST_PAUSE: digests.pause,
    ids.DIGEST_RESUME: digests.resume,
    ids.DIGEST_REMOVE: digests.remove,
    ids.DIGEST_NOW: digests.now,
    ids.DIGEST_PREVIEW: digests.preview,
}
