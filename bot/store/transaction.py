"""One transaction, as the repositories use it; alike on both databases."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Executable, Result, Row

from bot.store.errors import StoreError

Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
Record: TypeAlias = Row[Any]
"""What is stored of one thing: its columns are attributes."""
T = TypeVar("T")
Execute = Callable[[Executable, Values], Awaitable[Result[Any]]]


class Transaction:
    """What is executed here is saved with all the rest, or not at all."""

    __slots__ = ("_execute", "failed")

    def __init__(self, execute: Execute) -> None:
        self._execute = execute
        self.failed: StoreError | None = None

    async def execute(self, statement: Executable, values: Values = None) -> Result[Any]:
        """Execute a statement and return its rows, all of them fetched. Raises StoreError.

        A sequence of values is one statement a row, in one go. Pass values as bound parameters,
        `bindparam("key")` or `values`, so that the statement is compiled once only.
        """
        try:
            return await self._execute(statement, values)
        except StoreError as error:
            self.failed = error
            raise

    async def change(self, statement: Executable, values: Values = None) -> int:
        """Execute an INSERT, UPDATE or DELETE and return how many rows it changed."""
        return cast("CursorResult[Any]", await self.execute(statement, values)).rowcount

    async def scalar(self, statement: Executable, values: Values = None) -> Any:  # noqa: ANN401 -- as in SQLAlchemy
        """Return the first column of the first row; None where there is no row."""
        return (await self.execute(statement, values)).scalar()


class Backend(Protocol):
    """One of the two databases."""

    async def begin(self, *, writing: bool) -> "Session":
        """Start a transaction. Raises StoreError."""

    async def work(self, work: Callable[[Connection], T], *, alone: bool) -> T:
        """Do `work`; `alone` is in one transaction, while no other process can do the same."""

    async def listen(self, channel: str, on_notification: Callable[[], None]) -> None:
        """Call `on_notification` whenever another process notifies the channel."""

    async def aclose(self) -> None:
        """Close all connections."""


class Session(Protocol):
    """A transaction from within: ended by exactly one of `commit` and `undo`."""

    async def execute(self, statement: Executable, values: Values) -> Result[Any]:
        """Execute a statement."""

    async def commit(self) -> None:
        """Save. Raises StoreError, and then nothing is saved, but for StoreOutcomeUnknown."""

    async def undo(self) -> None:
        """Save nothing; never raises a StoreError."""
