"""What Slack starts. `register` is the whole of what bot.app uses."""

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.services import Services
from handlers import digests, history
from handlers.alert_form import register_alert_form
from handlers.alerts import ALERTS
from handlers.buttons import register_buttons, register_card
from handlers.commands import register_command
from handlers.digest_form import register_digest_form
from handlers.history import register_modals
from handlers.home import register_home
from handlers.incident_buttons import register_incident_buttons
from handlers.interactions import register_clicks, register_operations
from handlers.mentions import register_mentions, register_shortcuts
from handlers.middleware import REVOKED, Middleware
from handlers.previews import register_unfurls, register_work_objects
from handlers.subcommands import watch
from handlers.subcommands.sessions import register_handovers
from handlers.triage import register_triage_buttons


def register(app: AsyncApp, services: Services) -> None:
    """Put the middleware before everything, then attach every listener.

    Bolt asks one after the other: those of messages, by far the most that comes, stand before the
    many of clicks.
    """
    app.use(Middleware(services))
    register_command(app, services)
    register_mentions(app, services)
    register_unfurls(app, services)
    register_work_objects(app, services)
    register_home(app, services)
    register_shortcuts(app, services)
    register_buttons(app, services)
    register_card(app, services)
    register_clicks(app, {**history.CLICKS, **watch.CLICKS, **digests.CLICKS}, services)
    register_modals(app, services)
    register_operations(app, digests.DIGESTS, services)
    register_digest_form(app, services)
    register_operations(app, ALERTS, services)
    register_alert_form(app, services)
    register_incident_buttons(app, services)
    register_triage_buttons(app, services)
    register_handovers(app, services)

    async def revoked(ack: AsyncAck) -> None:
        await ack()
        services.token.suspect()

    for event in REVOKED:
        app.event(event)(revoked)
