"""The log of every call to the Web API, for tests and for looking on."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.slack_api.wire import Json


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its method, its arguments without the token, when it came, and the answer."""

    method: str
    args: Json
    time: datetime
    answer: Json


KEPT = 10_000


class Calls:
    """The last 10,000 calls, oldest first."""

    def __init__(self) -> None:
        self._calls: deque[Call] = deque(maxlen=KEPT)

    def add(self, call: Call) -> None:
        """Note a call."""
        self._calls.append(call)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def of(self, method: str) -> tuple[Call, ...]:
        """Give the calls of one method."""
        return tuple(call for call in self._calls if call.method == method)

    def methods(self) -> tuple[str, ...]:
        """Give the methods called, in order."""
        return tuple(call.method for call in self._calls)

    def clear(self) -> None:
        """Forget all."""
        self._calls.clear()
