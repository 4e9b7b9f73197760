"""A value from KORE together with how old it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """`as_of` is when KORE said it; `stale` means that KORE was asked again and gave nothing newer.

    `why_stale` is a sentence that says why.
    """

    value: T
    as_of: datetime
    stale: bool = False
    skipped_rows: int = 0
    why_stale: str = ""
