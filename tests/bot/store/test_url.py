"""The URL of the store: what is taken, what is refused, and that passwords stay in."""

import pytest

from bot.store.url import checked, for_asyncpg, secrets_of, without_password


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("postgresql://bot@db/sims", "postgresql://bot@db/sims"),
        ("postgres://bot:x@db:6432/sims", "postgresql://bot:x@db:6432/sims"),
        ("postgresql+asyncpg://bot@db/sims", "postgresql://bot@db/sims"),
        ("POSTGRESQL://bot@db/sims", "postgresql://bot@db/sims"),
        ("postgresql://bot@/sims?host=/run/pg", "postgresql://bot@/sims?host=/run/pg"),
        ("postgresql://bot@a:1,b:2/sims", "postgresql://bot@a:1,b:2/sims"),
        ("postgresql://bot@[::1]:5432/sims", "postgresql://bot@[::1]:5432/sims"),
        ("postgresql://db?dbname=sims", "postgresql://db?dbname=sims"),
        ("sqlite:////data/sims.db", "sqlite:////data/sims.db"),
        ("sqlite:///sims.db", "sqlite:///sims.db"),
        ("sqlite+aiosqlite:////data/a%20b.db", "sqlite:////data/a b.db"),
    ],
)
def test_what_is_taken(typed, read):
    """
    The spellings that people copy from elsewhere come out in one form.
    """
    assert read == checked(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "hush",
        "mysql://bot:hush@db/sims",
        "postgresql://",
        "postgresql://bot:hush@db",
        "postgresql://bot:hush@db/",
        "postgresql://bot:hu/sh@db/sims",
        "postgresql://bot:hu#sh@db/sims",
        "postgresql://bot:hush@db:port/sims",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:hush?mode=memory",
        "sqlite://hush/sims.db",
    ],
)
def test_what_is_refused(typed):
    """
    What cannot be a store is told with what to write, and never quoted.
    """
    with pytest.raises(ValueError, match=r"write (postgresql|sqlite)://") as refused:
        checked(typed)

    assert "hu" not in str(refused.value).replace("such", "")


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://bot:p%40ss@db/sims", {"p%40ss", "p@ss"}),
        ("postgresql://db/sims?user=bot&password=hush", {"hush"}),
        ("postgresql://bot@db/sims", set()),
        ("sqlite:////data/sims.db", set()),
        ("", set()),
    ],
)
def test_passwords_are_known_as_secrets(url, secrets):
    """
    The password is given as it is written and as it is meant.
    """
    assert secrets == set(secrets_of(url))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://bot:hush@db:6432/sims?sslmode=require", "bot@db:6432/sims"),
        ("postgresql://db/sims?password=hush", "db/sims"),
        ("postgresql://bot@/sims?host=/run/pg", "bot@/run/pg/sims"),
        ("sqlite:////data/sims.db", "/data/sims.db"),
    ],
)
def test_what_is_shown(url, shown):
    """
    Where the store is can be said without its password.
    """
    assert shown == without_password(url)


def test_what_only_libpq_knows_is_left_out():
    """
    Options of other clients, which hosts put into their URLs, do not reach the server.
    """
    url = "postgresql://bot@db/sims?sslmode=require&channel_binding=require&connect_timeout=10"

    assert "postgresql://bot@db/sims?sslmode=require" == for_asyncpg(url)
