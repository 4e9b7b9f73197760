"""What every deed of the page is: somebody, doing something on the stage."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.demo.page.bot_side import BotSide
from bot.demo.page.kore_side import KoreSide
from bot.demo.page.slack_side import SlackSide
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.workspace import Workspace

Selected = str | int | list[str] | list[dict[str, Any]] | dict[str, Any] | None
DONE = Delivery(ok=True)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where deeds are done; a side that is None is not there to be changed."""

    workspace: Workspace
    kore_side: KoreSide | None = None
    turns: ScenarioEvents | None = None
    slack_side: SlackSide | None = None
    bot_side: BotSide | None = None


class Action(BaseModel, ABC):
    """Something done by a person, named by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    user: str

    @abstractmethod
    async def do(self, scene: Scene) -> Delivery:
        """Do it; KeyError says that there is no such person, place or thing."""
