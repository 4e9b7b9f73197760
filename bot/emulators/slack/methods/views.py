"""views.* and entity.*: modals, Home, and the pane of a Work Object."""

from bot.emulators.slack.entities import checked, checked_error
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.methods.context import Context, method, read_json
from bot.emulators.slack.people import Json
from bot.emulators.slack.views import View


@method("views.open")
async def open_view(context: Context) -> Json:
    """Open a modal for whom the trigger belongs to, within its 3 seconds."""
    body = context.reader.view(context.args.get("view"), ("modal",))
    trigger = context.need("trigger_id")
    user = context.state.triggers.use(trigger)
    body = _where_it_was(body, context.state.triggers.channel_of(trigger))
    view = context.state.views.open(user, body)
    return _shown(context, "view_opened", view)


@method("views.update")
async def update_view(context: Context) -> Json:
    """Draw an open modal anew; with `hash`, only if nobody else did meanwhile."""
    body = context.reader.view(context.args.get("view"), ("modal",))
    view_id, external_id = context.maybe("view_id"), context.maybe("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments")
    found = context.state.views.find(view_id, external_id)
    view = context.state.views.update(found, body, context.maybe("hash"))
    return _shown(context, "view_changed", view)


@method("views.publish")
async def publish_view(context: Context) -> Json:
    """Show a person's Home tab; with `hash`, only if nobody else did meanwhile."""
    body = context.reader.view(context.args.get("view"), ("home",))
    person = context.state.people.get(context.need("user_id"))
    if person is None or person.is_bot:
        raise SlackError("invalid_arguments")
    view = context.state.views.publish(person.id, body, context.maybe("hash"))
    return _shown(context, "home", view)


def _where_it_was(body: Json, channel: str | None) -> Json:
    """Fill in the channel in which the modal was asked for, where a select wants it so."""
    blocks = [_filled(block, channel) for block in body["blocks"]]
    return body | {"blocks": blocks}


def _filled(block: Json, channel: str | None) -> Json:
    for key in {"element", "accessory"} & block.keys():
        element = block[key]
        if channel and element.get("default_to_current_conversation"):
            initial = "initial_conversation"
            several = element["type"].startswith("multi_")
            fresh = {f"{initial}s": [channel]} if several else {initial: channel}
            return block | {key: fresh | element}
    return block


def _shown(context: Context, kind: str, view: View) -> Json:
    context.state.show(kind, view)
    return {"view": view.to_slack()}


@method("entity.presentDetails")
async def present_details(context: Context) -> Json:
    """Fill the pane with an entity, or with why there is nothing to see."""
    entities, trigger = context.state.entities, context.need("trigger_id")
    if not entities.is_on:
        raise SlackError("feature_not_enabled")
    entity = read_json(context.args.get("metadata"), "invalid_metadata")
    error = read_json(context.args.get("error"), "invalid_error")
    if not entity and not error:
        raise SlackError("missing_metadata")
    entities.present(
        trigger, checked(entity) if entity else None, checked_error(error) if error else None
    )
    return {}
