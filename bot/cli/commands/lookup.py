"""`simsessions lookup` and `read`: the report on SIMs, and which SIMs the bot sees in a text."""

import asyncio
import os
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.main import ExitCode, exit_code
from bot.errors import BotError
from bot.settings import Need, Settings, load_settings, read_settings

if TYPE_CHECKING:
    from bot.diagnosis.thresholds import Thresholds
    from bot.sessions.report import SessionReport

STDIN = "-"
LINES = 400
PICTURE = "--timeline"
NOTHING = "There is no SIM in that. Give a SID (DE…), ICCID, IMEI or name, or a text with one."


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
    found or several fit, 2 if none was given, 3 if KORE failed.
    """
    settings = of_account(load_settings(need=Need.KORE), account)
    from bot.cli import lookups  # noqa: PLC0415 -- heavy

    if not picture and lookups.asked_about_a_fleet(settings, " ".join(sims), as_lines=as_lines):
        return ExitCode.OK
    typed = [text for sim in sims for text in (read_stdin() if sim == STDIN else [sim])]
    if picture:
        check_picture(typed, picture)
    if not any(map(str.strip, typed)):
        raise click.UsageError(NOTHING)
    asked, answers = asyncio.run(lookups.look_up(settings, typed))
    if picture:
        check_picture(asked, picture)
    if as_lines:
        lookups.print_lines(asked, answers)
    else:
        lookups.print_text(asked, answers, settings.thresholds if explain else None)
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


def read_stdin() -> list[str]:
    """Read texts of some hundred lines each, which a list of SIMs may be as long as.

    Raises click's UsageError where stdin is closed.
    """
    if sys.stdin is None:
        raise click.UsageError("stdin is closed, so there is nothing to read for `-`.")
    lines = list(sys.stdin)
    return ["".join(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]


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


NO_LIST = "KORE's list of SIMs was not read: names, and the SIDs of numbers, are unknown."


@click.command(no_args_is_help=True)
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
@click.option(
    "--message",
    "is_message",
    is_flag=True,
    help="FILE is JSON: a message, an event, a shortcut's payload or a thread, as Slack sends it.",
)
@click.option("--json", "as_lines", is_flag=True, help="One JSON object a line.")
def read(file: str, *, is_message: bool, as_lines: bool) -> int:
    """Say which SIMs the bot sees in a text, and why.

    FILE holds the text, `-` is stdin. A line each: whether it is taken, what it is, its value, the
    SIM's SID where KORE's list has it, where it stood, and why it is not taken. With --json an
    object each: `kind` (sid, iccid, imei, eid, name; imsi, phone, order, card, number, link, text
    are never taken), `value` plainly spelt, `sim` (its SID or null), `where`, `taken`, `why` (null
    where it is taken). An IMEI beside another identifier of its device has that one's SIM.

    Not taken is what a label calls otherwise, as in `order 4711` or `phone 555-0100`; an ICCID or
    an IMEI with too few digits or a wrong check digit; a name that no SIM has.

    Names are known by KORE's list, so the KORE_… settings are needed for those; without them the
    rest is read all the same. The exit code is 3 if KORE has the list and did not give it.
    """
    settings, _ = read_settings(need=Need.KORE)
    try:
        with click.open_file(file, "rb") as opened:
            content = opened.read()
    except OSError as error:
        raise click.BadParameter(f"{error.strerror}: {file}", param_hint="FILE") from error
    encoding = "utf-16" if content[:2] in {BOM_UTF16_LE, BOM_UTF16_BE} else "utf-8-sig"
    from bot.cli import lookups  # noqa: PLC0415 -- heavy

    places = lookups.places_from(content.decode(encoding, "replace"), is_message=is_message)
    has_kore = not settings.missing(Need.KORE)
    spotted = asyncio.run(lookups.read_places(places, settings, has_kore=has_kore))
    lookups.print_spots(spotted.spots, as_lines=as_lines)
    if not (spotted.spots or as_lines):
        click.echo("Nothing in that names a SIM.")
    if not spotted.is_listed:
        click.echo(NO_LIST, err=True)
    return ExitCode.KORE if has_kore and not spotted.is_listed else ExitCode.OK
