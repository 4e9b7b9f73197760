"""Starts processes of the bot by forking one that has imported all that they need.

Each line of its input is an object with `command`, `env` and `log`; it answers with the pid. What
it starts is a process of its own: only the imports, by far the most of a start, are not repeated.
"""

import importlib
import json
import os
import pkgutil
import random
import runpy
import signal
import sys

import uvloop  # noqa: F401 -- as the bot does once it runs

import bot
import handlers

UNUSED = (
    *("bot.__main__", "bot.demo", "bot.emulators", "bot.store.mi"),
    *("bot.app.mcp", "bot.mcp"),
)
for package in (bot, handlers):
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(UNUSED):
            importlib.import_module(found.name)


def main():
    """Fork for each line, until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    for line in iter(sys.stdin.readline, ""):
        pid = os.fork()
        if not pid:
            become(**json.loads(line))
        print(pid, flush=True)  # noqa: T201 -- the answer


def become(command, env, log):
    """Be `simsessions <command>`, with its log in a file."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for fd, path in enumerate((os.devnull, os.devnull, log)):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), fd)
    os.environ.clear()
    os.environ.update(env)
    random.seed()
    sys.argv = ["simsessions", command]
    try:
        runpy.run_module("bot", run_name="__main__")
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
