"""What a rule is: a function from evidence to findings.

To add one: write `bot/diagnosis/rules/<rule_id>.py` with one function under `@rule`, yield
`Finding`s from it, and test it in `tests/bot/diagnosis/rules/test_<rule_id>.py` with a table of
what fires and a table of what must not. The engine finds the file by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

Value = str | int | float | bool | datetime | timedelta | tuple[str, ...] | None


class Severity(IntEnum):
    """How much a finding matters; the highest is shown first."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The word in JSON and on the screen: `info`, `warning`, `critical`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, how it knows, and what to do next.

    `says` is a sentence with the names of `evidence` in braces, `{starts} starts since {first}`:
    whoever draws it escapes each value and renders times in the reader's own zone.
    """

    rule: str
    severity: Severity
    title: str
    says: str
    next_step: str
    source: str
    evidence: Mapping[str, Value] = field(default_factory=dict)
