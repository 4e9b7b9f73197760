"""A progress bar on stderr, for what takes longer than a second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.cli.terminal import terminal

AFTER_SECONDS = 1.0


@contextmanager
def progress(what: str, total: int, after: float = AFTER_SECONDS) -> Iterator[Callable[[], None]]:
    """Give what is to be called at each step; the bar comes only on a terminal, and goes again."""
    out = terminal(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeElapsedColumn(), console=out, transient=True)
    task = bar.add_task(what, total=total)
    later = Timer(after, bar.start)
    later.daemon = True
    if out.is_terminal:
        later.start()
    try:
        yield lambda: bar.advance(task)
    finally:
        later.cancel()
        if out.is_terminal:
            later.join()
        if bar.live.is_started:
            bar.stop()
