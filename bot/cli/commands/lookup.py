"""`simsessions lookup`: the report on SIMs, in a terminal, as JSON or as a picture."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.exit_codes import ExitCode, exit_code
from bot.errors import BotError
from bot.settings import Need, Settings, load_settings

if TYPE_CHECKING:
    from bot.diagnosis.thresholds import Thresholds
    from bot.sessions.report import SessionReport

STDIN = "-"
FEW = 20
LINES = 400
PICTURE = "--timeline"


@click.command(no_args_is_help=True)
@click.argument("sims", metavar="SIM...", nargs=-1, required=True)
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line, in this order.")
@click.option(
    PICTURE,
    "picture",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Draw the last 30 days of one SIM into FILE, a PNG.",
)
@click.option(
    "--explain", is_flag=True, help="Add the evidence of all findings, and what was assumed."
)
@click.option(
    "--account", metavar="NAME", help="Ask only this one of several KORE accounts.", default=None
)
def lookup(
    sims: tuple[str, ...],
    *,
    as_lines: bool,
    picture: Path | None,
    explain: bool,
    account: str | None,
) -> int:
    """Say what SIMs are doing, without Slack. Only the KORE_… settings are needed.

    SIM is a SID, ICCID, IMEI, name or console URL, or any text that names some, as `simsessions
    read` shows; `-` reads one from stdin: a list, a table, a log. A name
    pattern or a few words ask which SIMs fit: `'pump-*'`, `offline on Telcel`, `silent for 2d`,
    `plan pumps-mx`, `new`, `top 5`. The exit code is 0 if all were answered, 1 if a SIM was not
    found or several fit, 3 if KORE failed.
    """
    settings = of_account(load_settings(need=Need.KORE), account)
    if not picture and asked_about_a_fleet(settings, sims, as_lines=as_lines):
        return ExitCode.OK
    typed = [text for sim in sims for text in (read_stdin() if sim == STDIN else [sim])]
    if picture:
        check_picture(typed, picture)
    asked, answers = asyncio.run(look_up(settings, typed))
    if picture:
        check_picture(asked, picture)
    if as_lines:
        print_json(asked, answers)
    else:
        print_text(asked, answers, settings.thresholds if explain else None)
    if picture and not isinstance(answers[0], BotError):
        write_picture(answers[0], picture, settings.thresholds)
        click.echo(f"Wrote {picture}.", err=True)
    codes = (exit_code(answer) for answer in answers if isinstance(answer, BotError))
    return max(codes, default=ExitCode.OK)


def of_account(settings: Settings, account: str | None) -> Settings:
    """Return the settings of one account alone. Raises click's BadParameter on a wrong name."""
    if account is None:
        return settings
    one = tuple(each for each in settings.several if each.name == account.lower())
    if not one:
        names = ", ".join(each.name for each in settings.several) or "the only one has no name"
        raise click.BadParameter(f"no such account: {names}.", param_hint="--account")
    return settings.model_copy(update={"accounts": one, "kore_accounts": ()})


def asked_about_a_fleet(settings: Settings, sims: tuple[str, ...], *, as_lines: bool) -> bool:
    """Answer a question about a fleet; False where there is none."""
    from bot.sessions.fleet_query import nearest_fleet_query, parse_fleet_query  # noqa: PLC0415 -- heavy

    text = " ".join(sims)
    behind = text.partition("/")[2] if settings.several else ""
    if not any(map(parse_fleet_query, (text, behind))) and not nearest_fleet_query(text):
        return False
    from bot.cli import lookups  # noqa: PLC0415 -- heavy

    return asyncio.run(lookups.answer(settings, text, as_lines=as_lines))


def read_stdin() -> list[str]:
    """Read texts of some hundred lines each, which a list of SIMs may be as long as.

    Raises click's UsageError where stdin is closed.
    """
    if sys.stdin is None:
        raise click.UsageError("stdin is closed, so there is nothing to read for `-`.")
    lines = list(sys.stdin)
    return ["".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]


async def look_up(
    settings: Settings, typed: list[str]
) -> "tuple[list[str], list[SessionReport | BotError]]":
    """Look up all that is named, side by side, with a progress bar if it takes long.

    Of many a report keeps one session each: those of ten thousand SIMs fill the memory. Of a few it
    keeps all, for the strip and the month.
    """
    from bot.cli.lookups import SIM_SECONDS, meant, open_fleet  # noqa: PLC0415 -- the other commands need no client
    from bot.cli.terminal import progress  # noqa: PLC0415 -- nor rich
    from bot.clock import SystemClock  # noqa: PLC0415 -- nor this
    from bot.ops.logging import LogRedactor, configure_logging  # noqa: PLC0415 -- nor this

    configure_logging("WARNING", form="text", redactor=LogRedactor(settings.secrets))
    async with open_fleet(settings, SystemClock()) as (service, _, spotter):
        asked = await meant(typed, spotter)
        with progress("Looking up", len(asked)) as step:
            few = len(asked) <= FEW
            answers = await service.look_up_many(
                asked, newest_only=not few, each_within=SIM_SECONDS, done=step
            )
            return asked, answers


def print_json(asked: list[str], answers: "list[SessionReport | BotError]") -> None:
    """Print one object a line."""
    import json  # noqa: PLC0415 -- only here

    from bot.blocks.report_json import as_json  # noqa: PLC0415 -- heavy

    plain = "utf" not in sys.stdout.encoding.lower()
    for query, answer in zip(asked, answers, strict=True):
        click.echo(json.dumps(as_json(query, answer), ensure_ascii=plain))


def print_text(
    asked: list[str], answers: "list[SessionReport | BotError]", limits: "Thresholds | None"
) -> None:
    """Print each report, an empty line between them; of several their sum first.

    With `limits` each is explained.
    """
    from bot.cli.reports import as_text, explained, summary  # noqa: PLC0415 -- heavy
    from bot.cli.terminal import terminal  # noqa: PLC0415 -- heavy

    out = terminal()
    if len(answers) > 1:
        out.print(summary(answers))
        out.print()
    for number, (query, answer) in enumerate(zip(asked, answers, strict=True)):
        out.print("\n" * bool(number), end="")
        for line in as_text(query, answer):
            out.print(line)
        if limits and not isinstance(answer, BotError):
            for line in explained(answer, limits):
                out.print(line)


def check_picture(asked: list[str], file: Path) -> None:
    """Check before KORE is asked that there is one SIM, and a folder that takes the file.

    Raises click's BadParameter otherwise.
    """
    if len(asked) != 1:
        raise _wrong(f"it draws one SIM, and {len(asked)} are asked for.")
    if not file.parent.is_dir():
        raise _wrong(f"there is no folder {str(file.parent)!r}.")
    if not (file.exists() or os.access(file.parent, os.W_OK)):
        raise _wrong(f"nothing may be written into {str(file.parent)!r}.")


def write_picture(report: "SessionReport", file: Path, limits: "Thresholds") -> None:
    """Draw the report's 30 days into the file, as a PNG.

    Raises KoreError where the sessions could not be read, BadParameter where the file cannot be
    written.
    """
    from bot.pictures.timeline import draw_report  # noqa: PLC0415 -- Pillow is heavy

    png = draw_report(report, limits=limits)
    try:
        file.write_bytes(png)
    except OSError as error:
        raise _wrong(f"{str(file)!r} could not be written: {error.strerror}.") from error


def _wrong(why: str) -> click.BadParameter:
    return click.BadParameter(why, param_hint=PICTURE)
