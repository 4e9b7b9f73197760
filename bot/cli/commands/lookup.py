"""`simsessions lookup` and `read`: the report on SIMs, and which SIMs the bot sees in a text."""

import asyncio
import json
import os
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr

from bot.cli.main import ExitCode, exit_code
from bot.errors import BotError
from bot.settings import Need, Settings, load_settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.diagnosis.thresholds import Thresholds
    from bot.sessions.report import SessionReport
    from bot.sims.extraction import Place
    from bot.sims.reading import Spot
    from bot.sims.spotter import SimSpotter, Spotted

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
        from bot.blocks.report import as_json  # noqa: PLC0415 -- heavy
        from bot.cli.terminal import print_json  # noqa: PLC0415 -- heavy

        for query, answer in zip(asked, answers, strict=True):
            print_json(as_json(query, answer))
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


def print_text(
    asked: list[str], answers: "list[SessionReport | BotError]", limits: "Thresholds | None"
) -> None:
    """Print each report, an empty line between them; of several their sum first.

    With `limits` each is explained.
    """
    from bot.cli.lookups import as_text, explained, summary  # noqa: PLC0415 -- heavy
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
    places = places_from(content.decode(encoding, "replace"), is_message=is_message)
    has_kore = not settings.missing(Need.KORE)
    spotted = asyncio.run(_read(places, settings, has_kore=has_kore))
    from bot.cli.terminal import print_json  # noqa: PLC0415 -- heavy

    for spot in spotted.spots:
        print_json(_as_json(spot)) if as_lines else click.echo(_as_text(spot))
    if not (spotted.spots or as_lines):
        click.echo("Nothing in that names a SIM.")
    if not spotted.is_listed:
        click.echo(NO_LIST, err=True)
    return ExitCode.KORE if has_kore and not spotted.is_listed else ExitCode.OK


def places_from(text: str, *, is_message: bool) -> "list[Place]":
    """Return the texts to read. Raises click's BadParameter where JSON is none."""
    from bot.sims.extraction import Place  # noqa: PLC0415 -- only here

    if not is_message:
        return [Place("text", text)]
    from bot.sims.spotter import places_in  # noqa: PLC0415 -- heavy

    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"that is no JSON: {error}", param_hint="FILE") from error
    if isinstance(payload, list):
        payload = {"messages": payload}
    if not isinstance(payload, dict):
        raise click.BadParameter("a message is a JSON object.", param_hint="FILE")
    return places_in(payload)


async def _read(places: "Sequence[Place]", settings: Settings, *, has_kore: bool) -> "Spotted":
    """Read them as the bot does; without credentials KORE is not asked for its list."""
    from bot.cli.lookups import LIST_PATIENCE_SECONDS, open_fleet  # noqa: PLC0415 -- heavy
    from bot.clock import SystemClock  # noqa: PLC0415 -- only here
    from bot.ops.logging import LogRedactor, configure_logging  # noqa: PLC0415 -- only here

    configure_logging("ERROR", form="text", redactor=LogRedactor(settings.secrets))
    if not has_kore:
        settings = settings.model_copy(update={"kore_access_token": SecretStr("none")})
    async with open_fleet(settings, SystemClock()) as (_, _, spotter):
        return await seen_in(places, spotter, LIST_PATIENCE_SECONDS if has_kore else 0.0)


async def seen_in(places: "Sequence[Place]", spotter: "SimSpotter", patience: float) -> "Spotted":
    """Read a text or a message as one that is asked; a single word as what stands in a message."""
    from bot.sims.extraction import cleaned  # noqa: PLC0415 -- only here

    own = next((place.text for place in places[:1] if place.where == "text"), "")
    is_asked = len(cleaned(own)[0].split()) > 1
    return await spotter.read(places, asked=is_asked, patience=patience, thorough=True)


def _as_json(spot: "Spot") -> dict[str, Any]:
    return {
        "kind": spot.kind,
        "value": spot.value,
        "sim": spot.sim,
        "where": spot.where,
        "taken": spot.taken,
        "why": spot.why or None,
    }


def _as_text(spot: "Spot") -> str:
    sim = f" = {spot.sim}" if spot.sim and spot.sim != spot.value else ""
    said = f"{spot.kind} {spot.value}".strip() + sim
    why = f": {spot.why}" if spot.why else ""
    return f"{'taken' if spot.taken else 'not taken'}  {said}  ({spot.where}){why}"
