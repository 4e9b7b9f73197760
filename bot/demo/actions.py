"""Every deed by the name under which the page posts it."""

from typing import Literal

from bot.demo.action import DONE, Action, Scene, Selected
from bot.demo.page.alerts import post_alert
from bot.demo.page.bot_side import BotDidNotStart
from bot.demo.page.kore_side import Mood
from bot.demo.page.slack_side import Post
from bot.emulators.slack.delivery import Delivery


class Say(Action):
    """Write a message, or a reply in a thread."""

    channel: str
    text: str
    thread_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Write it."""
        await scene.workspace.say(self.user, self.channel, self.text, self.thread_ts)
        return DONE


class Compose(Action):
    """Type without sending: links of the app's get their previews."""

    channel: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Let the app know of the links."""
        await scene.workspace.compose(self.user, self.channel, self.text)
        return DONE


class Edit(Action):
    """Change a message of one's own."""

    ts: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Change it."""
        await scene.workspace.edit(self.user, self.ts, self.text)
        return DONE


class Delete(Action):
    """Take a message of one's own away."""

    ts: str

    async def do(self, scene: Scene) -> Delivery:
        """Take it away."""
        await scene.workspace.delete(self.user, self.ts)
        return DONE


class Command(Action):
    """Type a slash command."""

    channel: str
    command: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.command(self.user, self.channel, self.command, self.text)


class Shortcut(Action):
    """Use a shortcut of the app's, on a message or anywhere."""

    callback_id: str
    message_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.shortcut(self.user, self.callback_id, self.message_ts)


class Click(Action):
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


class Suggest(Action):
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


class MakeKore(Action):
    """Change how the stand-in for KORE's API answers, for everybody."""

    mood: Mood

    async def do(self, scene: Scene) -> Delivery:
        """Change it. KeyError where there is no stand-in to change."""
        if scene.kore_side is None:
            raise KeyError(self.mood)
        scene.kore_side.become(self.mood)
        return DONE


class Turn(Action):
    """Have something happen to a SIM."""

    sim: str
    act: str

    async def do(self, scene: Scene) -> Delivery:
        """Have it happen. KeyError where nobody can, or there is no such SIM or act."""
        if scene.turns is None:
            raise KeyError(self.act)
        scene.turns.act(self.sim, self.act)
        return DONE


class MakePost(Action):
    """Change how Slack delivers events, for everybody."""

    post: Post

    async def do(self, scene: Scene) -> Delivery:
        """Change it. KeyError where there is nothing to change."""
        if scene.slack_side is None:
            raise KeyError(self.post)
        scene.slack_side.become(self.post)
        return DONE


class MakeBot(Action):
    """Kill a bot's process, or start it again."""

    number: int
    to: Literal["kill", "start"]

    async def do(self, scene: Scene) -> Delivery:
        """Do it. KeyError where the bots are no processes, or none has this number."""
        if scene.bot_side is None:
            raise KeyError(self.number)
        if self.to == "kill":
            scene.bot_side.kill(self.number)
        else:
            try:
                await scene.bot_side.start(self.number)
            except BotDidNotStart:
                return Delivery(ok=False, error="bot_did_not_start")
        return DONE


class Alert(Action):
    """Have another app's bot raise an alert that names SIMs."""

    channel: str

    async def do(self, scene: Scene) -> Delivery:
        """Post it."""
        await post_alert(scene.workspace, self.channel)
        return DONE


class ClickInView(Action):
    """Press or choose something in the open modal."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click_in_view(
            self.user, self.block_id, self.action_id, selected=self.selected
        )


class Submit(Action):
    """Send the open modal off; `values` is by block id and action id."""

    values: dict[str, dict[str, Selected]]

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.submit_view(self.user, self.values)


class Close(Action):
    """Close the open modal."""

    async def do(self, scene: Scene) -> Delivery:
        """Close it; the app hears of it where it asked to."""
        return await scene.workspace.close_view(self.user)


class OpenHome(Action):
    """Open the app's Home or Messages tab."""

    tab: Literal["home", "messages"] = "home"

    async def do(self, scene: Scene) -> Delivery:
        """Let the app know; it publishes what is to be seen."""
        await scene.workspace.open_home(self.user, self.tab)
        return DONE


class ClickInHome(Action):
    """Press or choose something in the app's Home."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click_home(
            self.user, self.block_id, self.action_id, selected=self.selected
        )


ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "compose": Compose,
    "edit": Edit,
    "delete": Delete,
    "command": Command,
    "shortcut": Shortcut,
    "click": Click,
    "suggest": Suggest,
    "click-view": ClickInView,
    "submit": Submit,
    "close": Close,
    "home": OpenHome,
    "click-home": ClickInHome,
    "kore": MakeKore,
    "turn": Turn,
    "post": MakePost,
    "bot": MakeBot,
    "alert": Alert,
}
