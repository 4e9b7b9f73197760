"""What doctor asks of the outside, what it does not while an address is wrong; the store."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

import bot.store.postgres
from bot.cli import checks
from bot.cli.checks import (
    clock_check,
    clock_check_of,
    kore_checks,
    outside_checks,
    store_check,
    webhook_checks,
)
from bot.cli.main import ExitCode
from bot.cli.terminal import Status
from bot.clock import SystemClock
from bot.emulators.kore.faults import broken
from bot.ops.http import http_server
from bot.settings import Need, Settings, load_settings
from bot.store.database import Database
from bot.store.migrate import NEWEST, VERSION_TABLE
from bot.store.revisions import REVISIONS
from tests.bot.kore.conftest import a_server
from tests.builders import NO_SUCH_HOST, NOON
from tests.databases import file_of
from tests.fakes import FakeClock


@pytest.mark.parametrize(
    ("faulty", "untried"),
    [
        ({"SLACK_API_URL"}, {"Slack bot token", "Slack app token", "clock against Slack"}),
        ({"KORE_API_URL"}, {"KORE key", "clock against KORE"}),
        ({"KORE_TOKEN_URL"}, {"KORE key"}),
        ({"SIMSESSIONS_DATABASE_URL"}, {"store"}),
        ({"SIMSESSIONS_DATA_DIR"}, {"store"}),
        ({"PORT", "SIMSESSIONS_DRAIN"}, set()),
    ],
)
async def test_nothing_goes_to_an_address_that_was_not_meant(kore, slack, faulty, untried):
    """While an address is wrong, no key goes to the usual one instead, and the line says why."""
    settings = load_settings(kore.settings | slack.settings, None)
    checks = await outside_checks(settings, SystemClock(), frozenset(faulty))
    skipped = {check.name: check.says for check in checks if check.status is Status.SKIPPED}
    why = {name for name, says in skipped.items() if says.split()[0] in faulty}

    assert untried == why


@pytest.mark.parametrize(
    ("targets", "internal", "says"),
    [
        ("", "no", []),
        ("ops=https://203.0.113.9/x secret=s", "no", ["203.0.113.9 is an internal address"]),
        ("ops=https://8.8.8.8/x secret=s", "no", ["8.8.8.8, signed"]),
        ("ops=http://8.8.8.8/x secret=s", "no", ["its address is not https"]),
        ("ops=http://10.0.0.7/x secret=s", "yes", ["10.0.0.7, signed"]),
        (
            "ops=http://8.8.8.8/x secret=s",
            "yes",
            ["8.8.8.8, signed, but over http: others on the way can read the incidents"],
        ),
        (
            f"a=https://{NO_SUCH_HOST} secret=s; b=https://[::1]/x routing_key=k",
            "no",
            [f"{NO_SUCH_HOST} has no address", "::1 is an internal address"],
        ),
    ],
)
async def test_where_webhooks_lead(targets, internal, says):
    """Only https, and nowhere inside unless set so; nothing is sent, and no secret is said."""
    keys = {"SIMSESSIONS_WEBHOOKS": targets, "SIMSESSIONS_WEBHOOKS_INTERNAL": internal}
    checks = await webhook_checks(load_settings(keys, None, need=Need.NOTHING))

    assert says == [check.says for check in checks]
    assert all(check.mend for check in checks if check.status is Status.FAILED)


async def test_a_key_that_works(kore):
    """A token and the first SIM are enough."""
    (check,) = await kore_checks(load_settings(kore.settings, None, need=Need.KORE), SystemClock())

    assert Status.OK == check.status
    assert "SIMs can be read in" in check.says


NO_KEY = {"KORE_CLIENT_ID": "", "KORE_CLIENT_SECRET": ""}


@pytest.mark.parametrize(
    ("changes", "fault", "mend"),
    [
        ({"KORE_CLIENT_SECRET": "wrong"}, None, "Read on Programmable Wireless"),
        ({}, broken(403, "/v1/Sims", times=None), "Read on Programmable Wireless"),
        ({}, broken(503, "/v1/Sims", times=None), "status page"),
        ({"KORE_API_URL": "http://127.0.0.1:1"}, None, "KORE_API_URL"),
        ({**NO_KEY, "KORE_ACCESS_TOKEN": "expired"}, None, "KORE_ACCESS_TOKEN"),
    ],
)
async def test_a_key_that_does_not(kore, changes, fault, mend):
    """A refusal, of a key or a bearer, and a silence have remedies of their own; 4 is KORE's."""
    if fault:
        kore.api.faults.add(fault)
    told = kore.settings | {"SIMSESSIONS_KORE_BUDGET": "1s"} | changes
    (check,) = await kore_checks(load_settings(told, None, need=Need.KORE), SystemClock())

    assert (Status.FAILED, ExitCode.KORE) == (check.status, check.code)
    assert mend in check.mend


async def test_a_key_of_one_account_that_does_not(kore):
    """The advice names what that account's own settings are called."""
    told = {k: v for k, v in kore.settings.items() if k.endswith("_URL")}
    told |= {"KORE_ACCOUNTS": "acme,globex", "KORE_ACME_ACCESS_TOKEN": kore.api.tokens.issue()}
    told |= {"KORE_GLOBEX_CLIENT_ID": "x", "KORE_GLOBEX_CLIENT_SECRET": "wrong"}
    ours, theirs = await kore_checks(load_settings(told, None, need=Need.KORE), SystemClock())

    assert (Status.OK, Status.FAILED) == (ours.status, theirs.status)
    assert "or copy client_id and client_secret again" in theirs.mend


async def test_no_key():
    """Without a key nothing is asked."""
    (check,) = await kore_checks(Settings(), SystemClock())

    assert Status.SKIPPED == check.status


@pytest.mark.parametrize(
    ("seconds", "standing", "says"),
    [
        (0, Status.OK, "0 s apart"),
        (60, Status.OK, "60 s apart"),
        (-60, Status.OK, "60 s apart"),
        (61, Status.FAILED, "61 s ahead"),
        (-400, Status.FAILED, "400 s behind"),
    ],
)
def test_a_minute_is_tolerated(seconds, standing, says):
    """Up to a minute is well; more is told with its direction."""
    check = clock_check_of("clock", NOON + timedelta(seconds=seconds), NOON)

    assert (standing, says) == (check.status, check.says)


@pytest.mark.parametrize(
    ("date", "standing"),
    [
        ("Mon, 05 Jan 2026 12:00:20 GMT", Status.OK),
        ("Mon, 05 Jan 2026 12:20:00 GMT", Status.FAILED),
        ("yesterday", Status.SKIPPED),
        ("Fri, 31 Dec 9999 23:59:59 -1200", Status.SKIPPED),
        ("Mon, 05 Jan 99999999999999999999 12:00:20 GMT", Status.SKIPPED),
        (None, Status.SKIPPED),
    ],
)
async def test_the_date_of_an_answer_is_read(date, standing):
    """Any answer's Date will do, also a refusal's; without one nothing is claimed."""

    async def refusal(_request):
        return PlainTextResponse("no", 401, headers={"Date": date} if date else None)

    app = Starlette(routes=[Route("/", refusal)])
    async with http_server(app, "127.0.0.1", 0) as port:
        check = await clock_check("KORE", f"http://127.0.0.1:{port}", FakeClock())

    assert standing == check.status


async def test_nobody_there():
    """Without an answer the clock is not blamed."""
    check = await clock_check("KORE", "http://127.0.0.1:1", FakeClock())

    assert Status.SKIPPED == check.status


async def checked(**settings):
    told = {f"SIMSESSIONS_{name.upper()}": str(value) for name, value in settings.items()}
    told = {"SIMSESSIONS_DATA_MAY_BE_LOST": "yes"} | told
    return await store_check(load_settings(told, None, need=Need.NOTHING), SystemClock())


async def test_a_store_that_is_well(database_url, kind):
    """Its kind, that it was written, its schema, and of a file the room that is left."""
    check = await checked(database_url=database_url)

    assert (Status.OK, ExitCode.OK) == (check.status, check.code)
    assert check.says.startswith(f"{kind}, ")
    assert "written in " in check.says
    assert f"schema {NEWEST}" in check.says
    assert (kind == "sqlite") == ("GB free" in check.says)


async def test_an_empty_one_is_left_empty(empty_url, kind):
    """What is not there yet is told, and stays so until the bot starts."""
    check = await checked(database_url=empty_url)
    db = Database(empty_url)
    left = file_of(empty_url).exists() if kind == "sqlite" else await db.revision()
    await db.aclose()

    assert Status.OK is check.status
    assert ("not there yet" in check.says) or ("empty; the next start" in check.says)
    assert not left


@pytest.fixture
def file(tmp_path):
    """A folder for the store, and the file that is to be in it."""
    return tmp_path / "simsessions.db"


async def checked_of(file, version):
    """Check a store that says to be of a version."""
    with sqlite3.connect(file) as store:
        store.execute(f"CREATE TABLE {VERSION_TABLE} (version_num TEXT)")
        store.execute(f"INSERT INTO {VERSION_TABLE} VALUES ('{version}')")
    store.close()
    return await checked(data_dir=file.parent)


async def test_an_older_one_is_not_brought_up_to_date(file):
    """That is left to the start of the bot."""
    check = await checked_of(file, next(iter(REVISIONS)))

    assert Status.OK is check.status
    assert f"schema {next(iter(REVISIONS))}; the next start brings it up to date" in check.says


async def test_a_newer_one(file):
    """A store of a newer version is told with what to do."""
    check = await checked_of(file, "9999_later")

    assert (Status.FAILED, ExitCode.NOT_ALL) == (check.status, check.code)
    assert "newer version" in check.says
    assert "update this program" in check.mend


async def test_a_file_that_is_none(file, tmp_path):
    """What cannot be read as a store is left alone."""
    file.write_bytes(b"a letter to a friend, " * 300)
    check = await checked(data_dir=tmp_path)

    assert Status.FAILED is check.status
    assert str(file) in check.says
    assert b"a letter" == file.read_bytes()[:8]


async def test_a_server_that_does_not_answer():
    """Where it was looked for is said, without the password."""
    check = await checked(database_url="postgresql://bot:hush-hush@127.0.0.1:1/sims")

    assert (Status.FAILED, ExitCode.NOT_ALL) == (check.status, check.code)
    assert "bot@127.0.0.1:1/sims: it cannot be reached" in check.says
    assert "hush" not in check.says + check.mend


async def test_a_server_that_says_nothing(monkeypatch):
    """Silence is named as such."""
    monkeypatch.setattr(bot.store.postgres, "CONNECT_SECONDS", 0.2)
    left = asyncio.Event()

    async def listen(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    async with a_server(listen) as port:
        check = await checked(database_url=f"postgresql://bot@127.0.0.1:{port}/sims")
        await left.wait()

    assert check.says.endswith("it cannot be reached (no answer in time)")


async def test_a_server_that_does_not_let_us_in(postgres):
    """An unknown database is the setting's fault."""
    check = await checked(database_url=postgres.url("nowhere"))

    assert (Status.FAILED, ExitCode.SETTINGS) == (check.status, check.code)
    assert 'URL: the store does not let me in (database "nowhere"' in check.says


async def test_a_folder_that_cannot_hold_it(tmp_path):
    """A place that the bot would refuse is refused here too."""
    (tmp_path / "in the way").write_text("")
    check = await checked(data_dir=tmp_path / "in the way", data_may_be_lost="no")

    assert (Status.FAILED, ExitCode.SETTINGS) == (check.status, check.code)
    assert check.says.startswith("SIMSESSIONS_DATA_DIR: ")


async def test_little_room(monkeypatch, database_url, kind):
    """A disk that is nearly full is told before it is."""
    monkeypatch.setattr(checks, "LEAST_FREE", 10**30)
    check = await checked(database_url=database_url)

    assert (kind == "sqlite") == (Status.FAILED is check.status)
