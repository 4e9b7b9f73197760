"""The URL of the store: checked, put into one form, and shown without its password. Pure."""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

SQLITE = "sqlite:///"
HOW = "write postgresql://user:password@host/database, or sqlite:////folder/file.db"
# libpq's, or of other clients: asyncpg would take them for settings of the server and be refused
NOT_ASYNCPGS = frozenset(
    {"channel_binding", "connect_timeout", "fallback_application_name", "gssencmode", "keepalives"}
    | {"keepalives_idle", "keepalives_interval", "keepalives_count", "load_balance_hosts"}
    | {"pgbouncer", "schema", "sslcompression", "sslsni", "tcp_user_timeout"}
)
# several hosts are those of a cluster: whoever of them takes changes is used
A_HOST = re.compile(r"((\[[0-9a-fA-F:.]+\]|[\w.-]*)(:\d{1,5})?,?)*")


def checked(text: str) -> str:
    """Give the URL as `sqlite:///path` or `postgresql://…`. Raises ValueError, never quoting it."""
    scheme = re.sub(r"\+\w+$", "", text.partition("://")[0].lower())
    rest = text.partition("://")[2]
    if scheme == "sqlite":
        return _checked_file(rest)
    if scheme not in {"postgresql", "postgres"} or not rest:
        msg = f"is no URL of a store; {HOW}"
        raise ValueError(msg)
    return _checked_server(f"postgresql://{rest}")


def _checked_file(rest: str) -> str:
    path = unquote(rest.removeprefix("/"))
    if not rest.startswith("/") or not path or path == ":memory:" or path.startswith("file:"):
        msg = "names no file; write sqlite:////folder/file.db, with four slashes"
        raise ValueError(msg)
    return SQLITE + path


def _checked_server(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    hosts = parts.netloc.rpartition("@")[2]
    if not (A_HOST.fullmatch(hosts) and (hosts or "host" in query)):
        msg = f"cannot be read; {HOW}; in the password, write / @ : ? # as %2F %40 %3A %3F %23"
        raise ValueError(msg)
    if not parts.path.strip("/") and "dbname" not in query:
        msg = f"names no database; {HOW}"
        raise ValueError(msg)
    return url


def for_asyncpg(url: str) -> str:
    """Give a server's URL without what only libpq understands."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query) if k not in NOT_ASYNCPGS]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def secrets_of(url: str) -> tuple[str, ...]:
    """Give what may stand in no log: the password as written and as meant."""
    password = urlsplit(url).password or dict(parse_qsl(urlsplit(url).query)).get("password", "")
    return tuple({password, unquote(password)} - {""})


def without_password(url: str) -> str:
    """Say where the store is: the file, or user, host and database."""
    if url.startswith(SQLITE):
        return url.removeprefix(SQLITE)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    user = f"{parts.username}@" if parts.username else ""
    host = parts.netloc.rpartition("@")[2] or query.get("host", "")
    return f"{user}{host}/{parts.path.strip('/') or query.get('dbname', '')}"
