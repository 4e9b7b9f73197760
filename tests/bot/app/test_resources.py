"""The store beside the running bot: where it is, and what happens without it."""

import asyncio
import logging
import re

import httpx
import pytest
from sqlalchemy import text

from bot.app import resources as app_store
from bot.app.resources import existing_store, make_database, store_url
from bot.errors import StartError
from bot.ops.logging import LogRedactor
from bot.settings import Need, load_settings
from bot.store import location
from bot.store.database import Database
from bot.store.errors import StoreNotReady
from bot.store.migrate import VERSION_TABLE
from tests.postgres_server import PostgresServer
from tests.waiting import until
from tests.whole_bot import Whole, whole_bot

OK = 200


def told(**settings: object):
    names = {f"SIMSESSIONS_{name.upper()}": str(value) for name, value in settings.items()}
    return load_settings(names, None, need=Need.NOTHING)


async def asked(whole: Whole, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://127.0.0.1:{whole.bot.port}{path}")


def test_where_it_is(monkeypatch):
    """The URL goes before the folder, and that before the usual one."""
    monkeypatch.setenv("HOME", "/home/ana")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    url = "postgresql://bot:x@db/sims"

    assert url == store_url(told(database_url=url, data_dir="/data"))
    assert "sqlite:////data/simsessions.db" == store_url(told(data_dir="/data"))
    assert "sqlite:////home/ana/sims/simsessions.db" == store_url(told(data_dir="~/sims"))
    assert "sqlite:////home/ana/.local/share/simsessions/simsessions.db" == store_url(told())


@pytest.mark.parametrize("name", ["data_dir", "database_url"])
def test_a_place_that_cannot_last_is_refused(monkeypatch, tmp_path, name):
    """It ends the start with the setting's name, what is amiss and what to do, unless meant."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"tmpfs {tmp_path.resolve()} tmpfs rw 0 0\n")
    monkeypatch.setattr(location.write_fault, "__defaults__", (mounts,))
    value = tmp_path if name == "data_dir" else f"sqlite:///{tmp_path / 'simsessions.db'}"
    with pytest.raises(StartError) as refused:
        make_database(told(**{name: value}))

    assert (
        f"SIMSESSIONS_{name.upper()}: {tmp_path} is in memory only (tmpfs) and gone with the next "
        "start; set another, or SIMSESSIONS_DATA_MAY_BE_LOST=yes if that is meant"
    ) == refused.value.sentence
    assert "sqlite" == make_database(told(**{name: value}, data_may_be_lost="yes")).kind


async def test_a_bot_compares_what_is_asked_one_by_one():
    """The third silent well is told with those that others asked about, and they are counted.

    So are the wells that were looked at beside them, as far as they were read in time.
    """
    async with whole_bot() as whole:
        for user, name in (("ana", "well-1"), ("ben", "well-2"), ("ana", "well-3")):
            await whole.type(name, user=user)
        said = str(whole.answer().blocks)

    assert "Common outage" in said
    assert re.search("(All 3|3 of [45]) SIMs on this cell", said)
    assert [] == [name for name in ("well-1", "well-2") if name in said]


async def test_a_bot_with_its_store(tmp_path):
    """It is up, counted as such, and there is nothing to note."""
    async with whole_bot(data_dir=tmp_path / "data") as whole:
        ready, metrics = await asked(whole, "/readyz"), await asked(whole, "/metrics")

    assert {"ready": True, "reasons": [], "notes": []} == ready.json()
    assert "simsessions_store_up 1.0" in metrics.text
    assert (tmp_path / "data" / "simsessions.db").is_file()


async def test_a_server_that_is_down_at_the_start(caplog):
    """The bot starts without it, answers look-ups, says so, and takes it up when it is there."""
    server = PostgresServer()
    async with whole_bot(database_url=server.url()) as whole:
        await whole.type("truck-42")
        answer = whole.answer().text
        without = await asked(whole, "/readyz"), await asked(whole, "/metrics")
        with pytest.raises(StoreNotReady):
            async with whole.bot.services.store.read():
                pytest.fail("it is not there")
        await asyncio.to_thread(server.start)
        await until(lambda: whole.bot.services.store.trouble is None)
        again = await asked(whole, "/readyz")
    await asyncio.to_thread(server.close)
    said = [record.message for record in caplog.records if "bot.store.database" == record.name]

    assert "truck-42 is online" in answer
    assert OK == without[0].status_code
    assert "store: " in without[0].json()["notes"][0]
    assert "simsessions_store_up 0.0" in without[1].text
    assert [] == again.json()["notes"]
    assert ["store-lost"] == said[:1]


async def test_a_server_that_says_nothing(monkeypatch):
    """One that takes the connection and is silent does not hold up the start."""
    monkeypatch.setattr(app_store, "PATIENCE_SECONDS", 0.05)
    gone = asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    silent = await asyncio.start_server(says_nothing, "127.0.0.1")
    port = silent.sockets[0].getsockname()[1]
    async with whole_bot(database_url=f"postgresql://bot@127.0.0.1:{port}/sims") as whole:
        await whole.type("truck-42")
        answer, ready = whole.answer().text, await asked(whole, "/readyz")
    async with asyncio.timeout(30):
        await gone.wait()
    silent.close()

    assert "truck-42 is online" in answer
    assert "store: I can't reach my database right now" in ready.json()["notes"][0]


async def test_a_store_of_a_newer_version(empty_url):
    """The bot leaves it alone and answers look-ups."""
    store = await Database.open(empty_url)
    async with store.write() as tx:
        await tx.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999_later'"))
    await store.aclose()
    async with whole_bot(database_url=empty_url) as whole:
        await whole.type("truck-42")
        answer, ready = whole.answer().text, await asked(whole, "/readyz")

    assert "truck-42 is online" in answer
    assert "newer version" in ready.json()["notes"][0]


@pytest.mark.parametrize("path", ["{folder}", "{folder}/store.db/deeper/store.db"])
async def test_a_file_that_cannot_be_one(tmp_path, path):
    """Where the setting itself is wrong the start ends."""
    (tmp_path / "store.db").write_text("")
    settings = told(
        database_url=f"sqlite:///{path.format(folder=tmp_path)}", data_may_be_lost="yes"
    )
    with pytest.raises(StartError, match="SIMSESSIONS_DATABASE_URL: the store does not let me in"):
        async with existing_store(settings):
            pytest.fail("it opened")


async def test_a_database_that_does_not_exist(postgres):
    """What the server says of the URL is told, with the setting's name, and ends the start."""
    with pytest.raises(StartError, match=r'DATABASE_URL: .*database "nowhere" does not exist'):
        async with whole_bot(database_url=postgres.url("nowhere")):
            pytest.fail("it started")


async def test_the_password_is_nowhere(caplog):
    """Whatever is logged, shown or answered while the server is away, the password is not in it."""
    caplog.set_level(logging.DEBUG)
    url = "postgresql://bot:hush-hush@127.0.0.1:1/sims"
    async with whole_bot(database_url=url) as whole:
        ready, metrics = await asked(whole, "/readyz"), await asked(whole, "/metrics")
        store = whole.bot.services.store
        shown = f"{store!r} {store.trouble!r} {store.trouble.__cause__!r} {whole.bot.services!r}"
    said = "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)

    assert "store-lost" in said
    assert "hush" not in said + shown + ready.text + metrics.text


def test_the_log_masks_a_password_that_slips_in():
    """The URL and its password are among the secrets that no log line keeps."""
    settings = told(database_url="postgresql://bot:hush%2Fhush@db/sims")
    redactor = LogRedactor(settings.secrets)

    assert "… … …" == redactor.text("postgresql://bot:hush%2Fhush@db/sims hush%2Fhush hush/hush")
