"""Whether somebody who watches may still ask, and how much those around them may see."""

from typing import Protocol

from bot.slack.access import Access
from bot.slack.admission import Admission
from bot.watches.watch import Asker


class Permission(Protocol):
    """Asked again and again while a watch lasts."""

    async def left_out(self, asker: Asker) -> str | None:
        """Say what is left out of what all may read there; None: nothing. Raises NotAllowed."""


class Watcher:
    """Somebody who watches, as the lists and policies want to know them."""

    in_shared: bool | None = None

    def __init__(self, asker: Asker) -> None:
        self.team = asker.team
        self.enterprise = asker.enterprise
        self.user = asker.person
        self.channel = asker.channel
        self.in_view = asker.channel == asker.person  # begun where nobody else reads


class Admitted:
    """The permission of the gate: the same lists and policies as for a question."""

    def __init__(self, access: Access, admission: Admission) -> None:
        self._access = access
        self._admission = admission

    async def left_out(self, asker: Asker) -> str | None:
        """Say what is left out. Raises NotAllowed."""
        watcher = Watcher(asker)
        self._access.check(watcher)
        return (await self._admission.sight(watcher, for_all=True)).left_out
