"""README.md, docs/ and their kin: what they say is what the program does, and is easy to find."""

import asyncio
import importlib.util
import json
import logging
import re
import shlex
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import click
import httpx
import pytest

from bot.cli.main import cli
from bot.demo.run import COMMAND
from bot.setting_entries import FIELDS
from bot.settings import known_names, threshold_names
from handlers.commands import all_subcommands
from tests.whole_bot import whole_bot

ROOT = Path(__file__).parent.parent
FRONT = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "llms.txt")
PAGES = {
    path.relative_to(ROOT): path.read_text()
    for path in (*(ROOT / name for name in FRONT), *sorted((ROOT / "docs").rglob("*.md")))
}
ALL = "\n".join(PAGES.values())
CODE = re.compile(r"^ *```(?:sh|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
MISSPELT = "pmp-7"


def tables():
    """Load docs/tables.py, which is a script of no package."""
    spec = importlib.util.spec_from_file_location("tables", ROOT / "docs/tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_generated_is_the_programs_own():
    """`make docs` would change nothing, and each table and example stands on one page."""
    module = tables()
    marks = re.findall(r"^<!-- (\w+) -->$", ALL, re.MULTILINE)

    assert [] == [str(page) for page, text in PAGES.items() if text != module.filled(text)]
    assert sorted(module.WRITERS) == sorted(marks)


def test_a_table_would_be_mended():
    """What says something else than the program is written again."""
    page = PAGES[Path("docs/settings.md")]
    broken = page.replace("| `3000` |", "| `4000` |")

    assert broken != page == tables().filled(broken)


def test_no_page_is_long():
    """README.md has at most 150 lines, every other page 250."""
    lengths = {str(page): len(text.splitlines()) for page, text in PAGES.items()}

    assert 150 >= lengths["README.md"]
    assert {} == {page: lines for page, lines in lengths.items() if lines > 250}


def test_each_thing_that_is_registered_is_listed():
    """Every subcommand, command, setting and threshold stands in a table."""
    cells = re.findall(r"^\| `([^`]+)`", ALL, re.MULTILINE)
    shown = {cell.replace("\\|", "|") for cell in cells}
    commands = {f"simsessions {name}" for name in cli.list_commands(None)}
    typed = {each.usage for each in all_subcommands().values()}

    assert set() == {*commands, *typed, *known_names(), *threshold_names()} - shown


def test_no_setting_is_named_that_does_not_exist():
    """Each name in capitals that looks like a setting of ours is one, or one of an account's."""
    named = set(re.findall(r"\b(?:SIMSESSIONS|KORE|SLACK)_[A-Z_]+[A-Z]\b", ALL))
    of_accounts = {f"KORE_{who}_{what.upper()}" for who in ("ACME", "GLOBEX") for what in FIELDS}

    assert set() == named - {*known_names(), *threshold_names(), *of_accounts}


def test_each_make_target_is_there():
    """What the pages tell to make can be made."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"^(?:\$ )?make ([a-z]+)|`make ([a-z]+)", ALL, re.MULTILINE))

    assert {name for pair in told for name in pair if name} <= targets


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, made of its headings as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", PAGES[page], re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_each_link_leads_somewhere(page):
    """Every link to a file or a heading, and every path that is named, is there."""
    lost = []
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", PAGES[page]):
        there = (ROOT / page.parent / path).resolve() if path else ROOT / page
        name = there.relative_to(ROOT)
        if not there.exists() or (anchor and anchor not in anchors(name)):
            lost.append(f"{path}#{anchor}")
    named = re.findall(r"`((?:bot|handlers|tests|bench|docs)/[\w/.]*)`", PAGES[page])

    assert [] == lost + [path for path in named if not (ROOT / path).exists()]


def test_each_page_can_be_found():
    """Every page of docs/ is linked from llms.txt, and each task's page from README.md."""
    pages = [str(page) for page in PAGES if page.parts[0] == "docs"]
    tasks = [page for page in pages if page.count("/") == 1]

    assert [] == [page for page in pages if f"({page})" not in PAGES[Path("llms.txt")]]
    assert [] == [page for page in tasks if f"({page})" not in PAGES[Path("README.md")]]


def test_the_map_has_every_room():
    """Each package of the bot stands in the map."""
    rooms = {f"bot/{path.parent.name}/" for path in (ROOT / "bot").glob("*/__init__.py")}

    assert set() == {room for room in rooms if f"| `{room}` |" not in ALL}


def in_the_shell() -> set[str]:
    """Return each command line of ours that a page shows."""
    lines = [line for block in CODE.findall(ALL) for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", ALL)
    found = (re.match(r" *(?:\$ )?(?:\S+/)?simsessions ([a-z][^|<>&#\n]*)", line) for line in lines)
    return {match[1] for match in found if match}


@pytest.mark.parametrize("line", sorted(in_the_shell()))
def test_each_command_line_is_understood(line):
    """The command is there, and takes these options and arguments."""
    name, *arguments = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert not arguments or command.make_context(name, arguments)


async def test_each_command_in_slack_is_answered(caplog):
    """What README.md and docs/using.md tell to type in Slack is answered, in their order."""
    pages = PAGES[Path("README.md")] + PAGES[Path("docs/using.md")]
    caplog.set_level(logging.INFO, "handlers")
    told = {}
    async with whole_bot(scopes=["channels:history"]) as whole:
        for text in re.findall(rf"`{COMMAND} ([^`<|]+)`", pages):
            caplog.clear()
            await whole.type(text)
            told[text] = {each.outcome for each in caplog.records if each.message == "answered"}

    assert len(told) > 20
    assert {MISSPELT: {"sim_not_found"}} == {t: said for t, said in told.items() if said != {"ok"}}


def test_the_command_is_slacks():
    """What README.md says to type is what the manifest registers."""
    assert f"- command: {COMMAND}" in (ROOT / "manifest.yml").read_text()
    assert f"`{COMMAND} pump-7`" in PAGES[Path("README.md")]


def installed(folder: Path, scripts: dict[str, str]) -> None:
    """Have these scripts where all is installed."""
    for name, lines in scripts.items():
        script = folder / ".venv/bin" / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f"#!/bin/sh\n{lines}\n")
        script.chmod(0o755)


async def pasted_for_an_agent(folder: Path) -> tuple[str, dict[str, str]]:
    """Paste the block where all is installed; return what it says, as text and by name."""
    block = re.search(r"```sh\n(make mcp.*?)```", PAGES[Path("docs/agents.md")], re.DOTALL)[1]
    left = 'echo "left in the shell: ${SIMSESSIONS_DATA_DIR-}${KORE_API_URL-}${there-}${demo-}"'
    pasted = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"make() {{ :; }}\n{block}\n{left}"), cwd=folder, stdout=PIPE
    )
    out, _ = await pasted.communicate()
    lines = out.decode().splitlines()
    return out.decode(), dict(line.split(": ", 1) for line in lines if ": " in line)


async def test_a_demo_that_does_not_start_is_said(tmp_path):
    """Where the demo ends at once its words are shown, and nothing else is tried."""
    names = ("simsessions", "python")
    installed(tmp_path, {name: f"echo cannot start {name}\nexit 4" for name in names})
    out, _ = await pasted_for_an_agent(tmp_path)

    assert ["cannot start simsessions", "left in the shell: "] == out.splitlines()


@pytest.mark.slow
async def test_what_is_pasted_for_an_agent_runs(tmp_path, forked):
    """The demo runs, and an MCP client gets the cause and the next step that the page has."""
    runs = {"python": sys.executable, "simsessions": f"{forked} -m bot"}
    installed(tmp_path, {name: f'exec {command} "$@"' for name, command in runs.items()})
    _, told = await pasted_for_an_agent(tmp_path)
    async with httpx.AsyncClient() as web:
        shown = await web.get(told["the page"])
    end = await asyncio.create_subprocess_exec("bash", "-c", told["to end it"])
    assert (0, 200, "") == (await end.wait(), shown.status_code, told["left in the shell"])
    pages = []
    async with whole_bot() as whole:
        for typed in ("pump-7", "well-1 well-2 well-3 well-4 well-5"):
            await whole.type(typed)
            blocks = json.dumps(whole.answer().blocks, ensure_ascii=False)
            pages.append(blocks.replace("\xa0", " "))

    for name, page in zip(("pump-7", "wells"), pages, strict=True):
        assert [] == [words for words in told[name].split(" → ") if words not in page]
    assert re.match(r"\d+ SIMs", told["offline"])
    assert "look_up_sim" in told["tools"]
    assert "Common outage, 3 SIMs" in told["wells"]
