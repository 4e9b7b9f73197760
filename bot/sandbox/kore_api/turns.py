"""Gives a SIM's story a turn while the stand-in runs: it recovers, falls silent, goes abroad.

    kore.turns.recover("pump-7")
    kore.turns.go_silent("gateway-3")
    await kore.turns.play("truck-42", (0, "go_silent"), (120, "recover"))

What the SIM did before stays as it was told at that moment; `undo` gives the story back.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from bot.clock import Clock
from bot.sandbox.kore_api.account import Account
from bot.sandbox.kore_api.live_sim import LiveSim
from bot.sandbox.kore_api.networks import T_MOBILE, TELCEL, TELEKOM_DE, Network
from bot.sandbox.kore_api.numbers import imei

STALLED_FOR = timedelta(hours=2)
ABROAD = {"USA": TELCEL, "MEX": TELEKOM_DE, "DEU": T_MOBILE}
BLINK = ((0, "go_silent"), (120, "recover"))
TITLES = {
    "recover": "Recover: a new session, now",
    "go_silent": "Fall silent: the session ends",
    "stall": "Stall: open, not heard of for 2 h",
    "go_abroad": "Go to another country",
    "swap_device": "Sit in another device",
    "suspend": "Be suspended",
    "activate": "Be made active",
    "blink": "Fall silent, and be back in 2 min",
    "undo": "Its own story again",
}
_ANOTHER_SERIAL = 987_654


class Turns:
    """SIMs are named by SID or unique name; KeyError says that there is none of that name."""

    def __init__(self, account: Account, clock: Clock, forget: Callable[[], None]) -> None:
        self._account = account
        self._clock = clock
        self._forget = forget
        self._live: dict[str, LiveSim] = {}
        self._playing: set[asyncio.Task[None]] = set()
        self._acts: dict[str, Callable[[str], None]] = {
            "recover": self.recover,
            "go_silent": self.go_silent,
            "stall": self.stall,
            "go_abroad": self.go_abroad,
            "swap_device": self.swap_device,
            "suspend": lambda name: self.set_status(name, "suspended"),
            "activate": lambda name: self.set_status(name, "active"),
            "blink": lambda name: self.begin(name, *BLINK),
            "undo": self.undo,
        }

    def titles(self) -> list[dict[str, str]]:
        """Name all that can happen to a SIM, and say it in words."""
        return [{"act": act, "title": TITLES[act]} for act in self._acts]

    def act(self, name: str, act: str) -> None:
        """Have something happen to a SIM. Raises KeyError."""
        self._acts[act](name)

    def recover(self, name: str) -> None:
        """Begin a new session where the SIM was last; it stays open, and its counters grow."""
        live = self._of(name)
        live.connect(self._clock.now(), live.network, live.imei)
        self._forget()

    def go_silent(self, name: str) -> None:
        """End the open session; no other follows."""
        self._of(name).disconnect(self._clock.now())
        self._forget()

    def stall(self, name: str, since: timedelta = STALLED_FOR) -> None:
        """Leave a session open that has not been heard of for so long."""
        now = self._clock.now()
        self._of(name).stall(now, (now - since).replace(microsecond=0))
        self._forget()

    def go_abroad(self, name: str, network: Network | None = None) -> None:
        """Begin a session in another country, or on the network named."""
        live = self._of(name)
        there = network or ABROAD.get(live.network.country, T_MOBILE)
        live.connect(self._clock.now(), there, live.imei)
        self._forget()

    def swap_device(self, name: str, to: str | None = None) -> None:
        """Begin a session from another device, or from the one of this IMEI."""
        live = self._of(name)
        other = imei(_ANOTHER_SERIAL)
        live.connect(self._clock.now(), live.network, to or other)
        self._forget()

    def set_status(self, name: str, status: str) -> None:
        """Change the SIM's status; whatever is neither active nor ready is off the network."""
        live, now = self._of(name), self._clock.now()
        if status not in {"active", "ready"}:
            live.disconnect(now)
        live.change(now, status=status)
        self._forget()

    def undo(self, name: str) -> None:
        """Tell the SIM's own story again."""
        sid = self._sid(name)
        self._live.pop(sid, None)
        self._account.turn(sid, None)
        self._forget()

    async def play(self, name: str, *steps: tuple[float, str]) -> None:
        """Have one thing after another happen; each step is the seconds before it, and the act."""
        for seconds, act in steps:
            await self._clock.sleep(seconds)
            self.act(name, act)

    def begin(self, name: str, *steps: tuple[float, str]) -> None:
        """Play in the background. Raises KeyError."""
        self._sid(name)
        task = asyncio.get_running_loop().create_task(self.play(name, *steps))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def aclose(self) -> None:
        """End what still plays."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    def _of(self, name: str) -> LiveSim:
        sid = self._sid(name)
        if sid not in self._live:
            told = self._account.by_sid(sid)
            if told is None:
                raise KeyError(name)
            self._live[sid] = LiveSim(told, self._clock.now().replace(microsecond=0))
            self._account.turn(sid, self._live[sid])
        return self._live[sid]

    def _sid(self, name: str) -> str:
        found = self._account.find(name)
        if found is None:
            raise KeyError(name)
        return str(found.sim(self._clock.now())["sid"])
