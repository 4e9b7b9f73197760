"""What every deed of the page is: somebody, doing something on the stage."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.sandbox.kore_api.turns import Turns
from bot.sandbox.page.bot_side import BotSide
from bot.sandbox.page.kore_side import KoreSide
from bot.sandbox.page.slack_side import SlackSide
from bot.sandbox.slack_api.delivery import Delivery
from bot.sandbox.slack_api.workspace import Workspace

Selected = str | int | list[str] | list[dict[str, Any]] | dict[str, Any] | None
DONE = Delivery(ok=True)


@dataclass(frozen=True, slots=True)
class Scene:
    """Where deeds are done; a side that is None is not there to be changed."""

    workspace: Workspace
    kore_side: KoreSide | None = None
    turns: Turns | None = None
    slack_side: SlackSide | None = None
    bot_side: BotSide | None = None


class Deed(BaseModel, ABC):
    """Something done by a person, named by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    user: str

    @abstractmethod
    async def do(self, scene: Scene) -> Delivery:
        """Do it; KeyError says that there is no such person, place or thing."""
