"""What is done to the world around people: to KORE, to SIMs, to Slack's post, to the bot."""

from typing import Literal

from bot.sandbox.page.alerts import post_alert
from bot.sandbox.page.bot_side import BotDidNotStart
from bot.sandbox.page.deed import DONE, Deed, Scene
from bot.sandbox.page.kore_side import Mood
from bot.sandbox.page.slack_side import Post
from bot.sandbox.slack_api.delivery import Delivery


class MakeKore(Deed):
    """Change how the stand-in for KORE's API answers, for everybody."""

    mood: Mood

    async def do(self, scene: Scene) -> Delivery:
        """Change it. KeyError where there is no stand-in to change."""
        if scene.kore_side is None:
            raise KeyError(self.mood)
        scene.kore_side.become(self.mood)
        return DONE


class Turn(Deed):
    """Have something happen to a SIM."""

    sim: str
    act: str

    async def do(self, scene: Scene) -> Delivery:
        """Have it happen. KeyError where nobody can, or there is no such SIM or act."""
        if scene.turns is None:
            raise KeyError(self.act)
        scene.turns.act(self.sim, self.act)
        return DONE


class MakePost(Deed):
    """Change how Slack delivers events, for everybody."""

    post: Post

    async def do(self, scene: Scene) -> Delivery:
        """Change it. KeyError where there is nothing to change."""
        if scene.slack_side is None:
            raise KeyError(self.post)
        scene.slack_side.become(self.post)
        return DONE


class MakeBot(Deed):
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


class Alert(Deed):
    """Have another app's bot raise an alert that names SIMs."""

    channel: str

    async def do(self, scene: Scene) -> Delivery:
        """Post it."""
        await post_alert(scene.workspace, self.channel)
        return DONE
