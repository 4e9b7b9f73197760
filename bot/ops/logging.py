"""JSON lines, one an event, with the request's id; secrets and SIM numbers are redacted.

What people typed never comes here: identifiers are masked by the name of their field, and of an
exception the words are left out where they could quote what was typed. Patterns are a second net.
"""

import logging
import re
import secrets
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.errors import BotError, UserError

# (what, what stands in its place); numbers keep their last four digits to be told apart by
_PATTERNS = (
    (re.compile(r"\bx(ox[a-z]|app)-[\w-]+"), r"x\1-…"),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 …"),
    (re.compile(r"\b(ticket|access_token|client_secret|PageToken)=[^&\s\"']+"), r"\1=…"),
    (re.compile(r"(hooks\.slack\.com)/[^\s\"']+"), r"\1/…"),
    (re.compile(r"\b(DE|HS)[0-9a-f]{28}([0-9a-f]{4})\b", re.IGNORECASE), r"\1…\2"),
    # ICCID, EID
    (re.compile(r"(?<![\d.])89(?:[ -]?\d){10,26}((?:[ -]?\d){4})(?!\.?\d)"), r"…\1"),
    (re.compile(r"(?<![\d.])\d{10,28}(\d{4})(?!\.?\d)"), r"…\1"),
    (re.compile(r"(?<!\d)\d{8}-\d{2}(\d{4}-\d)(?!\d)"), r"…\1"),  # IMEI, as it is printed
)
# whatever one of the patterns finds has one of these in it
_SUSPICIOUS = re.compile(
    r"x(?:ox|app)|bearer|basic|ticket=|access_token=|client_secret=|pagetoken=|hooks\.slack"
    r"|(?:DE|HS)[0-9a-f]{8}|89[ -]?\d[ -]?\d|\d{8}",
    re.IGNORECASE,
)
IDENTIFIERS = frozenset({"sid", "sim", "sim_sid", "iccid", "eid", "imei"})
"""Names of fields whose values are masked, whatever they look like."""
_SHORTEST_SECRET = 8
_SHORTEST_NUMBER = 10**13
_SHORT_TEXT = 64
_REMEMBERED = 4096


class LogRedactor:
    """Takes secrets and SIM numbers out of whatever is about to be logged."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # a short "secret" would take ordinary words out of every line
        known = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None
        # nearly all of a line are the same few words: levels, loggers, messages, names of fields
        self._short = lru_cache(_REMEMBERED)(self._redacted)

    def text(self, text: str) -> str:
        """Return the text without them."""
        return self._short(text) if len(text) <= _SHORT_TEXT else self._redacted(text)

    def _redacted(self, text: str) -> str:
        if self._secrets:
            text = self._secrets.sub("…", text)
        if _SUSPICIOUS.search(text):
            for pattern, instead in _PATTERNS:
                text = pattern.sub(instead, text)
        return text

    def value(self, value: object) -> object:
        """Return a value of a log record without them, however deep they stand."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int) and value >= _SHORTEST_NUMBER:
            return self.text(str(value))
        if isinstance(value, Mapping):
            return {self.value(name): self.field(name, each) for name, each in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(each) for each in value]
        return value if isinstance(value, int | float | None) else self.text(str(value))

    def field(self, name: object, value: object) -> object:
        """Return the value of a field: of an identifier its last four characters."""
        if name in IDENTIFIERS and value is not None:
            return f"…{str(value)[-_LAST:]}"
        return self.value(value)


_LAST = 4
_OF_CODE = (AttributeError, ImportError, NameError, OSError, RecursionError, TypeError)
"""Their words are of the code or the system; those of others may quote what was typed."""


def format_error(error: BaseException) -> str:
    """Return where an error and its causes came from; their words where they hold no data."""
    return "\n".join(reversed([_frames(each) for each in _chain(error)]))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _frames(error: BaseException) -> str:
    ours = isinstance(error, BotError) and not isinstance(error, UserError)
    words = f": {error}" if ours or isinstance(error, _OF_CODE) else ""
    return f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}{words}"


_FIELDS: ContextVar[Mapping[str, str]] = ContextVar("request_fields")
_NONE: Mapping[str, str] = {}


def begin_request(**fields: str) -> str:
    """Bind a new request id and `fields` to this context; give the id, six hex digits."""
    request_id = secrets.token_hex(3)
    _FIELDS.set({"request_id": request_id, **fields})
    return request_id


def name_answer(name: str) -> None:
    """Add to this request what answers it: a subcommand's or a button's name."""
    _FIELDS.set({**request_fields(), "answer": name})


def request_fields() -> Mapping[str, str]:
    """Return what is bound; empty outside a request."""
    return _FIELDS.get(_NONE)


def request_id() -> str:
    """Return this request's id: the reference that a person quotes. Binds one where none is."""
    return request_fields().get("request_id") or begin_request()


# These write whole payloads and answers of Slack at DEBUG, or bodies with their signature at INFO:
# they never go below what is named here. All else of Bolt and the SDK stays as loud as asked.
LOG_BODIES: Mapping[str, int] = {
    "slack_bolt.AsyncRequestVerification": logging.WARNING,
    "slack_bolt.RequestVerification": logging.WARNING,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "aiohttp.access": logging.WARNING,
    "mcp": logging.ERROR,  # what a client sends that is not understood, as it was sent
    "httpx": logging.WARNING,  # a line for each request to KORE, which is counted
    "asyncio": logging.INFO,
    "alembic.runtime.plugins": logging.WARNING,  # its own parts, before each migration
}
RENAMED = {"levelname": "level", "name": "logger"}


class _WithRequest(logging.Filter):
    """Puts the request's id, asker and place on each record that has none of its own.

    What asyncio says of a task is cut to its first line: beneath it the error's words are quoted.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "asyncio":
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        for name, value in request_fields().items():
            record.__dict__.setdefault(name, value)
        return True


class JsonLines(JsonFormatter):
    """One JSON object a line, redacted value by value so that it stays JSON."""

    def __init__(self, redactor: LogRedactor) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields=RENAMED,
            timestamp="time",
            json_ensure_ascii=False,
        )
        self._redactor = redactor

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 -- the base's
        """Return the error without what may have been typed."""
        return format_error(ei[1])

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Redact all but the time, which comes first."""
        time: datetime = log_data.pop("time")
        redacted = {name: self._redactor.field(name, value) for name, value in log_data.items()}
        return {"time": time.isoformat(timespec="milliseconds"), **redacted}


class TextLines(logging.Formatter):
    """One line for a person's eyes, redacted."""

    def __init__(self, redactor: LogRedactor) -> None:
        super().__init__("{asctime} {levelname:7} {name}: {message}{about}", style="{")
        self._redactor = redactor

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 -- the base's
        """Return the error without what may have been typed."""
        return format_error(ei[1])

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 -- the base's name
        """Return the time of day in UTC."""
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        return moment.strftime(datefmt or "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line with the request's id at its end."""
        of_request = record.__dict__.get("request_id")
        record.about = f" [{of_request}]" if of_request else ""
        return self._redactor.text(super().format(record))


def configure_logging(
    level: str,
    *,
    form: Literal["json", "text"] = "json",
    redactor: LogRedactor | None = None,
    stream: TextIO | None = None,
) -> logging.Handler:
    """Send all logs to `stream` (stderr) in one form; give the handler, now the root's only."""
    redactor = redactor or LogRedactor()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(redactor) if form == "json" else TextLines(redactor))
    handler.addFilter(_WithRequest())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in LOG_BODIES.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    return handler
