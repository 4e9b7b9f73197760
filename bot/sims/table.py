"""Many SIMs in little room: columns of text, a block at a time, searched without unpacking.

A hundred thousand SIMs as objects weigh 50 MB and more and slow every garbage collection down. As
one run of bytes a column they weigh what their text weighs, and `bytes.find` walks them at memory
speed.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from bot.kore.models import Sim
from bot.sims.errors import Candidate
from bot.sims.names import key

Column = Literal["sid", "iccid", "unique_name", "friendly_name", "unique_key", "friendly_key"]
BLOCK = 500
"""SIMs; a block is what is done between two turns of the event loop."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some SIMs; each column holds one value a SIM between line breaks, empty where unknown."""

    sid: bytes
    iccid: bytes
    status: bytes
    unique_name: bytes
    friendly_name: bytes
    unique_key: bytes
    friendly_key: bytes

    @classmethod
    def of(cls, sims: Sequence[Sim]) -> "Block":
        """Pack SIMs, in order."""
        unique = _packed(sims, lambda sim: sim.unique_name)
        friendly = _packed(sims, lambda sim: sim.friendly_name)
        return cls(
            sid=_packed(sims, lambda sim: sim.sid),
            iccid=_packed(sims, lambda sim: sim.iccid),
            status=_packed(sims, lambda sim: sim.status),
            unique_name=unique,
            friendly_name=friendly,
            unique_key=_or(unique, _packed(sims, lambda sim: key(sim.unique_name or ""))),
            friendly_key=_or(friendly, _packed(sims, lambda sim: key(sim.friendly_name or ""))),
        )

    def equal(self, column: Column, value: str) -> Iterator[int]:
        """Give the rows whose value is this one."""
        return self.having(column, f"\n{value}\n") if value else iter(())

    def among(self, column: Column, wanted: AbstractSet[str]) -> AbstractSet[str]:
        """Give those of the wanted values that stand in a column."""
        return wanted & set(self.values(column)) if wanted else wanted

    def having(self, column: Column, piece: str) -> Iterator[int]:
        """Give the rows where `piece` stands; a line break in it is the start or end of a value."""
        text, wanted = getattr(self, column), piece.encode()
        row, counted = -1, 0
        at = text.find(wanted)
        while at >= 0:
            here = at + wanted.startswith(b"\n")
            row, counted = row + text.count(b"\n", counted, here), here
            yield row
            at = text.find(wanted, text.index(b"\n", here))

    def values(self, column: Column, change: Callable[[bytes], bytes] = bytes) -> list[str]:
        """Give the values of a column, in order, after `change` was made to all of them at once."""
        return change(getattr(self, column))[1:-1].decode().split("\n")

    def sids_named(self, fits: Callable[[str], object]) -> Iterator[str]:
        """Give the SIDs of the SIMs of which the unique or the friendly name fits."""
        names = zip(
            self.values("sid"),
            self.values("unique_key"),
            self.values("friendly_key"),
            strict=True,
        )
        for sid, unique, friendly in names:
            if (unique and fits(unique)) or (friendly and fits(friendly)):
                yield sid

    def candidate(self, row: int, column: Column = "sid") -> Candidate:
        """Give one SIM, called by the name in `column` where that is a column of names."""
        sid, iccid, status, unique, friendly = (
            text.split(b"\n", row + 2)[row + 1].decode()
            for text in (self.sid, self.iccid, self.status, self.unique_name, self.friendly_name)
        )
        names = (friendly, unique) if column.startswith("friendly") else (unique, friendly)
        name = names[0] or names[1] or sid
        return Candidate(sid, name, iccid or None, status or None)

    @property
    def weight(self) -> int:
        """Bytes, each column counted once."""
        columns = (getattr(self, name) for name in self.__slots__)
        return sum({id(column): len(column) for column in columns}.values())


class SimTable:
    """All SIMs, in the order in which they came; it only ever grows."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.count = 0

    def add(self, sims: Sequence[Sim]) -> None:
        """Add a block of SIMs."""
        self.blocks.append(Block.of(sims))
        self.count += len(sims)

    def equal(self, column: Column, value: str) -> tuple[Candidate, ...]:
        """Give the SIMs whose value is this one, each once, although pages can overlap."""
        found = (
            block.candidate(row, column)
            for block in self.blocks
            for row in block.equal(column, value)
        )
        return tuple({sim.sid: sim for sim in found}.values())

    @property
    def weight(self) -> int:
        """Bytes that the columns take."""
        return sum(block.weight for block in self.blocks)


def _packed(sims: Sequence[Sim], read: Callable[[Sim], str | None]) -> bytes:
    values = ((read(sim) or "").replace("\n", " ") for sim in sims)
    return ("\n" + "\n".join(values) + "\n").encode(errors="replace")


def _or(kept: bytes, same: bytes) -> bytes:
    """Give `kept` itself where both are equal, so that it takes its room once."""
    return kept if kept == same else same
