"""`simsessions read`: which SIMs the bot sees in a text or a message, what it leaves, and why."""

import asyncio
import json
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import TYPE_CHECKING, Any

import click
from pydantic import SecretStr

from bot.cli.exit_codes import ExitCode
from bot.settings import Need, Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sims.extraction import Place
    from bot.sims.reading import Spot
    from bot.sims.spotter import SimSpotter, Spotted

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
    for spot in spotted.spots:
        click.echo(_as_json(spot) if as_lines else _as_text(spot))
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
    from bot.sims.message_text import places_in  # noqa: PLC0415 -- heavy

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


def _as_json(spot: "Spot") -> str:
    told: dict[str, Any] = {
        "kind": spot.kind,
        "value": spot.value,
        "sim": spot.sim,
        "where": spot.where,
        "taken": spot.taken,
        "why": spot.why or None,
    }
    return json.dumps(told, ensure_ascii="utf" not in sys.stdout.encoding.lower())


def _as_text(spot: "Spot") -> str:
    sim = f" = {spot.sim}" if spot.sim and spot.sim != spot.value else ""
    said = f"{spot.kind} {spot.value}".strip() + sim
    why = f": {spot.why}" if spot.why else ""
    return f"{'taken' if spot.taken else 'not taken'}  {said}  ({spot.where}){why}"
