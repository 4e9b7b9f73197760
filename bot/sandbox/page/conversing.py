"""What a person does with messages: writes, edits, types commands, clicks, uses shortcuts."""

from bot.sandbox.page.deed import DONE, Deed, Scene, Selected
from bot.sandbox.slack_api.delivery import Delivery


class Say(Deed):
    """Write a message, or a reply in a thread."""

    channel: str
    text: str
    thread_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Write it."""
        await scene.workspace.say(self.user, self.channel, self.text, self.thread_ts)
        return DONE


class Compose(Deed):
    """Type without sending: links of the app's get their previews."""

    channel: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Let the app know of the links."""
        await scene.workspace.compose(self.user, self.channel, self.text)
        return DONE


class Edit(Deed):
    """Change a message of one's own."""

    ts: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Change it."""
        await scene.workspace.edit(self.user, self.ts, self.text)
        return DONE


class Delete(Deed):
    """Take a message of one's own away."""

    ts: str

    async def do(self, scene: Scene) -> Delivery:
        """Take it away."""
        await scene.workspace.delete(self.user, self.ts)
        return DONE


class Command(Deed):
    """Type a slash command."""

    channel: str
    command: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.command(self.user, self.channel, self.command, self.text)


class Shortcut(Deed):
    """Use a shortcut of the app's, on a message or anywhere."""

    callback_id: str
    message_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.shortcut(self.user, self.callback_id, self.message_ts)


class Click(Deed):
    """Press or choose something in a message."""

    message_ts: str
    block_id: str
    action_id: str
    value: str | None = None
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click(
            self.user,
            self.message_ts,
            self.block_id,
            self.action_id,
            value=self.value,
            selected=self.selected,
        )


class Suggest(Deed):
    """Type into an external select of a message, of Home, or else of the open modal."""

    block_id: str
    action_id: str
    typed: str
    message_ts: str | None = None
    in_home: bool = False

    async def do(self, scene: Scene) -> Delivery:
        """Ask the app for options; they are in the delivery's answer."""
        return await scene.workspace.suggest(
            self.user,
            self.block_id,
            self.action_id,
            self.typed,
            self.message_ts,
            in_home=self.in_home,
        )
