"""entity.*: what the pane of a Work Object shows to whoever opened it."""

from bot.emulators.slack.contents import read_json
from bot.emulators.slack.entities import checked, checked_error
from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.ids import Json
from bot.emulators.slack.methods.context import Context, method


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
