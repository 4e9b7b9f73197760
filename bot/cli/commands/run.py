"""`simsessions run`: the bot itself."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

# httpx imports its own command line, and with it rich and Pygments, wherever those are installed:
# a tenth of the start's CPU for what a bot never uses. None says that there is no such module.
NEVER_USED = "httpx._main"


@click.command()
def command() -> None:
    """Run the bot until SIGTERM or Ctrl-C.

    Answers that are under way are finished first. Needs the SLACK_… and KORE_… settings; serves
    /healthz, /readyz and /metrics on PORT.
    """
    sys.modules.setdefault(NEVER_USED, None)  # type: ignore[arg-type] # as Python's docs have it
    with without_collecting():
        from bot.settings import load_settings  # noqa: PLC0415 -- pydantic is heavy

        settings = load_settings()
        from bot.app.run import run  # noqa: PLC0415 -- heavy, and for naught where a setting is missing

    run(settings)


@contextmanager
def without_collecting() -> Iterator[None]:
    """Import in this block without the garbage collector, which then never visits what is there.

    It would find nothing there: that costs a seventh of the start, and time in each full
    collection while somebody waits for an ack.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
