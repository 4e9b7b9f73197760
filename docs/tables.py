"""Writes the tables of README.md from the program itself, so that they cannot lie.

`make docs` runs it; a test fails where README.md is not what this would write.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from click import Context

from bot.cli.exit_codes import ExitCode
from bot.cli.main import cli
from bot.diagnosis.thresholds import defaults, sources
from bot.sessions.fleet_list import Examples
from bot.setting_values import seconds, shown
from bot.settings import Settings, known_names, threshold_names
from handlers.commands import help_entries

README = Path(__file__).parent.parent / "README.md"
ADDRESS = re.compile(r",? https://\S+")


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table; `head` is its column titles, parted by `|`."""
    titles = head.split("|")
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *lines])


def subcommands() -> str:
    """List what can be typed in Slack."""
    return table("In Slack|", ((f"`{s.usage}`", s.says) for s in help_entries(Examples())))


def commands() -> str:
    """List what can be typed in a terminal."""
    found = (
        (name, cli.get_command(Context(cli), name)) for name in cli.list_commands(Context(cli))
    )
    rows = ((f"`simsessions {name}`", _first_line(each.help)) for name, each in found if each)
    return table("In a terminal|", rows)


def exit_codes() -> str:
    """List the exit codes."""
    return table("Exit code|", ((str(code.value), code.meaning) for code in ExitCode))


def settings() -> str:
    """List the settings with their defaults."""
    rows = ((f"`{name}`", _default(field), _about(field)) for name, field in known_names().items())
    return table("Setting|Default|", rows)


def thresholds() -> str:
    """List the thresholds with their defaults and who says so."""
    rows = (
        (f"`{name}`", f"`{shown(defaults()[field])}`", ADDRESS.sub("", sources()[field]))
        for name, field in threshold_names().items()
    )
    return table("Setting|Default|Says", rows)


TABLES: dict[str, Callable[[], str]] = {
    made.__name__: made for made in (subcommands, commands, exit_codes, settings, thresholds)
}


def filled(text: str) -> str:
    """Put each table between its two marks."""
    for name, made in TABLES.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (begin and end):
            msg = f"README.md has no place for {name}"
            raise ValueError(msg)
        text = f"{before}{begin}{made()}\n{end}{after}"
    return text


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0].rstrip(".")


def _about(field: str) -> str:
    return Settings.model_fields[field].description or ""


def _default(field: str) -> str:
    known = Settings.model_fields[field]
    if known.default in {None, frozenset()}:
        return ""
    is_duration = any(getattr(mark, "func", None) is seconds for mark in known.metadata)
    value = timedelta(seconds=known.default) if is_duration else known.default
    return f"`{shown(value)}`"


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
