"""The image: its steps run in a scratch folder, and what comes out of them works."""

import filecmp
import os
import re
import signal
import struct
import subprocess
import sys
import urllib.request
from contextlib import closing
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path

import pytest

from tests.dockerfile_runner import Scratch, exec_form, stages, the

ROOT = Path(__file__).parent.parent
BUILD, FINAL = stages(ROOT / "Dockerfile")
INSTALLED = "/opt/simsessions"
NO_INDEX = re.compile("No matching distribution|NewConnectionError|name resolution")


def build(root: Path) -> Path:
    """Run the first stage in a folder; return what the second copies out of it.

    Its last step compiles all that is installed: here, what is not in our own environment too.
    """
    scratch = Scratch(context=ROOT, root=root)
    try:
        scratch.run(BUILD[:-1])
    except AssertionError as error:
        if NO_INDEX.search(str(error)) and not os.environ.get("SIMSESSIONS_REQUIRE_ALL"):
            pytest.skip("the package index cannot be reached, so no image can be built")
        raise
    built = root / INSTALLED[1:]
    lend_byte_code(Path(pytest.__file__).parent.parent, site_of(built))
    scratch.run(BUILD[-1:])
    return built


def site_of(environment: Path) -> Path:
    """Return where an environment's packages are."""
    (site,) = environment.glob("lib/python3*/site-packages")
    return site


def lend_byte_code(lender: Path, site: Path) -> None:
    """Compile each module of `site` that the lender has, and has compiled, by copying that."""
    for source in site.rglob("*.py"):
        theirs = lender / source.relative_to(site)
        compiled = Path(cache_from_source(str(theirs)))
        if compiled.exists() and filecmp.cmp(theirs, source, shallow=False):
            about = source.stat()
            is_of = struct.pack("<4xLL", int(about.st_mtime) & 0xFFFFFFFF, about.st_size)
            ours = Path(cache_from_source(str(source)))
            ours.parent.mkdir(exist_ok=True)
            ours.write_bytes(MAGIC_NUMBER + is_of + compiled.read_bytes()[16:])


def in_image(built: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing but the final stage's environment."""
    env = dict(pair.split("=", 1) for line in the(FINAL, "ENV") for pair in line.split())
    env |= {"PATH": f"{built}/bin:{os.defpath}", "PORT": "1"}
    return subprocess.run(command, cwd=built, env=env, capture_output=True, text=True, check=False)


def demo_of_the_wheel(wheel: Path, home: Path, compiled: Path) -> str:
    """Install the wheel as a tool, start the demo in an empty folder, and return its page.

    Each module that is compiled in the image already is not compiled again.
    """
    empty, installed = (
        home / "empty",
        {"UV_TOOL_DIR": f"{home}/tools", "UV_TOOL_BIN_DIR": f"{home}"},
    )
    empty.mkdir(parents=True)
    pinned = ("--python", sys.executable, "--constraints", ROOT / "requirements.lock")
    uv = Path(sys.executable).parent / "uv"
    subprocess.run([uv, "tool", "install", *pinned, wheel], env=os.environ | installed, check=True)
    lend_byte_code(compiled, site_of(home / "tools/simsessions"))
    started = subprocess.Popen(
        [home / "simsessions", "demo", "--port", "0"], cwd=empty, stdout=subprocess.PIPE, text=True
    )
    with started as demo, closing(demo.stdout) as said:
        try:
            url = said.readline().split()[-1]
            return urllib.request.urlopen(url).read().decode()
        finally:
            demo.send_signal(signal.SIGINT)


def names(folder: Path, pattern: str) -> set[str]:
    return {path.name for path in folder.rglob(pattern)}


def byte_code_flags(module: Path) -> list[bytes]:
    """Return how each byte-code of a module is checked against its source."""
    found = (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc")
    return [path.read_bytes()[4:8] for path in found]


@pytest.mark.slow
def test_what_is_built_works(tmp_path):
    """
    The program starts and says when it is not well; all of it is inside and compiled, no tools are.

    Its wheel alone, installed as a tool, has the whole demo.
    """
    built = build(tmp_path)
    site = site_of(built)
    started = in_image(built, *exec_form(FINAL, "ENTRYPOINT"), "--help")
    unhealthy = in_image(built, *exec_form(FINAL, "HEALTHCHECK"))
    modules = [path for name in ("bot", "handlers") for path in (site / name).rglob("*.py")]
    page = demo_of_the_wheel(next(tmp_path.glob("src/dist/*.whl")), tmp_path / "tool", site)
    valid_whatever_the_clock = (1).to_bytes(4, "little")

    assert "<title>" in page
    assert started.returncode == 0, started.stderr
    assert "doctor" in started.stdout
    assert 1 == unhealthy.returncode
    assert "Is the bot running?" in unhealthy.stdout
    assert (ROOT / "manifest.yml").read_text() == (site / "bot/manifest.yml").read_text()
    for folder, pattern in (("bot/demo/page/static", "*.js"), ("bot/diagnosis/rules", "*.py")):
        assert set() != names(ROOT / folder, pattern) == names(site / folder, pattern), folder
    assert modules
    for module in modules:
        assert [valid_whatever_the_clock] == byte_code_flags(module), module
    tools = {"pip", "setuptools", "wheel", "hatchling", "editables"}
    assert set() == {path.name for path in site.iterdir()} & tools


def test_the_final_stage_copies_and_nothing_else():
    """The final stage takes the finished folder only, and does not run as root."""
    assert [f"--from=build {INSTALLED} {INSTALLED}"] == the(FINAL, "COPY")
    assert ["simsessions"] == the(FINAL, "USER")
    assert ["useradd"] == [line.split()[0] for line in the(FINAL, "RUN")]
    assert ["3000"] == the(FINAL, "EXPOSE")


def test_what_it_keeps_is_on_a_volume():
    """The data folder outlives the container, and is there for the user that the bot runs as."""
    told = dict(pair.split("=", 1) for line in the(FINAL, "ENV") for pair in line.split())
    (made,) = the(FINAL, "RUN")

    assert ["/data"] == the(FINAL, "VOLUME")
    assert "/data" == told["SIMSESSIONS_DATA_DIR"]
    assert re.search(r"install --directory --owner=simsessions .*--mode=0700 /data$", made)


def test_what_is_copied_is_not_ignored():
    """.dockerignore lets through what the first stage copies, and nothing else of ours."""
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")
    }
    copied = {source for line in the(BUILD, "COPY") for source in line.split()[:-1]}

    assert copied == let_in
    assert [] == [name for name in copied if not (ROOT / name).exists()]
