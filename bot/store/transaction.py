"""One transaction, as the repositories use it; both databases give it alike."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from bot.store.errors import StoreError

Values: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None
Given = TypeVar("Given")
Ask = Callable[[Executable, Values], Awaitable[CursorResult[Any]]]


class Transaction:
    """What is asked here is saved with all the rest, or not at all."""

    __slots__ = ("_ask", "failed")

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.failed: StoreError | None = None

    async def execute(self, statement: Executable, values: Values = None) -> CursorResult[Any]:
        """Carry out a statement; its rows are all here already. Raises StoreError.

        A sequence of values is one statement a row, in one go. Give values as bound parameters,
        `bindparam("key")` or `values`, so that the statement is compiled once only.
        """
        try:
            return await self._ask(statement, values)
        except StoreError as error:
            self.failed = error
            raise

    async def scalar(self, statement: Executable, values: Values = None) -> Any:  # noqa: ANN401 -- as in SQLAlchemy
        """Return the first column of the first row; None where there is no row."""
        return (await self.execute(statement, values)).scalar()


class Backend(Protocol):
    """One of the two databases."""

    async def begin(self, *, writing: bool) -> "Session":
        """Start a transaction. Raises StoreError."""

    async def work(self, work: Callable[[Connection], Given], *, alone: bool) -> Given:
        """Do `work`; `alone` is in one transaction, while no other process can do the same."""

    async def hear(self, channel: str, heard: Callable[[], None]) -> None:
        """Call `heard` whenever another process notifies the channel."""

    async def aclose(self) -> None:
        """Return back all connections."""


class Session(Protocol):
    """A transaction from within: ended by exactly one of `commit` and `undo`."""

    async def ask(self, statement: Executable, values: Values) -> CursorResult[Any]:
        """Carry out a statement."""

    async def commit(self) -> None:
        """Save. Raises StoreError, and then nothing is saved, but for StoreOutcomeUnknown."""

    async def undo(self) -> None:
        """Save nothing; never raises a StoreError."""
