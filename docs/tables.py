"""Writes the tables and examples of README.md and docs/ from the program, so that they cannot lie.

`make docs` runs it; a test fails where a page is not what this would write.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import quote

import yaml
from click import Context

from bot.blocks.findings import rule_text
from bot.cli.lookups import as_lines_of, as_text, open_fleet
from bot.cli.main import MEANINGS, cli
from bot.clock import SystemClock
from bot.demo.partner import settings_of
from bot.demo.stories.story import all_stories
from bot.diagnosis.rule import all_rules
from bot.diagnosis.thresholds import DEFAULTS
from bot.emulators.kore.api import KoreApi
from bot.emulators.serve import serving
from bot.ops.metrics import Metrics
from bot.sessions.fleet import Examples
from bot.sessions.fleet_query import FleetQuery
from bot.sessions.triage import fresh_answer, triage
from bot.setting_values import seconds, setting_text
from bot.settings import Need, Settings, known_names, load_settings, threshold_names
from handlers.commands import help_entries

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
ADDRESS = re.compile(r",? https://[^\s;]+")
MARK = re.compile(r"<!-- (\w+) -->\n.*?<!-- /\1 -->", re.DOTALL)
CREATE_APP = "https://api.slack.com/apps?new_app=1&manifest_json="
GROUPS = {
    "slack_bot_token": "Slack",
    "kore_api_url": "KORE",
    "port": "Address and port",
    "allowed_users": "Who may ask",
    "prefix_channels": "What is answered, and how",
    "lookups_per_minute": "Limit and audit",
    "work_objects": "Work Objects",
    "mcp_tokens": "Agents (MCP over HTTP)",
    "database_url": "The store",
    "digest_least": "Digests and history",
    "watches_per_person": "Watches",
    "scan_at_once": "Background work",
    "log_level": "Logs and stopping",
    "sessions_ttl": "How long answers are reused",
    "kore_connect_timeout": "Requests to KORE",
}
"""The heading above a setting and those after it."""


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
    return table("Exit code|", ((str(code.value), said) for code, said in MEANINGS.items()))


def settings() -> str:
    """List the settings with their defaults, group by group."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for name, field in known_names().items():
        rows = groups.setdefault(GROUPS.get(field, next(reversed(groups), "")), [])
        rows.append((f"`{name}`", _default(field), _about(field)))
    parts = (
        f"## {title}\n\n{table('Setting|Default|', groups[title])}"
        for title in sorted(groups, key=[*GROUPS.values()].index)
    )
    return "\n\n".join(parts)


def rules() -> str:
    """List the rules as they are set by default."""
    words = (rule_text(rule, DEFAULTS) for rule in all_rules())
    rows = ((f"`{w.name}`", w.severity, w.fires, ADDRESS.sub("", w.source)) for w in words)
    return table("Rule|Severity|Fires when|Whose line it is", rows)


def thresholds() -> str:
    """List the thresholds with their defaults and who says so."""
    rows = (
        (
            f"`{name}`",
            f"`{setting_text(getattr(DEFAULTS, field))}`",
            ADDRESS.sub("", DEFAULTS.sources[field]),
        )
        for name, field in threshold_names().items()
    )
    return table("Setting|Default|Whose line it is", rows)


def metrics() -> str:
    """List what /metrics counts, with its labels."""
    found = Metrics().registry.collect()
    totals = {"counter": "_total"}
    rows = (
        (f"`{m.name}{totals.get(m.type, '')}`", m.type, m.documentation.rstrip(".")) for m in found
    )
    return table("Metric|Kind|What it says", rows)


def create_app() -> str:
    """Link to Slack's "create an app" with the manifest filled in."""
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())
    filled_in = quote(json.dumps(manifest, separators=(",", ":")), safe="")
    return f"**[Create the Slack app]({CREATE_APP}{filled_in})**"


class _Noon(SystemClock):
    """Time stands still, so that an answer is the same whenever it is made."""

    def now(self) -> datetime:
        return datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@cache
def answers() -> dict[str, str]:
    """Return what the demo's SIMs are answered with, by the name of its mark."""
    said = asyncio.run(_ask("pump-7", "pmp-7", "pump-*"))
    names = ("one_sim", "misspelt", "fleet")
    return {name: f"```text\n{lines}\n```" for name, lines in zip(names, said, strict=True)}


async def _ask(sim: str, misspelt: str, pattern: str) -> list[str]:
    clock = _Noon()
    kore = KoreApi(clock, stories=all_stories())
    async with serving(kore.app) as url:
        settings = load_settings(settings_of(kore, url), None, need=Need.KORE)
        async with open_fleet(settings, clock) as (lookups, sims, _):
            query = FleetQuery(pattern=pattern)
            sids = (await sims.matching(query, redacts=False, most=20)).sids
            one, none, *many = await lookups.look_up_many([sim, misspelt, *sids])
    answer = fresh_answer(query, triage(sids, many), clock.now())
    drawn = as_text(sim, one), as_text(misspelt, none), as_lines_of(answer, clock.now())
    return ["\n".join(line.plain for line in lines) for lines in drawn]


WRITERS: dict[str, Callable[[], str]] = {
    each.__name__: each
    for each in (
        *(subcommands, commands, exit_codes, settings, rules, thresholds, metrics, create_app),
    )
} | {name: lambda name=name: answers()[name] for name in ("one_sim", "misspelt", "fleet")}


def filled(text: str) -> str:
    """Write what belongs between each two marks. Raises KeyError for a mark that means nothing."""

    def written(mark: re.Match[str]) -> str:
        name = mark[1]
        return f"<!-- {name} -->\n{WRITERS[name]()}\n<!-- /{name} -->"

    return MARK.sub(written, text)


def _first_line(text: str | None) -> str:
    return (text or "").partition("\n")[0].rstrip(".")


def _about(field: str) -> str:
    return Settings.model_fields[field].description or ""


def _default(field: str) -> str:
    known = Settings.model_fields[field]
    if known.default in {None, frozenset(), ()}:
        return ""
    is_duration = any(getattr(mark, "func", None) is seconds for mark in known.metadata)
    value = timedelta(seconds=known.default) if is_duration else known.default
    return f"`{setting_text(value)}`"


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(filled(page.read_text()))
