"""Stands in for `python -m bot…`: has it forked, hands signals on, and ends as it ends.

It begins as a file of its own, with a first line that names the Python and a last that calls this.
"""

import marshal
import os
import signal
import socket
import sys
from pathlib import Path

SIGNALS = {signal.SIGINT, signal.SIGTERM}
FEW_BYTES = 64


def fork(name, arguments, env, folder, streams):
    """Have the server of that name fork `python -m …`; return the connection and the pid.

    It is killed where the connection ends before; its exit status comes over that.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.connect(f"\0{name}")
    told = marshal.dumps((["-m", *arguments], env, str(folder)))
    socket.send_fds(connection, [told], streams)
    return connection, int(connection.recv(FEW_BYTES))


def launch(name):
    """Be the process that the server of that name forks, for whoever started this."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    connection, pid = fork(name, sys.argv[2:], dict(os.environ), Path.cwd(), [0, 1, 2])
    Path("/proc/self/comm").write_text(str(pid))  # where those who started this look for it
    for each in SIGNALS:
        signal.signal(each, lambda number, _: os.kill(pid, number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    code = os.waitstatus_to_exitcode(int(connection.recv(FEW_BYTES)))
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)
