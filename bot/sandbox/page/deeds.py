"""What a person does on the page: each deed as it is posted, and what it does in the workspace."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.sandbox.page.kore_side import KoreSide, Mood
from bot.sandbox.slack_api.delivery import Delivery
from bot.sandbox.slack_api.workspace import Workspace

Selected = str | int | list[str] | dict[str, Any] | None
DONE = Delivery(ok=True)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where deeds are done."""

    workspace: Workspace
    kore_side: KoreSide | None


class Deed(BaseModel, ABC):
    """Something done by a person, named by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    user: str

    @abstractmethod
    async def do(self, scene: Scene) -> Delivery:
        """Do it; KeyError says that there is no such person, place or thing."""


class Say(Deed):
    """Write a message, or a reply in a thread."""

    channel: str
    text: str
    thread_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Write it."""
        await scene.workspace.say(self.user, self.channel, self.text, self.thread_ts)
        return DONE


class Command(Deed):
    """Type a slash command."""

    channel: str
    command: str
    text: str

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.command(self.user, self.channel, self.command, self.text)


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


class ClickInView(Deed):
    """Press or choose something in the open modal."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click_in_view(
            self.user, self.block_id, self.action_id, selected=self.selected
        )


class Suggest(Deed):
    """Type into an external select of a message, or else of the open modal."""

    block_id: str
    action_id: str
    typed: str
    message_ts: str | None = None

    async def do(self, scene: Scene) -> Delivery:
        """Ask the app for options; they are in the delivery's answer."""
        return await scene.workspace.suggest(
            self.user, self.block_id, self.action_id, self.typed, self.message_ts
        )


class Submit(Deed):
    """Send the open modal off; `values` is by block id and action id."""

    values: dict[str, dict[str, Selected]]

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.submit_view(self.user, self.values)


class Close(Deed):
    """Close the open modal."""

    async def do(self, scene: Scene) -> Delivery:
        """Close it; the app hears of it where it asked to."""
        return await scene.workspace.close_view(self.user)


class MakeKore(Deed):
    """Change how the stand-in for KORE's API answers, for everybody."""

    mood: Mood

    async def do(self, scene: Scene) -> Delivery:
        """Change it. KeyError where there is no stand-in to change."""
        if scene.kore_side is None:
            raise KeyError(self.mood)
        scene.kore_side.become(self.mood)
        return DONE


DEEDS: dict[str, type[Deed]] = {
    "say": Say,
    "command": Command,
    "click": Click,
    "click-view": ClickInView,
    "suggest": Suggest,
    "submit": Submit,
    "close": Close,
    "kore": MakeKore,
}
