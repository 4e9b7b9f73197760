"""What is delivered: locks, image, make targets, workflows, releases."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
CLASSIFIERS = PROJECT["project"]["classifiers"]
WORKFLOW_FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in WORKFLOW_FILES}
LOCKS = (
    "requirements.lock",
    "requirements-mcp.lock",
    "requirements-dev.lock",
    "requirements-build.lock",
)


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
        ("requirements-mcp.lock", [Requirement(r) for r in EXTRAS["mcp"]]),
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
    base, extra = pins("requirements.lock"), pins("requirements-mcp.lock")
    others = base | extra | pins("requirements-build.lock")

    assert {} == {name: v for name, v in others.items() if dev.get(name) != v}
    assert base.items() <= extra.items()
    assert "mcp" not in base


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
        ("dist", "uv build"),
        ("audit", "pip-audit@"),
        ("clean", "rm -rf"),
    ],
)
def test_make_knows_its_targets(target, command):
    """`make -n` finds the way to each target, and arguments are passed on."""
    done = make("-n", target, "ARGS=--port 8123")

    assert done.returncode == 0, done.stderr
    assert command in done.stdout


def copy_what_make_reads(folder: Path) -> None:
    for name in ("Makefile", "pyproject.toml", *LOCKS):
        (folder / name).write_bytes((ROOT / name).read_bytes())


@pytest.mark.parametrize(("outcome", "by_pip"), [("true", 1), ("false", 4)])
def test_pip_installs_what_uv_cannot(tmp_path, outcome, by_pip):
    """Where uv reaches no index, pip installs all of it: it may know another."""
    copy_what_make_reads(tmp_path)
    programs, asked = tmp_path / ".venv/bin", tmp_path / "asked"
    programs.mkdir(parents=True)
    for name, ends in (("uv", outcome), ("python", "true")):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {asked}\n{ends}\n')
        (programs / name).chmod(0o755)
    (tmp_path / ".venv/python").touch()
    done = make("mcp", cwd=tmp_path)
    lines = asked.read_text().splitlines()
    pip = [line.removeprefix("python -m pip install ") for line in lines if "-m pip" in line]

    assert done.returncode == 0, done.stderr
    assert 3 == sum(line.startswith("uv pip install ") for line in lines)
    assert by_pip == len(pip)
    assert pip[0].endswith("--require-hashes -r requirements-build.lock")
    assert all(line.endswith(("--editable .", ".lock")) for line in pip)


def test_make_says_what_is_missing(tmp_path):
    """Without a Python that is new enough, make says so and what to install."""
    copy_what_make_reads(tmp_path)
    done = make("demo", "PYTHON=", cwd=tmp_path)

    assert done.returncode != 0
    assert "needs Python 3.11" in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_ci_demands_everything():
    """The workflow runs `.ci/run` on each Python supported; nothing may be skipped there."""
    script = ROOT / ".ci/run"
    text = script.read_text()

    assert script.stat().st_mode & 0o111
    assert "SIMSESSIONS_REQUIRE_ALL=1" in text
    assert ["make check", "make test"] == re.findall(r"^make \w+$", text, re.MULTILINE)
    (job,) = WORKFLOWS["ci.yml"]["jobs"].values()
    images = job["strategy"]["matrix"]["image"]
    tested = {"3.11" if "bookworm" in i else "3.13" if "debian" in i else i[7:11] for i in images}
    named = {word.rpartition(" ")[2] for word in CLASSIFIERS if ":: 3." in word}
    assert {"3.11", "3.12", "3.13", "3.14"} == tested == named
    assert ".ci/run" == job["steps"][-1]["run"]
    assert "FROM python:3.13" in (ROOT / "Dockerfile").read_text()  # as trixie's


def steps():
    jobs = [job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()]
    return [step for job in jobs for step in job.get("steps", ())]


def test_every_action_is_pinned():
    """Each action is named by its commit, the same wherever it is used, with its version beside."""
    text = "\n".join(path.read_text() for path in WORKFLOW_FILES)
    used = re.findall(r"uses: (?!\./)(.+)", text)
    pinned = [re.fullmatch(r"([\w/-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used]

    assert all(pinned), used
    assert len({match[1] for match in pinned}) == len(set(used))


def test_workflows_run_only_what_can_be_run_here():
    """Each shell step is a make target or a script of .ci, but for what the checkout needs."""
    run = [step["run"] for step in steps() if "run" in step]
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    ours = [line for line in run if not line.startswith("apt-get update -q && ")]

    assert {"make", ".ci/run", ".ci/release"} == {line.split()[0] for line in ours}
    assert {line.split()[1] for line in ours if line.startswith("make ")} <= set(targets)


def release(folder: Path, *words: str, heading: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/release in a copy of what it reads, with a `gh` that prints what it is given."""
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/release", folder / ".ci")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "CHANGELOG.md").write_text(
        f"# Changelog\n\n{heading}\n\n- New.\n\n## 0.0.1\n\n- Old.\n"
    )
    (folder / "gh").write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    (folder / "gh").chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(
        [folder / ".ci/release", *words], env=env, capture_output=True, text=True, check=False
    )


def test_a_tag_is_released_with_its_notes(tmp_path):
    """The notes are what the changelog says of the version; the release gets them and dist/."""
    version = PROJECT["project"]["version"]
    heading = f"## {version} (2026-12-01)"
    notes = release(tmp_path / "notes", "notes", f"v{version}", heading=heading)
    made = release(tmp_path / "made", "publish", f"v{version}", heading=heading)

    assert ["- New."] == notes.stdout.split("\n\n")[0].strip().splitlines()
    assert "Old" not in notes.stdout + made.stdout
    assert made.stdout.startswith(f"release|create|v{version}|--verify-tag|")


@pytest.mark.parametrize(
    ("tag", "heading", "why"),
    [
        ("v9.9.9", "## 9.9.9", "pyproject.toml says"),
        ("v{}", "## 0.0.2", "says nothing of"),
        ("v{}", "## {} (unreleased)", "still says"),
    ],
)
def test_a_tag_that_is_not_right_is_refused(tmp_path, tag, heading, why):
    """A tag that is not the version, or whose notes are not written, makes no release."""
    version = PROJECT["project"]["version"]
    done = release(tmp_path, "publish", tag.format(version), heading=heading.format(version))

    assert (1, "") == (done.returncode, done.stdout)
    assert why in done.stderr


def test_nobody_publishes_it_by_mistake():
    """Until somebody decides where, no index takes the wheel; types go along with it."""
    assert "Private :: Do Not Upload" in CLASSIFIERS
    assert [] == [name for name in ("bot", "handlers") if not (ROOT / name / "py.typed").exists()]


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
