"""What docs/deploy and the backup of docs/operating.md promise: checked against the program."""

import configparser
import json
import re
import shutil
import sqlite3
import subprocess
import time
from contextlib import aclosing, closing
from pathlib import Path

import pytest
import yaml

from bot.app.resources import existing_store, make_database
from bot.cli.main import cli
from bot.ops.metrics import Metrics
from bot.setting_values import seconds
from bot.settings import Settings, known_names
from bot.store.channels import OwnerRows

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "docs/deploy"
CHART = DEPLOY / "chart"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((DEPLOY / "dashboard.json").read_text())
UNIT = configparser.ConfigParser(strict=False, interpolation=None)
UNIT.optionxform = str
UNIT.read(DEPLOY / "simsessions.service")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_only_metrics_that_there_are_are_asked_for():
    """Every metric of an alert or a panel is one of ours, with the suffix of its kind."""
    suffixes = {"counter": ["_total"], "gauge": [""], "histogram": ["_bucket", "_count", "_sum"]}
    ours = {f"{m.name}{end}" for m in Metrics().registry.collect() for end in suffixes[m.type]}
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = re.findall(r"simsessions_\w+", " ".join([*panels, *(each["expr"] for each in ALERTS)]))

    assert len(set(asked)) > 10
    assert set() == set(asked) - ours


def test_each_alert_says_what_to_do():
    """Somebody who is woken reads what is wrong and what to do first."""
    for alert in ALERTS:
        assert alert["labels"]["severity"] in {"warning", "critical"}, alert["alert"]
        assert {"summary", "action"} == set(alert["annotations"]), alert["alert"]


@pytest.mark.parametrize(
    "path", [p for p in DEPLOY.rglob("*") if p.is_file()], ids=lambda p: p.name
)
def test_each_setting_is_known(path):
    """Whatever looks like a setting of ours is one, in the unit, the rules and the chart."""
    named = set(re.findall(r"\b(?:SIMSESSIONS|KORE|SLACK)_[A-Z_]+[A-Z]\b", path.read_text()))

    assert set() == named - {*known_names(), "SIMSESSIONS_PORT"}  # which Kubernetes would set


def test_the_unit_runs_the_bot():
    """What systemd starts is a command of ours, and it waits for answers that are under way."""
    service = UNIT["Service"]
    program, command = service["ExecStart"].split()

    assert ("simsessions", True) == (Path(program).name, command in cli.list_commands(None))
    assert seconds(service["TimeoutStopSec"]) > Settings().drain


def manifests() -> list[dict]:
    """Return what the chart makes: by helm where it is at hand, else with its braces taken out."""
    if shutil.which("helm"):
        subprocess.run(["helm", "lint", "--strict", CHART], check=True, capture_output=True)
        made = subprocess.run(["helm", "template", CHART], check=True, capture_output=True).stdout
        return [each for each in yaml.safe_load_all(made) if each]
    text = "\n---\n".join(path.read_text() for path in sorted(CHART.glob("templates/*.yaml")))
    lines = [line for line in text.splitlines() if not re.fullmatch(r"\s*\{\{-.*\}\}", line)]
    plain = re.sub(r'"?\{\{.*?\}\}"?(:\{\{.*?\}\}")?', "x", "\n".join(lines))
    return [each for each in yaml.safe_load_all(plain) if each]


def test_the_chart_renders():
    """It makes a deployment, a service and a claim, whose container is as the image has it."""
    made = {each["kind"]: each for each in manifests()}
    pod = made["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}

    assert {"Deployment", "Service", "PersistentVolumeClaim"} == set(made)
    assert mounts.keys() == {each["name"] for each in pod["volumes"]}
    assert f"SIMSESSIONS_DATA_DIR={mounts['data']}" in DOCKERFILE
    assert f"--uid {pod['securityContext']['runAsUser']} " in DOCKERFILE
    assert f"EXPOSE {container['ports'][0]['containerPort']}" in DOCKERFILE
    assert pod["terminationGracePeriodSeconds"] > Settings().drain
    assert pod["enableServiceLinks"] is False
    assert VALUES["settings"].keys() <= known_names().keys()


def test_the_chart_is_of_this_version():
    """Chart and image have the version of the project."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert (version[1], f"v{version[1]}") == (chart["version"], chart["appVersion"])


def kept_in(folder: Path) -> Settings:
    return Settings(data_dir=folder, data_may_be_lost=True)


async def test_a_backup_can_be_restored(tmp_path):
    """The page's line copies the store of a running bot, and another bot starts with the copy."""
    page = (ROOT / "docs/operating.md").read_text()
    statements = set(re.findall(r"VACUUM INTO '[/\w]*copy\.db'", page))
    running, restored = tmp_path / "running", tmp_path / "restored"
    restored.mkdir()
    async with aclosing(make_database(kept_in(running))) as store:
        await store.prepare()
        await OwnerRows(store).take("C1", ["DE1"], "U1", time.time())
        with closing(sqlite3.connect(running / "simsessions.db")) as beside:
            for statement in statements:
                copy = tmp_path / "copy.db"
                copy.unlink(missing_ok=True)
                beside.execute(re.sub("'.+'", f"'{copy}'", statement))
    copy.rename(restored / "simsessions.db")
    async with existing_store(kept_in(restored)) as store:
        rows = await OwnerRows(store).of("C1", ["DE1"])

    assert 2 == len(statements)
    assert ["U1"] == [row.person for row in rows]
