"""`simsessions kore-api`, as a process."""

import re
import shlex
import signal
from asyncio.subprocess import PIPE

import pytest

from tests.bot.cli.conftest import started


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_listens_and_ends_cleanly(tmp_path, simsessions, ending):
    """
    Address, id and secret come first, its settings are enough for lookup, a signal ends it with 0.
    """
    options = ("--latency", "1", "--sims", "50")
    process = await started(tmp_path, "kore-api", *options, stdout=PIPE)
    lines = [(await process.stdout.readline()).decode().rstrip("\n") for _ in range(9)]
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "\n".join(lines)))
    lookup = await simsessions("lookup", "pump-7", **exports)
    process.send_signal(ending)

    assert 0 == await process.wait()
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:[1-9]\d*", lines[0])
    assert ["client id sandbox-client", "client secret sandbox-secret"] == lines[1:3]
    assert (0, True) == (lookup.code, "pump-7 is offline" in lookup.out)
    assert {"pump-7", "dock 4/b"} <= set(shlex.split(lines[-1]))


async def test_several_accounts_are_one_bots(tmp_path, simsessions):
    """Each has its own address and key; what is printed finds a name in both, and a SIM of one."""
    process = await started(tmp_path, "kore-api", "--accounts", "2", "--sims", "9", stdout=PIPE)
    told = [(await process.stdout.readline()).decode() for _ in range(18)]
    exports = dict(re.findall(r"(KORE_\w+)=(\S+)", "".join(told)))
    none = {"KORE_CLIENT_ID": "", "KORE_CLIENT_SECRET": ""}
    lookup = await simsessions("lookup", "reefer-3", "pump-7", "tank-2600008", **exports, **none)
    process.send_signal(signal.SIGINT)

    assert 0 == await process.wait()
    assert exports["KORE_ACME_API_URL"] != exports["KORE_GLOBEX_API_URL"]
    assert "acme,globex" == exports["KORE_ACCOUNTS"]
    assert "2 SIMs are called" in lookup.out
    assert lookup.out.count("account globex") > 1
    assert "tank-2600008 is" in lookup.out


@pytest.mark.parametrize("wrong", [("--port", "65536"), ("--sims", "-1"), ("--latency", "fast")])
async def test_what_it_does_not_take(simsessions, wrong):
    """Numbers out of range are a fault of the command line."""
    done = await simsessions("kore-api", *wrong)

    assert 2 == done.code
    assert "Invalid value" in done.err
