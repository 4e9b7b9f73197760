"""Looking SIMs up without Slack: opens what `lookup` and `read` need, answers, and prints."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import click
from pydantic import SecretStr
from rich.style import Style
from rich.text import Text

from bot.app.accounts import open_stacks
from bot.blocks.findings import explanation_lines, finding_lines, main_lines, others_text
from bot.blocks.fleet import fleet_cells, fleet_header, fleet_headline, small_print
from bot.blocks.format import PLAIN
from bot.blocks.report import as_json, error_sentence
from bot.blocks.report_text import (
    day_line,
    fact_lines,
    freshness_line,
    neighbours_line,
    report_headline,
    skipped_line,
    warnings,
    window_line,
)
from bot.blocks.sim_text import old_line
from bot.blocks.tables_and_charts import cell_text
from bot.cli.terminal import in_columns, print_json, progress, terminal
from bot.clock import Clock, SystemClock
from bot.diagnosis.rule import Severity
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError, SimNotFound, UserError
from bot.ops.logging import LogRedactor, configure_logging
from bot.sessions.fetch import AllowanceReader
from bot.sessions.fleet import FleetList
from bot.sessions.fleet_query import FleetQuery, nearest_fleet_query, parse_fleet_query
from bot.sessions.lookup import SessionLookup
from bot.sessions.peers import Peers
from bot.sessions.report import SessionReport
from bot.sessions.triage import FleetAnswer, fresh_answer, triage
from bot.settings import Settings
from bot.sims.extraction import TextPart, cleaned
from bot.sims.identifier import quoted
from bot.sims.reading import Spot
from bot.sims.spotter import SimSpotter, Spotted, places_in
from bot.struct import replace

SIM_SECONDS = 60.0
"""How long one SIM may take to be read, as in Slack."""
PATIENCE_SECONDS = 5.0  # for plan, usage and neighbours: what is printed stays as it is
MOST = 100_000
FEW = 20
LIST_PATIENCE_SECONDS = 60.0  # nobody waits for an ack here: better a whole list than a guess


@asynccontextmanager
async def open_fleet(
    settings: Settings, clock: Clock
) -> AsyncIterator[tuple[SessionLookup, FleetList, SimSpotter]]:
    """Open the KORE client and all above it: look-ups, the fleet's list, a reader of pasted texts.

    The list of SIMs is read when a name needs it.
    """
    stacks = open_stacks(settings, clock, patience=LIST_PATIENCE_SECONDS)
    kore = stacks.client
    directory, resolver = stacks.directory(kore), stacks.resolver(kore)
    one = partial(SessionLookup, kore, resolver, clock, settings.thresholds)
    allowances = AllowanceReader(kore, clock, PATIENCE_SECONDS)
    quick = one(allowances=allowances, sparing=True)
    peers = Peers(clock, None, quick.look_up, directory, PATIENCE_SECONDS)
    try:
        yield (
            one(allowances=allowances, peers=peers.of),
            FleetList(kore, directory, patience=LIST_PATIENCE_SECONDS),
            SimSpotter(directory, resolver.known_sid, most=MOST),
        )
    finally:
        await peers.aclose()
        await stacks.aclose()


async def meant(typed: Sequence[str], spotter: SimSpotter) -> list[str]:
    """Return the SIMs that each text names; the text as it is where it names none."""
    found: list[str] = []
    for text in typed:
        spotted = await spotter.spot(text, asked=True, patience=LIST_PATIENCE_SECONDS)
        found += spotted.named or [line for each in text.splitlines() if (line := each.strip())]
    return found


def asked_about_a_fleet(settings: Settings, text: str, *, as_lines: bool) -> bool:
    """Answer a question about a fleet; False where there is none."""
    behind = text.partition("/")[2] if settings.several else ""
    if not any(map(parse_fleet_query, (text, behind))) and not nearest_fleet_query(text):
        return False
    return asyncio.run(answer(settings, text, as_lines=as_lines))


async def answer(settings: Settings, text: str, *, as_lines: bool) -> bool:
    """Answer a question; False where a SIM is called so, and is meant.

    Raises what look-ups raise, and UserError on what is not understood as a whole.
    """
    configure_logging("WARNING", form="text", redactor=LogRedactor(settings.secrets))
    clock = SystemClock()
    async with open_fleet(settings, clock) as (service, fleet, _):
        asked = await _asked(text, fleet)
        if asked is None:
            return False
        meant = await fleet.matching(asked, redacts=False, most=MOST)
        with progress("Looking up", len(meant.sids)) as step:
            read = await service.look_up_many(
                meant.sids, newest_only=not asked.top, each_within=SIM_SECONDS, done=step
            )
    made = triage(meant.sids, read)
    found = fresh_answer(asked, made, clock.now(), most=MOST)
    found = replace(found, missing=meant.missing)
    if as_lines:
        by_sid = {report.sim.sid: report for report in made.reports}
        for report in (by_sid[row.snapshot.sid] for row in found.rows):
            print_json(as_json(report.query, report))
        if found.problem:
            click.echo(found.problem, err=True)
    else:
        out = terminal()
        for line in as_lines_of(found, clock.now()):
            out.print(line)
    return True


async def _asked(text: str, fleet: FleetList) -> FleetQuery | None:
    """Read the question; None where a SIM is meant. Raises UserError where it is misspelt."""
    asked, near = fleet.asked(text), nearest_fleet_query(text)
    names = [text] if asked else [text, *text.split()]
    if any([await fleet.is_a_name(name) for name in names]):
        return None
    if isinstance(asked, FleetQuery):
        return asked
    if not near and not (asked and asked.query.pattern):
        return None
    claim = asked.sentence if asked else f"No SIM called {quoted(text)}."
    raise UserError(claim + (f" Did you mean `simsessions lookup {near.words}`?" if near else ""))


def as_lines_of(found: FleetAnswer, now: datetime) -> Iterator[Text]:
    """Return the sentence with the count, the table, and what is not in it."""
    yield Text(fleet_headline(found, PLAIN), style="bold")
    yield from _lines(filter(None, [old_line(found.old, PLAIN)]))
    rows = [fleet_header(found), *(fleet_cells(row, found, now) for row in found.rows)]
    texts = [list(map(cell_text, row)) for row in rows]
    yield from map(Text, in_columns(texts) if found.rows else ())
    yield Text(" · ".join(small_print(found, len(found.rows), now, PLAIN)), style="dim")


async def look_up(
    settings: Settings, typed: list[str]
) -> tuple[list[str], list[SessionReport | BotError]]:
    """Look up all that is named, side by side, with a progress bar if it takes long.

    Of many a report keeps one session each: those of ten thousand SIMs fill the memory. Of a few it
    keeps all, for the strip and the month.
    """
    configure_logging("WARNING", form="text", redactor=LogRedactor(settings.secrets))
    async with open_fleet(settings, SystemClock()) as (service, _, spotter):
        asked = await meant(typed, spotter)
        with progress("Looking up", len(asked)) as step:
            few = len(asked) <= FEW
            answers = await service.look_up_many(
                asked, newest_only=not few, each_within=SIM_SECONDS, done=step
            )
            return asked, answers


def print_lines(asked: list[str], answers: list[SessionReport | BotError]) -> None:
    """Print one object a line."""
    for query, answer in zip(asked, answers, strict=True):
        print_json(as_json(query, answer))


def print_text(
    asked: list[str], answers: list[SessionReport | BotError], limits: Thresholds | None
) -> None:
    """Print each report, an empty line between them; of several their sum first.

    With `limits` each is explained.
    """
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


BOLD, DIM = Style(bold=True), Style(dim=True)
COLOURS = {
    Severity.CRITICAL: Style(color="red"),
    Severity.WARNING: Style(color="yellow"),
    Severity.INFO: Style(color="blue"),
}


def as_text(query: str, answer: SessionReport | BotError) -> Iterator[Text]:
    """Return the lines of a report, or of the error that stands in its place."""
    if isinstance(answer, BotError):
        yield Text(f"{PLAIN.data(query)}: {PLAIN.data(error_sentence(answer), 2000)}", style=BOLD)
        return
    yield Text(report_headline(answer, PLAIN), style=BOLD)
    yield from _lines([*warnings(answer, PLAIN), *main_lines(answer, PLAIN)])
    yield from _lines(fact_lines(answer, PLAIN), DIM)
    last = (others_text(answer), freshness_line(answer, PLAIN), answer.sim.sid)
    month = " · ".join(filter(None, (day_line(answer), window_line(answer))))
    small = (
        neighbours_line(answer, PLAIN),
        month,
        skipped_line(answer),
        " · ".join(filter(None, last)),
    )
    yield from _lines(filter(None, small), DIM)


def explained(answer: SessionReport, limits: Thresholds) -> Iterator[Text]:
    """Return every finding with its evidence and whose line it is, and what was assumed."""
    for finding in answer.findings:
        lines = finding_lines(finding, PLAIN, answer)
        yield Text(f"  {lines.what}", style=COLOURS[finding.severity])
        yield from _lines((f"   {lines.next_step}", f"   {lines.source}"), DIM)
    yield from _lines(explanation_lines(answer, limits, PLAIN), DIM)


def summary(answers: Sequence[SessionReport | BotError]) -> Text:
    """Count how several SIMs stand: `4 SIMs: 2 need attention, 1 not found`."""
    reports = [each for each in answers if isinstance(each, SessionReport)]
    errors = [each for each in answers if isinstance(each, BotError)]
    attention = sum(each.cause is not None for each in reports)
    old = sum(each.stale for each in reports)
    lost = sum(isinstance(each, SimNotFound) for each in errors)
    verb = "needs" if attention == 1 else "need"
    parts = [
        f"{attention} {verb} attention" if attention else "" if old else "no warnings",
        f"{old} not refreshed, as KORE did not answer" if old else "",
        f"{lost} not found" if lost else "",
        f"{len(errors) - lost} not read" if len(errors) > lost else "",
    ]
    return Text(f"{len(answers)} SIMs: {', '.join(filter(None, parts))}", style=BOLD)


def _lines(lines: Iterable[str], style: Style | None = None) -> Iterator[Text]:
    for line in lines:
        yield Text(f"  {line}", style=style or Style())


def places_from(text: str, *, is_message: bool) -> list[TextPart]:
    """Return the texts to read. Raises click's BadParameter where JSON is none."""
    if not is_message:
        return [TextPart("text", text)]
    try:
        payload = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"that is no JSON: {error}", param_hint="FILE") from error
    if isinstance(payload, list):
        payload = {"messages": payload}
    if not isinstance(payload, dict):
        raise click.BadParameter("a message is a JSON object.", param_hint="FILE")
    return places_in(payload)


async def read_places(places: Sequence[TextPart], settings: Settings, *, has_kore: bool) -> Spotted:
    """Read them as the bot does; without credentials KORE is not asked for its list."""
    configure_logging("ERROR", form="text", redactor=LogRedactor(settings.secrets))
    if not has_kore:
        settings = settings.model_copy(update={"kore_access_token": SecretStr("none")})
    async with open_fleet(settings, SystemClock()) as (_, _, spotter):
        return await spots_in(places, spotter, LIST_PATIENCE_SECONDS if has_kore else 0.0)


async def spots_in(places: Sequence[TextPart], spotter: SimSpotter, patience: float) -> Spotted:
    """Read a text or a message as one that is asked; a single word as what stands in a message."""
    own = next((place.text for place in places[:1] if place.where == "text"), "")
    is_asked = len(cleaned(own)[0].split()) > 1
    return await spotter.read(places, asked=is_asked, patience=patience, thorough=True)


def print_spots(spots: Sequence[Spot], *, as_lines: bool) -> None:
    """Print what was seen, a line each."""
    for spot in spots:
        print_json(_spot_json(spot)) if as_lines else click.echo(_spot_text(spot))


def _spot_json(spot: Spot) -> dict[str, Any]:
    return {
        "kind": spot.kind,
        "value": spot.value,
        "sim": spot.sim,
        "where": spot.where,
        "taken": spot.taken,
        "why": spot.why or None,
    }


def _spot_text(spot: Spot) -> str:
    sim = f" = {spot.sim}" if spot.sim and spot.sim != spot.value else ""
    said = f"{spot.kind} {spot.value}".strip() + sim
    why = f": {spot.why}" if spot.why else ""
    return f"{'taken' if spot.taken else 'not taken'}  {said}  ({spot.where}){why}"
