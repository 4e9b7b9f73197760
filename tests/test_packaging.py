"""What is delivered: locks, image, make targets, README."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")


def pins(lock: str) -> dict[str, str]:
    found = re.findall(r"^([a-z0-9_.-]+)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_hashed(lock):
    """Each pin of a lock has a hash, and no line names an index, a link or a path."""
    text = (ROOT / lock).read_text()
    pinned = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]

    assert [] == [pin.splitlines()[0] for pin in pinned if "--hash=sha256:" not in pin]
    assert not re.search(r"^(-|.*(://|file:|@ ))", text, re.MULTILINE)


def wanted(group: str) -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    plain = [each for each in groups[group] if isinstance(each, str)]
    included = [each["include-group"] for each in groups[group] if isinstance(each, dict)]
    return [Requirement(each) for each in plain] + [r for name in included for r in wanted(name)]


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.lock", [Requirement(r) for r in PROJECT["project"]["dependencies"]]),
        ("requirements-dev.lock", wanted("dev")),
        ("requirements-build.lock", wanted("build")),
        ("requirements-build.lock", [Requirement(r) for r in PROJECT["build-system"]["requires"]]),
    ],
)
def test_locks_hold_what_the_project_asks_for(lock, requirements):
    """Every requirement is pinned at a version that it allows."""
    pinned = pins(lock)
    unmet = [r for r in requirements if pinned.get(canonicalize_name(r.name)) not in r.specifier]

    assert [] == [str(requirement) for requirement in unmet]


def test_the_locks_agree():
    """What two locks pin, they pin at one version."""
    dev = pins("requirements-dev.lock")
    others = pins("requirements.lock") | pins("requirements-build.lock")

    assert {} == {name: v for name, v in others.items() if dev.get(name) != v}


def make(*words: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("help", ""),
        ("demo", "simsessions demo --port 8123"),
        ("test", "--durations 10 --port 8123"),
        ("check", "mypy"),
        ("bench", "bench/"),
        ("lock", "uv pip compile"),
        ("clean", "rm -rf"),
    ],
)
def test_make_knows_its_targets(target, command):
    """`make -n` finds the way to each target, and arguments are passed on."""
    done = make("-n", target, "ARGS=--port 8123")

    assert done.returncode == 0, done.stderr
    assert command in done.stdout


def test_make_says_what_is_missing(tmp_path):
    """Without a Python that is new enough, make says so and what to install."""
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = make("demo", "PYTHON=", cwd=tmp_path)

    assert done.returncode != 0
    assert "needs Python 3.11" in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_ci_demands_everything():
    """
    The workflow runs `.ci/run` on the oldest Python and the image's; nothing may be skipped there.
    """
    script = ROOT / ".ci/run"
    text = script.read_text()

    assert script.stat().st_mode & 0o111
    assert "SIMSESSIONS_REQUIRE_ALL=1" in text
    assert ["make check", "make test"] == re.findall(r"^make \w+$", text, re.MULTILINE)
    (job,) = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"].values()
    assert {"debian:bookworm", "debian:trixie"} == set(job["strategy"]["matrix"]["image"])
    assert ".ci/run" == job["steps"][-1]["run"]
    assert "FROM python:3.13" in (ROOT / "Dockerfile").read_text()  # as trixie's


def test_the_changelog_is_about_this_version():
    """The newest heading of the changelog is the version of the project."""
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert newest is not None
    assert PROJECT["project"]["version"] == newest[1]


def test_the_licence_is_whole():
    """LICENSE is the Apache License 2.0 that pyproject.toml names, from its title to its end."""
    text = (ROOT / "LICENSE").read_text()

    assert "Apache-2.0" == PROJECT["project"]["license"]
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
