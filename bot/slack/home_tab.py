"""The Home tab of each person, drawn anew for as long as they may be looking at it.

Slack tells when a tab is opened, never when it is left. `hash` keeps an older drawing from
replacing a newer one: https://docs.slack.dev/reference/methods/views.publish
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TTLCache

from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.errors import Reason, SlackRefused

EVERY_SECONDS = 60.0
OPEN_SECONDS = 600.0
SHOWN_SECONDS = 3600.0
MOST = 5000

View = Mapping[str, Any]
Redraw = Callable[[], object]


@dataclass(frozen=True, slots=True)
class _Shown:
    hash: str | None = None
    drawn: str = ""


class HomeTabs:
    """Publishes them; a tab counts as open for ten minutes after it was opened.

    `run` has each that is open drawn anew once a minute.
    """

    def __init__(self, client: SlackClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._open: TTLCache[str, Redraw] = TTLCache(MOST, OPEN_SECONDS, timer=clock.monotonic)
        self._shown: TTLCache[str, _Shown] = TTLCache(MOST, SHOWN_SECONDS, timer=clock.monotonic)

    def opened(self, user: str, redraw: Redraw, known_hash: str | None = None) -> None:
        """Note that somebody opened theirs; `known_hash` is that of what they see."""
        self._open[user] = redraw
        self._shown[user] = _Shown(known_hash)

    def redraw(self, user: str | None) -> None:
        """Have it drawn anew where somebody may be looking at it; never waits."""
        if redraw := self._open.get(user or ""):
            redraw()

    async def run(self) -> None:
        """Have all that are open drawn anew, once a minute, until cancelled."""
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            for user in tuple(self._open):
                self.redraw(user)

    async def publish(self, user: str, view: View) -> bool:
        """Show it, unless it shows the same already. Raises SlackError.

        False where another drawing came in between: draw it anew, from what is known now.
        """
        drawn = json.dumps(view, sort_keys=True)
        before = self._shown.get(user, _Shown())
        if drawn == before.drawn:
            return True
        about = {"hash": before.hash} if before.hash else {}
        body = {"user_id": user, "view": view} | about
        try:
            answer = await self._client.call("views.publish", body, question=True)
        except SlackRefused as error:
            if error.reason is not Reason.VIEW_CHANGED:
                raise
            self._shown[user] = _Shown()
            return False
        found = (answer.body.get("view") or {}).get("hash")
        self._shown[user] = _Shown(found if isinstance(found, str) else None, drawn)
        return True
