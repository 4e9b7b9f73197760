"""The SIMs of a selection, listed from KORE and packed in chunks; never all of them in memory."""

import tempfile
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import IO, TYPE_CHECKING

import zstandard

from bot.digests.selection import Selection
from bot.kore.client import KoreClient
from bot.kore.errors import KoreNotFound
from bot.kore.models import Sim

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CHUNK = 100
"""SIMs a chunk: what a crash repeats at most, for each chunk in flight."""
_IN_MEMORY = 4 << 20


@dataclass(slots=True, weakref_slot=True)
class Roster:
    """What was listed: packed chunks on a spool, and those named that KORE does not have."""

    spool: IO[bytes]
    sims: int = 0
    sizes: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add(self, sims: Sequence[Sim]) -> None:
        """Put one more chunk on the spool."""
        body = packed(sims)
        self.spool.write(body)
        self.sizes.append(len(body))
        self.sims += len(sims)

    def chunks(self) -> Iterator[bytes]:
        """Give the chunks, from the first on each time."""
        self.spool.seek(0)
        for size in self.sizes:
            yield self.spool.read(size)


async def list_sims(selection: Selection, kore: KoreClient, size: int = CHUNK) -> Roster:
    """List all SIMs of a selection. Raises KoreError."""
    spool = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 -- lives as long as the roster
    roster = Roster(spool)
    weakref.finalize(roster, spool.close)
    waiting: list[Sim] = []
    async for sim in _sims(selection, kore, roster.missing):
        waiting.append(sim)
        if len(waiting) == size:
            roster.add(waiting)
            waiting = []
    if waiting:
        roster.add(waiting)
    return roster


async def _sims(selection: Selection, kore: KoreClient, missing: list[str]) -> AsyncIterator[Sim]:
    if not selection.sids:
        async for sim in kore.sims(**selection.filters):
            if selection.takes(sim):
                yield sim
        return
    for sid, typed in selection.listed:
        try:
            yield (await kore.sim(sid)).value
        except KoreNotFound:
            missing.append(typed)


def packed(sims: Sequence[Sim]) -> bytes:
    """Pack SIMs for the store; some 70 bytes each."""
    plain = _adapter().dump_json(tuple(sims), exclude_none=True)
    return zstandard.ZstdCompressor(level=3).compress(plain)


def unpacked(body: bytes) -> tuple[Sim, ...]:
    """Read what `packed` gave."""
    return _adapter().validate_json(zstandard.ZstdDecompressor().decompress(body))


@cache
def _adapter() -> "TypeAdapter[tuple[Sim, ...]]":
    from pydantic import TypeAdapter  # noqa: PLC0415 -- built with the first scan

    return TypeAdapter(tuple[Sim, ...])
