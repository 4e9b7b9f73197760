"""Where people read: no colour when piped or where NO_COLOR is set, and data is never markup."""

from rich.console import Console


def terminal(*, stderr: bool = False) -> Console:
    """Open stdout, or stderr, for people."""
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=True)
