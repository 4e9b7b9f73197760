"""docs/compose.yml and docs/scaling.md: what they say is what the program does."""

import ast
import re
from pathlib import Path

import pytest
import yaml

from bot.cli.main import cli
from bot.digests.fleet import CHUNK
from bot.jobs.engine import Timing
from bot.setting_values import seconds
from bot.settings import Need, Settings, known_names, load_settings
from bot.sims.directory import MOST_SIMS

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docs/compose.yml"
SCALING = (ROOT / "docs/scaling.md").read_text()
STACK = yaml.safe_load(COMPOSE.read_text())
OURS = ("bot", "worker")
# https://github.com/compose-spec/compose-spec/blob/main/spec.md, what is used of it
KEYS = {
    "build", "command", "depends_on", "deploy", "env_file", "environment", "healthcheck", "image",
    "read_only", "restart", "shm_size", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip


def told(service):
    """The settings of a service, with a password in the place of its variable."""
    given = STACK["services"][service]["environment"]
    return {name: re.sub(r"\$\{[^}]*\}", "secret", str(value)) for name, value in given.items()}


def constant(path, name):
    """A number that a script of the bench has at its top, read without running it."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign):
            names = [
                t.id for target in node.targets for t in ast.walk(target) if isinstance(t, ast.Name)
            ]
            if name in names:
                value = ast.literal_eval(node.value)
                return value[names.index(name)] if isinstance(value, tuple) else value
    raise KeyError(name)


def test_the_file_is_made_of_what_compose_knows():
    """Every service has known keys, an image, and a name that others may wait for."""
    services = STACK["services"]

    assert {*OURS, "postgres"} == set(services)
    assert set() == {key for service in services.values() for key in service} - KEYS
    waited_for = {name for service in services.values() for name in service.get("depends_on", {})}
    assert waited_for <= set(services)
    assert all("healthcheck" in services[name] for name in waited_for)
    assert {"postgres"} == set(STACK["volumes"])
    assert all(service["image"] for service in services.values())


@pytest.mark.parametrize("service", OURS)
def test_each_command_is_one_of_ours(service):
    """What a container runs is a command of the image's entry point."""
    (command,) = STACK["services"][service]["command"]

    assert command in cli.list_commands(None)
    assert 'ENTRYPOINT ["simsessions"]' in (ROOT / "Dockerfile").read_text()
    assert (COMPOSE.parent / STACK["services"][service]["build"]).resolve() == ROOT


@pytest.mark.parametrize("service", OURS)
def test_each_setting_is_read(service):
    """The settings are known by name and right by value, and all share one PostgreSQL."""
    settings = load_settings(told(service), env_file=None, need=Need.NOTHING)
    url = settings.database_url.get_secret_value()
    postgres = STACK["services"]["postgres"]["environment"]

    assert set(told(service)) <= set(known_names())
    assert f"postgresql://{postgres['POSTGRES_USER']}:secret@postgres/" in url
    assert url.endswith(f"/{postgres['POSTGRES_DB']}")


def test_bots_leave_scans_to_the_workers():
    """The bots scan nothing, the workers do, and there are two of each."""
    bot, worker = (load_settings(told(name), env_file=None, need=Need.NOTHING) for name in OURS)

    assert 0 == bot.scan_at_once
    assert 0 < worker.worker_at_once
    assert [2, 2] == [STACK["services"][name]["deploy"]["replicas"] for name in OURS]


@pytest.mark.parametrize("service", OURS)
def test_what_is_under_way_is_finished(service):
    """Docker waits longer than the bot takes to stop."""
    grace = seconds(STACK["services"][service]["stop_grace_period"])

    assert grace > Settings().drain


def test_scaling_names_what_there_is():
    """The numbers of the page are those of the program."""
    assert f"first {MOST_SIMS:,} SIMs" in SCALING
    assert f"chunks of {CHUNK} SIMs" in SCALING
    assert f"lease of {Timing().lease:g} s" in SCALING


def rows():
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in SCALING.splitlines()
        if line.startswith("|")
    ]


def reckoned(name):
    """What a row of the tables comes to."""
    return next(row[2] for row in rows() if row[0].startswith(name))


def test_the_sums_are_right():
    """The page's arithmetic, done again with the figures of the bench."""
    sims, days = 1_000_000, 400
    asked = sims + sims // 1000
    row, month = (constant("bench/room.py", name) for name in ("ROW", "MONTH"))
    months = -(-days // 30)
    kept = 3 * sims * row + months * sims * month

    assert f"{asked:,}" == reckoned("requests to KORE")
    assert f"{asked / 86_400:.1f} a second" == reckoned("spread over")
    assert reckoned("at 10 requests").startswith(f"{asked / 10 / 3600:.1f} h")
    assert f"{asked / 100 / 3600:.1f} h" == reckoned("at 100 requests")
    assert f"{asked / 1000 / 60:.0f} min" == reckoned("at 1,000 requests")
    assert f"{2 * sims:,}" == reckoned("rows written")
    assert reckoned("CPU").startswith(f"{sims * 0.001 / 60:.0f} min")
    assert f"{3 * sims * row / 1e9:.1f} GB" == reckoned("rows of the last two")
    assert f"{months * sims * month / 1e9:.1f} GB" == reckoned("history, 14 months")
    assert f"{2 * kept / 1e9:.0f} GB" == reckoned("in all")
    assert f"{10 * 86_400:,} SIMs" in SCALING
