"""What people do on the page: each action by the name under which the page posts it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bot.demo.controls import Controls, DeliveryMode, KoreMode
from bot.demo.examples import post_alert
from bot.demo.subprocesses import BotDidNotStart
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import Fault
from bot.emulators.slack.workspace import Workspace

Selected = str | int | list[str] | list[dict[str, Any]] | dict[str, Any] | None
T = TypeVar("T")


class Action(BaseModel, ABC):
    """Something done by a person, named by id."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    user: str

    @abstractmethod
    async def do(self, controls: Controls) -> Delivery | None:
        """Do it; return how it went, if that varies. Raises KeyError where a thing is not there."""


class InWorkspace(Action):
    """An action whose fields are the arguments of a method of the workspace: `does`."""

    does: ClassVar[Callable[..., Awaitable[object]]]

    async def do(self, controls: Controls) -> Delivery | None:
        """Do it there."""
        done = await type(self).does(controls.workspace, **dict(self))
        return done if isinstance(done, Delivery) else None


class Say(InWorkspace):
    """Write a message, or a reply in a thread."""

    does = Workspace.say
    channel: str
    text: str
    thread_ts: str | None = None


class Forward(InWorkspace):
    """Forward a message to a channel or thread, with a note or without one."""

    does = Workspace.forward
    ts: str
    channel: str
    text: str = ""
    thread_ts: str | None = None


class Compose(InWorkspace):
    """Type without sending: links of the app's domains get their previews."""

    does = Workspace.compose
    channel: str
    text: str


class Edit(InWorkspace):
    """Edit one's own message."""

    does = Workspace.edit
    ts: str
    text: str


class Delete(InWorkspace):
    """Delete one's own message."""

    does = Workspace.delete
    ts: str


class Command(InWorkspace):
    """Type a slash command."""

    does = Workspace.command
    channel: str
    command: str
    text: str


class Shortcut(InWorkspace):
    """Use a shortcut of the app's, on a message or anywhere."""

    does = Workspace.shortcut
    callback_id: str
    message_ts: str | None = None


class Click(InWorkspace):
    """Press or choose something in a message."""

    does = Workspace.click
    message_ts: str
    block_id: str
    action_id: str
    value: str | None = None
    selected: Selected = None


class Suggest(InWorkspace):
    """Type into an external select of a message, of Home, or else of the open modal."""

    does = Workspace.suggest
    block_id: str
    action_id: str
    typed: str
    message_ts: str | None = None
    in_home: bool = False


class ClickInView(InWorkspace):
    """Press or choose something in the open modal; `values` is as for `Submit`."""

    does = Workspace.click_in_view
    block_id: str
    action_id: str
    selected: Selected = None
    values: dict[str, dict[str, Selected]] = Field(default_factory=dict)


class Submit(InWorkspace):
    """Submit the open modal; `values` is by block id and action id."""

    does = Workspace.submit_view
    values: dict[str, dict[str, Selected]]


class Close(InWorkspace):
    """Close the open modal."""

    does = Workspace.close_view


class OpenHome(InWorkspace):
    """Open the app's Home or Messages tab."""

    does = Workspace.open_home
    tab: Literal["home", "messages"] = "home"


class ClickInHome(InWorkspace):
    """Press or choose something in the app's Home."""

    does = Workspace.click_home
    block_id: str
    action_id: str
    selected: Selected = None


class SetKoreMode(Action):
    """Change how the stand-in for KORE's API answers, for everybody."""

    mode: KoreMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.kore).set(self.mode)


class SetPartnerMode(Action):
    """Change how the stand-in of the second account answers, for everybody."""

    mode: KoreMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.partner).set(self.mode)


class SetDeliveryMode(Action):
    """Change how Slack delivers events, for everybody."""

    mode: DeliveryMode

    async def do(self, controls: Controls) -> None:
        """Change it."""
        _offered(controls.delivery).set(self.mode)


class TriggerEvent(Action):
    """Let an event happen to a SIM."""

    sim: str
    event: str

    async def do(self, controls: Controls) -> None:
        """Let it happen."""
        _offered(controls.events).trigger(self.sim, self.event)


class ControlBot(Action):
    """Kill a bot's process, or start it again."""

    number: int
    to: Literal["kill", "start"]

    async def do(self, controls: Controls) -> Delivery | None:
        """Do it."""
        bots = _offered(controls.bots)
        if self.to == "kill":
            bots.kill(self.number)
            return None
        try:
            await bots.start(self.number)
        except BotDidNotStart:
            return Delivery(ok=False, error="bot_did_not_start")
        return None


class FailSlack(Action):
    """Let the next calls of a method go wrong; `/response` stands for response_urls."""

    method: str
    status: int = 200
    body: str = ""
    headers: dict[str, str] = Field(default_factory=dict)
    hang_up: bool = False
    after_work: bool = False
    times: int = Field(1, ge=0, le=1000)

    async def do(self, controls: Controls) -> None:
        """Let them; 0 times lets everything work again."""
        faults = _offered(controls.slack)
        if not self.times:
            faults.clear()
        answer = Fault(self.status, self.body, self.headers, self.hang_up, self.after_work)
        faults.add(self.method, answer, times=self.times)


class Alert(Action):
    """Let another app's bot raise an alert that names SIMs."""

    channel: str

    async def do(self, controls: Controls) -> None:
        """Post it."""
        await post_alert(controls.workspace, self.channel)


def _offered(control: T | None) -> T:
    """Return a control. Raises KeyError where the page does not offer it."""
    if control is None:
        raise KeyError
    return control


ACTIONS: dict[str, type[Action]] = {
    "say": Say,
    "forward": Forward,
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
    "kore": SetKoreMode,
    "partner": SetPartnerMode,
    "event": TriggerEvent,
    "delivery": SetDeliveryMode,
    "bot": ControlBot,
    "alert": Alert,
    "fail-slack": FailSlack,
}
