"""What the page can change beside the workspace: KORE's API, Slack's delivery, SIMs, the bots."""

from enum import StrEnum

from bot.demo.subprocesses import BotSubprocesses
from bot.emulators.kore.events import ScenarioEvents
from bot.emulators.kore.faults import Faults, broken, hang, too_many
from bot.emulators.slack.dispatcher import DeliveryFaults, Dispatcher
from bot.emulators.slack.faults import Faults as SlackFaults
from bot.emulators.slack.people import Json
from bot.emulators.slack.workspace import Workspace
from bot.struct import Struct

SLOW_SECONDS = 4.0
LATE_SECONDS = 600


class KoreMode(StrEnum):
    """How KORE's API answers."""

    NORMAL = "normal"
    SLOW = "slow"
    BUSY = "busy"
    DOWN = "down"
    SILENT = "silent"


KORE_TITLES = {
    KoreMode.NORMAL: "Answers as it should",
    KoreMode.SLOW: f"Slow: {SLOW_SECONDS:.0f} s an answer",
    KoreMode.BUSY: "Too busy: 429, try again in 2 s",
    KoreMode.DOWN: "Down: 503 to everything",
    KoreMode.SILENT: "Silent: takes requests, never answers",
}
_KORE_FAULTS = {
    KoreMode.BUSY: [too_many(times=None, retry_after="2")],
    KoreMode.DOWN: [broken(times=None)],
    KoreMode.SILENT: [hang(times=None)],
}


class KoreControl:
    """Sets the faults of the stand-in for KORE's API; nobody else may while it is used."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.mode = KoreMode.NORMAL

    def set(self, mode: KoreMode) -> None:
        """Answer like this from now on."""
        self.mode = mode
        self._faults.clear()
        self._faults.latency = SLOW_SECONDS if mode is KoreMode.SLOW else 0.0
        self._faults.add(*_KORE_FAULTS.get(mode, ()))

    def state(self) -> Json:
        """Return the mode and all modes, as the page shows them."""
        return _modes(self.mode, KORE_TITLES)


class DeliveryMode(StrEnum):
    """How Slack delivers events."""

    NORMAL = "normal"
    TWICE = "twice"
    BACKWARDS = "backwards"
    LATE = "late"


DELIVERY_TITLES = {
    DeliveryMode.NORMAL: "Once, in order, at once",
    DeliveryMode.TWICE: "Every event twice",
    DeliveryMode.BACKWARDS: "The last one first",
    DeliveryMode.LATE: "10 minutes late",
}
_DELIVERY_FAULTS = {
    DeliveryMode.NORMAL: DeliveryFaults(),
    DeliveryMode.TWICE: DeliveryFaults(twice=True),
    DeliveryMode.BACKWARDS: DeliveryFaults(backwards=True),
    DeliveryMode.LATE: DeliveryFaults(late_seconds=LATE_SECONDS),
}


class DeliveryControl:
    """Sets how the stand-in for Slack delivers events."""

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher = dispatcher
        self.mode = DeliveryMode.NORMAL

    def set(self, mode: DeliveryMode) -> None:
        """Deliver like this from now on."""
        self.mode = mode
        self._dispatcher.delivery_faults = _DELIVERY_FAULTS[mode]

    def state(self) -> Json:
        """Return the mode and all modes, as the page shows them."""
        return _modes(self.mode, DELIVERY_TITLES)


def _modes(mode: StrEnum, titles: dict[KoreMode, str] | dict[DeliveryMode, str]) -> Json:
    listed = [{"name": each.value, "title": title} for each, title in titles.items()]
    return {"mode": mode.value, "modes": listed}


class Controls(Struct):
    """What actions change; where one is None, the page does not offer it."""

    workspace: Workspace
    kore: KoreControl | None = None
    events: ScenarioEvents | None = None
    delivery: DeliveryControl | None = None
    bots: BotSubprocesses | None = None
    slack: SlackFaults | None = None
    partner: KoreControl | None = None

    def state(self) -> Json:
        """Return what the page shows of them."""
        return {
            "kore": self.kore and self.kore.state(),
            "partner": self.partner and self.partner.state(),
            "delivery": self.delivery and self.delivery.state(),
            "events": self.events and self.events.titles(),
            "bots": self.bots and self.bots.state(),
        }
