"""usergroups.*: the groups that can be mentioned, and who is in them."""

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.methods.context import Context, method
from bot.emulators.slack.people import UserGroup
from bot.emulators.slack.wire import Json


@method("usergroups.list", "usergroups:read")
async def list_all(context: Context) -> Json:
    """List the groups; with `include_users` who is in them too."""
    with_users = context.flag("include_users")
    groups = context.state.user_groups.values()
    return {"usergroups": [_shown(context, group, with_users=with_users) for group in groups]}


@method("usergroups.users.list", "usergroups:read")
async def users(context: Context) -> Json:
    """List who is in a group."""
    group = context.state.user_groups.get(context.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _shown(context: Context, group: UserGroup, *, with_users: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": context.state.team.id,
        "is_usergroup": True,
        "handle": group.handle,
        "name": group.name,
        "is_external": False,
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return shown | ({"users": list(group.users)} if with_users else {})
