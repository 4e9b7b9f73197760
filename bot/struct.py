"""The base of what is only values: named, typed, and never changed.

`class Sample(Struct)` reads like a frozen dataclass and is one to a type checker. It is msgspec's:
to define one takes a tenth of a dataclass's time, which a start pays some two hundred times, and to
make an instance takes less than that.
"""

from collections.abc import Mapping
from typing import TypeVar, dataclass_transform

import msgspec
from msgspec import field
from msgspec.structs import asdict, force_setattr, replace

__all__ = [
    "Struct",
    "asdict",
    "field",
    "force_setattr",
    "from_dict",
    "from_json",
    "replace",
    "to_json",
]

T = TypeVar("T", bound="Struct")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Struct(msgspec.Struct, frozen=True):
    """Values by name, equal and hashed by what they hold; `replace` makes a changed copy."""


def to_json(value: Struct) -> bytes:
    """Return it as JSON in UTF-8. Raises ValueError on half a surrogate pair."""
    return msgspec.json.encode(value)


def from_json(kind: type[T], stored: str | bytes) -> T:
    """Read what `to_json` made, of another version perhaps: what it did not know has its default.

    Raises ValueError where it is no JSON, or not of this kind.
    """
    try:
        return msgspec.json.decode(stored, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(f"{kind.__name__}: {error}") from error


def from_dict(kind: type[T], values: Mapping[str, object]) -> T:
    """Read what `asdict` made, as `from_json` does. Raises ValueError on anything else."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"{kind.__name__}: {error}") from error
