"""Processes of the bot that are forked, for tests that are not about how it is imported."""

import itertools
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fork_launcher import fork

ROOT = Path(__file__).parent.parent
SERVER = Path(__file__).with_name("fork_server.py")
LAUNCHER = Path(__file__).with_name("fork_launcher.py")
NAME = f"simsessions-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
numbers = itertools.count()


class Forks:
    """A process that has imported the bot, one for a run, and forks one that runs it in no time.

    `python` starts `-m bot…` as Python does, in a fortieth of its time.
    """

    def __init__(self, folder):
        self.folder = folder
        self.python = str(folder / "python")
        begin = f"#!{sys.executable} -IS\n"
        Path(self.python).write_text(f"{begin}{LAUNCHER.read_text()}\nlaunch({NAME!r})\n")
        Path(self.python).chmod(0o700)
        subprocess.run(
            [sys.executable, SERVER, NAME, self.python],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        held = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        held.connect(f"\0{NAME}")
        self._connections = [held]

    def start(self, command, env):
        """Start `simsessions <command>`; return its pid and the file of its log."""
        log = self.folder / f"{next(numbers)}.log"
        with Path(os.devnull).open("r+") as nothing, log.open("w") as said:
            streams = [nothing.fileno(), nothing.fileno(), said.fileno()]
            connection, pid = fork(NAME, ["bot", command], env, ROOT, streams)
        self._connections.append(connection)
        return pid, log

    def close(self):
        """End what it has started and still runs; with the last of a run the process too."""
        for connection in self._connections:
            connection.close()


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
    """Return a starter of processes of the bot: one for all tests."""
    made = Forks(tmp_path_factory.mktemp("forks"))
    yield made
    made.close()


@pytest.fixture
def forked(forks):
    """Return what starts `-m bot…` as Python does, but forks it."""
    return forks.python


def pid_of(process):
    """Return the pid of the bot of that process, forked or not."""
    told = Path(f"/proc/{process}/comm").read_text()
    return int(told) if told.strip().isdigit() else process
