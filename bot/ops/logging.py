"""JSON lines, one an event, with the request's id; secrets and SIM numbers are masked."""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from pythonjsonlogger.json import JsonFormatter

from bot.ops.masking import Masker
from bot.ops.request_context import request_fields

# These write whole payloads and answers of Slack at DEBUG, or bodies with their signature at INFO:
# they never go below what is named here. All else of Bolt and the SDK stays as loud as asked.
LOG_BODIES: Mapping[str, int] = {
    "slack_bolt.AsyncRequestVerification": logging.WARNING,
    "slack_bolt.RequestVerification": logging.WARNING,
    "slack_bolt": logging.INFO,
    "slack_sdk": logging.INFO,
    "aiohttp.access": logging.WARNING,
    "asyncio": logging.INFO,
}
RENAMED = {"levelname": "level", "name": "logger"}


class _WithRequest(logging.Filter):
    """Puts the request's id, asker and place on each record that has none of its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in request_fields().items():
            record.__dict__.setdefault(name, value)
        return True


class JsonLines(JsonFormatter):
    """One JSON object a line, masked value by value so that it stays JSON."""

    def __init__(self, masker: Masker) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields=RENAMED,
            timestamp="time",
            json_ensure_ascii=False,
        )
        self._masker = masker

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Mask all but the time, which comes first."""
        time: datetime = log_data.pop("time")
        masked = {name: self._masker.value(value) for name, value in log_data.items()}
        return {"time": time.isoformat(timespec="milliseconds"), **masked}


class TextLines(logging.Formatter):
    """One line for a person's eyes, masked."""

    def __init__(self, masker: Masker) -> None:
        super().__init__("{asctime} {levelname:7} {name}: {message}{about}", style="{")
        self._masker = masker

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 -- the base's name
        """Give the time of day in UTC."""
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        return moment.strftime(datefmt or "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Give the line with the request's id at its end."""
        of_request = record.__dict__.get("request_id")
        record.about = f" [{of_request}]" if of_request else ""
        return self._masker.text(super().format(record))


def configure_logging(
    level: str,
    *,
    form: Literal["json", "text"] = "json",
    masker: Masker | None = None,
    stream: TextIO | None = None,
) -> logging.Handler:
    """Send all logs to `stream` (stderr) in one form; give the handler, now the root's only."""
    masker = masker or Masker()
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(masker) if form == "json" else TextLines(masker))
    handler.addFilter(_WithRequest())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in LOG_BODIES.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    return handler
