"""Is what `python -m bot…` has become by the time it runs: forks itself for whoever asks.

One for a whole run of the tests, as most of what a start takes are its imports. It ends with the
last connection to it. Started with the name of its socket and the path of the launcher.
"""

import atexit
import gc
import importlib
import marshal
import os
import pkgutil
import random
import runpy
import selectors
import signal
import socket
import sys
import threading
from contextlib import suppress

MOST_BYTES = 1 << 18  # of a command line with its environment
STREAMS = (("stdin", "r", "strict"), ("stdout", "w", "strict"), ("stderr", "w", "backslashreplace"))


def main(name, launcher):
    """Listen, then import, then fork for each that asks; where another listens already, leave."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        listening.bind(f"\0{name}")
    except OSError:
        return
    listening.listen(64)
    if os.fork():
        return  # whoever started this may connect now
    sys.executable = launcher  # what is started starts others as fast
    import_all()
    Server(listening).serve()


def import_all():
    """Import the whole of the bot, but for what runs when it is imported."""
    gc.disable()
    import uvloop  # noqa: F401, PLC0415 -- as the bot does once it runs

    import bot  # noqa: PLC0415
    import handlers  # noqa: PLC0415

    for package in (bot, handlers):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(("bot.__main__", "bot.store.mi")):
                importlib.import_module(found.name)
    gc.freeze()
    gc.enable()


class Server:
    """Who is connected, and what runs for them."""

    def __init__(self, listening):
        self._listening = listening
        self._ready = selectors.DefaultSelector()
        self._ready.register(listening, selectors.EVENT_READ, self._accept)

    def serve(self):
        """Serve until nobody is connected any more."""
        self._accept()
        while len(self._ready.get_map()) > 1:
            for key, _ in self._ready.select():
                key.data()

    def _accept(self):
        connection, _ = self._listening.accept()
        self._on(connection, lambda: self._start(connection))

    def _on(self, what, call):
        self._ready.register(what, selectors.EVENT_READ, call)

    def _start(self, connection):
        self._ready.unregister(connection)
        told, fds, *_ = socket.recv_fds(connection, MOST_BYTES, len(STREAMS))
        if not told:
            connection.close()
            return
        pid = os.fork()
        if not pid:
            self._forget(connection)
            become(fds, *marshal.loads(told))
        for fd in fds:
            os.close(fd)
        connection.send(b"%d" % pid)
        self._on(connection, lambda: self._left(connection, pid))
        process = os.pidfd_open(pid)
        self._on(process, lambda: self._ended(process, pid, connection))

    def _forget(self, connection):
        """Have nothing to do with all others, in a process that was forked."""
        connection.close()
        for key in list(self._ready.get_map().values()):
            key.fileobj.close() if key.fileobj is not key.fd else os.close(key.fd)
        self._ready.close()

    def _left(self, connection, pid):
        """End what runs for somebody who was killed."""
        with suppress(KeyError, ValueError):  # it has ended just now
            self._ready.unregister(connection)
            os.kill(pid, signal.SIGKILL)

    def _ended(self, process, pid, connection):
        _, status = os.waitpid(pid, 0)
        self._ready.unregister(process)
        os.close(process)
        with suppress(KeyError):
            self._ready.unregister(connection)
        with suppress(OSError), connection:
            connection.send(b"%d" % status)


def become(fds, arguments, env, folder):
    """Be `python -m <arguments>`, with these streams, to its end."""
    for (number, (name, mode, errors)), fd in zip(enumerate(STREAMS), fds, strict=True):
        os.dup2(fd, number)
        os.close(fd)
        encoding, _, wanted = env.get("PYTHONIOENCODING", "utf-8").partition(":")
        stream = open(number, mode, encoding=encoding, errors=wanted or errors)  # noqa: PTH123, SIM115 -- as long as we run
        setattr(sys, name, stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    random.seed()
    _, module, *rest = arguments
    sys.argv = [module, *rest]
    end(run(module))


def run(module):
    """Run a module as the program; return its exit code."""
    sys.modules.pop(module if "." in module else "__mp_main__", None)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 -- as Python itself does
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def end(code):
    """End as Python does, but take nothing apart: a hundred megabytes would be copied for that."""
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
