"""Who takes care of which SIM in a channel, as people told the bot."""

import logging
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from bot.clock import Clock
from bot.sessions.triage import Owner
from bot.store.channels import OwnerRows
from bot.store.errors import StoreError

log = logging.getLogger(__name__)


class Owners:
    """The owners of a channel's SIMs."""

    def __init__(self, rows: OwnerRows, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock

    async def take(self, channel: str, sids: Collection[str], person: str) -> Owner:
        """Make somebody the owner of SIMs. Raises StoreError."""
        owner = Owner(person, self._clock.now(), _lower(sids))
        await self._rows.take(channel, sorted(owner.sids), person, owner.since.timestamp())
        return owner

    async def of(self, channel: str, sids: Collection[str]) -> tuple[Owner, ...]:
        """Return who takes care of them, the first one first; none where nobody can tell."""
        try:
            rows = await self._rows.of(channel, sorted(_lower(sids)))
        except StoreError as error:
            log.warning("owners-not-read", extra={"why": error.kind})
            return ()
        return _grouped((row.person, row.since, row.sid) for row in rows)


def _lower(sids: Iterable[str]) -> frozenset[str]:
    """Return SIDs as they are compared: a button gives them back in lower case."""
    return frozenset(sid.lower() for sid in sids)


def _grouped(rows: Iterable[tuple[str, float, str]]) -> tuple[Owner, ...]:
    found: dict[tuple[float, str], set[str]] = {}
    for person, since, sid in rows:
        found.setdefault((since, person), set()).add(sid)
    return tuple(
        Owner(person, datetime.fromtimestamp(since, UTC), frozenset(sids))
        for (since, person), sids in sorted(found.items())
    )
