"""Where people read: no colour when piped or where NO_COLOR is set, and data is never markup."""

from typing import NoReturn

from rich.console import Console


class _Terminal(Console):
    """Leaves it to the command line what it means that the reader has gone."""

    def on_broken_pipe(self) -> NoReturn:
        """Raise on, where rich would end the program with its own number."""
        raise  # noqa: PLE0704 -- rich calls this within its own `except BrokenPipeError`


def terminal(*, stderr: bool = False) -> Console:
    """Open stdout, or stderr, for people."""
    return _Terminal(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
