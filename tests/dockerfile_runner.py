"""Runs a Dockerfile's steps in a scratch folder, where no container engine is at hand.

What it understands is what ours uses: FROM … AS, ENV, WORKDIR, COPY, RUN, USER, EXPOSE,
HEALTHCHECK, ENTRYPOINT, CMD. Folders of the image become folders of the scratch folder.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

WITHOUT_CACHES = {"PIP_NO_CACHE_DIR", "UV_NO_CACHE"}
"""What keeps an image small, and would have every run download all of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction: its word and the rest of its line."""

    word: str
    rest: str


def steps(dockerfile: Path) -> list[Step]:
    """Read the instructions, continued lines joined, comments left out."""
    text = re.sub(r"\\\n\s*", "", dockerfile.read_text())
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [Step(*line.split(maxsplit=1)) for line in lines]


def stages(dockerfile: Path) -> list[list[Step]]:
    """Part the steps at each FROM."""
    parts: list[list[Step]] = []
    for step in steps(dockerfile):
        if step.word == "FROM":
            parts.append([])
        parts[-1].append(step)
    return parts


def the(stage: list[Step], word: str) -> list[str]:
    """Return the rest of each line of a stage that begins with `word`."""
    return [step.rest for step in stage if step.word == word]


def exec_form(stage: list[Step], word: str) -> list[str]:
    """Read `ENTRYPOINT ["…"]` or `HEALTHCHECK --x=y CMD ["…"]`."""
    (rest,) = the(stage, word)
    command: list[str] = json.loads(rest[rest.index("[") :])
    return command


@dataclass
class Scratch:
    """A stage under way: where its folders are, and what its environment is."""

    context: Path
    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"

    def run(self, stage: list[Step]) -> None:
        """Run a stage, step by step. Raises CalledProcessError with what a step printed."""
        for step in stage:
            getattr(self, f"_{step.word.lower()}")(step.rest)

    def placed(self, text: str) -> str:
        """Put the image's folders into the scratch folder, and this Python in for the image's."""
        there = re.sub(r"(?<![\w.])(/opt/|/src)", rf"{self.root}\1", text)
        return re.sub(r"(^|&& )python ", rf"\1{shlex.quote(sys.executable)} ", there)

    def _from(self, rest: str) -> None:
        assert rest.startswith("python:3.")

    def _env(self, rest: str) -> None:
        pairs = (pair.split("=", 1) for pair in shlex.split(rest))
        self.environ |= {name: value for name, value in pairs if name not in WITHOUT_CACHES}

    def _workdir(self, rest: str) -> None:
        self.workdir = rest
        Path(self.placed(rest)).mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        there = Path(self.placed(self.workdir)) / target
        for source in sources:
            if (self.context / source).is_dir():
                shutil.copytree(self.context / source, there)
            else:
                shutil.copy(self.context / source, there)

    def _run(self, rest: str) -> None:
        done = subprocess.run(
            self.placed(rest),
            shell=True,
            cwd=self.placed(self.workdir),
            env=os.environ | self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"RUN {rest}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
