"""The modals that people have open, up to three on top of each other, and their Home tabs."""

from bot.emulators.slack.blocks.whole import named
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.people import APP_ID, BOT_ID, HOME, Ids, Json
from bot.struct import Struct, field, replace

STACK_LIMIT = 3


class View(Struct):
    """A modal or a Home tab; `values` is what the person filled in: block id, action id, value."""

    id: str
    user: str
    hash: str
    body: Json
    root: str
    previous: str | None = None
    values: Json = field(default_factory=dict)

    def to_slack(self) -> Json:
        """Return the view as Slack's answers and payloads show it."""
        nothing: Json = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return (
            nothing
            | self.body
            | {
                "id": self.id,
                "team_id": HOME.id,
                "app_id": APP_ID,
                "app_installed_team_id": HOME.id,
                "bot_id": BOT_ID,
                "hash": self.hash,
                "root_view_id": self.root,
                "previous_view_id": self.previous,
                "state": {"values": self.values},
            }
        )


def merged(below: Json, above: Json) -> Json:
    """Return what was filled in of both, that above where both speak."""
    return {block: below.get(block, {}) | above.get(block, {}) for block in (*below, *above)}


class Views:
    """Keeps each person's stack of modals and Home tab."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._stacks: dict[str, tuple[View, ...]] = {}
        self._homes: dict[str, View] = {}

    def open(self, user: str, body: Json) -> View:
        """Show a first modal, in the place of whatever was open."""
        view = self._new(user, body)
        self._stacks[user] = (view,)
        return view

    def push(self, user: str, body: Json) -> View:
        """Put a modal on top. Raises SlackError: push_limit_reached, not_found."""
        stack = self.stack(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise SlackError("push_limit_reached")
        fresh = self._new(user, body)
        view = replace(fresh, root=stack[0].id, previous=stack[-1].id)
        self._stacks[user] = (*stack, view)
        return view

    def update(self, view: View, body: Json, expected_hash: str | None = None) -> View:
        """Draw a view anew; what was filled in stays where the block is still there."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        blocks = {block.get("block_id") for block in body.get("blocks", ())}
        kept = {block: value for block, value in view.values.items() if block in blocks}
        anew = replace(view, body=self._named(body), hash=self._hash(), values=kept)
        return self._keep(anew)

    def fill(self, view: View, values: Json) -> View:
        """Note what the person filled in."""
        return self._keep(replace(view, values=merged(view.values, values)))

    def publish(self, user: str, body: Json, expected_hash: str | None = None) -> View:
        """Show a Home tab. Raises SlackError: hash_conflict."""
        before = self._homes.get(user)
        if before is None:
            self._homes[user] = self._new(user, body)
            return self._homes[user]
        return self.update(before, body, expected_hash)

    def find(self, view_id: str | None = None, external_id: str | None = None) -> View:
        """Find an open view by either id. Raises SlackError: not_found."""
        for view in self._all():
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def stack(self, user: str) -> tuple[View, ...]:
        """Return a person's modals, the lowest first."""
        return self._stacks.get(user, ())

    def top(self, user: str) -> View | None:
        """Return the modal that a person sees, if any."""
        stack = self.stack(user)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """Return a person's Home tab, if one was published."""
        return self._homes.get(user)

    def close(self, view: View) -> None:
        """Close one modal."""
        left = tuple(one for one in self.stack(view.user) if one.id != view.id)
        self._stacks[view.user] = left

    def clear(self, user: str) -> None:
        """Close all modals."""
        self._stacks.pop(user, None)

    def _all(self) -> list[View]:
        return [*(view for stack in self._stacks.values() for view in stack), *self._homes.values()]

    def _keep(self, view: View) -> View:
        stack = self.stack(view.user)
        self._stacks[view.user] = tuple(view if old.id == view.id else old for old in stack)
        if view.user in self._homes and self._homes[view.user].id == view.id:
            self._homes[view.user] = view
        return view

    def _new(self, user: str, body: Json) -> View:
        external = body.get("external_id")
        if external and any(old.body.get("external_id") == external for old in self._all()):
            raise SlackError("duplicate_external_id")
        made = self._ids.make("V", 11)
        return View(made, user, self._hash(), self._named(body), root=made)

    def _named(self, body: Json) -> Json:
        return body | {"blocks": list(named(body.get("blocks", ()), self._ids))}

    def _hash(self) -> str:
        return f"{self._ids.number()}.{self._ids.make('', 8)}"
